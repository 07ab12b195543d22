"""``finchsync doctor``: what to paste into a bug report."""

from __future__ import annotations

import json
import sys

from core import __version__
from core.cli.commands import doctor


def test_doctor_tells_versions_as_text_and_as_json(finchsync, monkeypatch) -> None:
    monkeypatch.setattr("core.cli.commands.doctor.ask_apart", lambda part: {part: f"the {part}"})
    text = finchsync("doctor").out
    report = json.loads(finchsync("doctor", "--json").out)
    assert report["program"]["FinchSync"] == __version__
    assert report["screen and sound"] == {"screen": "the screen", "sound": "the sound"}
    assert set(report) == {
        "program",
        "machine",
        "packages",
        "audio files",
        "models",
        "screen and sound",
    }
    for section in report.values():
        for name in section:
            assert name in text


def test_doctor_survives_what_a_part_does_to_its_process(finchsync, monkeypatch) -> None:
    assert json.loads(finchsync("doctor", "--part", "screen").out) == {"Qt": "none"}
    assert json.loads(finchsync("doctor", "--part", "sound").out) == {
        "sound": "unusable (OSError: no sound library)"
    }
    dies = "import os, sys; print('no display', file=sys.stderr, flush=True); os._exit(134)"
    monkeypatch.setattr(doctor, "own_command", lambda *_: [sys.executable, "-c", dies])
    assert doctor.ask_apart("screen") == {"screen": "unusable (no display)"}
    monkeypatch.setattr(doctor, "own_command", lambda *_: ["there is no such program"])
    assert "does not answer" in doctor.ask_apart("screen")["screen"]
