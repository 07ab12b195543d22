"""A BEATs checkpoint and a pair scorer, small and random, through the window."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.base.messages import Kind
from app.frame.main_window import MainWindow
from app.settings.evidence_preference import EvidencePreference

pytest.importorskip("torch", reason="needs the extra nets", exc_type=ImportError)
pytest.importorskip("safetensors", reason="needs the extra nets", exc_type=ImportError)

from benchmarks.nets.random_weights import TINY, write_random_checkpoint
from core.evidence.choice import EvidenceChoice
from core.nets.encoders.checkpoint import load_encoder

MakeWindow = Callable[..., MainWindow]
Settle = Callable[[MainWindow], None]


@pytest.fixture(scope="module")
def files(
    write_choice: Callable[[Path], EvidenceChoice], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """A checkpoint and a scorer that belongs to it."""
    choice = write_choice(tmp_path_factory.mktemp("nets"))
    return choice.checkpoint, choice.scorer


@pytest.fixture
def with_beats(
    make_window: MakeWindow, files: tuple[Path, Path], stereo: Path, settle: Settle
) -> MainWindow:
    """A window with a recording open and BEATs chosen, that aligns when asked."""
    window = make_window(None, aligns=False)
    prefer(window, EvidencePreference("beats", *map(str, files), "cpu"))
    window.open([stereo])
    settle(window)
    return window


def prefer(window: MainWindow, wish: EvidencePreference) -> None:
    store = window.shell.preferences
    store.put(replace(store.value, evidence=wish, aligns_on_open=False))


def align(window: MainWindow, settle: Settle) -> None:
    window.commands["align"].trigger()
    settle(window)


def test_beats_aligns_and_is_recorded(
    with_beats: MainWindow, settle: Settle, files: tuple[Path, Path]
) -> None:
    shown = []
    with_beats.workbench.aligning.progressed.connect(shown.append)
    align(with_beats, settle)
    entry = with_beats.session.current
    _, digest = load_encoder(files[0])
    made = entry.run.made
    assert (made.evidence, made.device) == ("beats", "cpu")
    assert made.model.startswith(digest)
    asked = [p for p in shown if p is not None and "network" in p.text]
    assert len(asked) > 5, "progress within the stage"
    assert [p.fraction for p in asked] == sorted(p.fraction for p in asked)
    assert all("with BEATs" in p.text for p in asked)
    told = [m.text for _, m in with_beats.messages.log if m.kind is Kind.WARNING]
    assert told == [t for t in told if "calibrated with compact evidence" in t]
    assert len(told) == 1
    before = entry.alignment
    assert [(r.by, r.model) for r in entry.evidence.rankings] == [
        ("model", "beats"),
        ("evidence", "beats"),
    ]
    with_beats.session.selection.select_keypoint(5)
    with_beats.commands["nudge_later_100"].trigger()
    settle(with_beats)
    led = with_beats.session.current.alignment
    assert led.decisions
    assert led.surface is before.surface
    assert led.evidence == before.evidence


def test_cancel_in_the_middle_of_beats_changes_nothing(
    with_beats: MainWindow, settle: Settle, qtbot: QtBot
) -> None:
    align(with_beats, settle)
    before = with_beats.session.current
    with_beats.commands["align"].trigger()
    # The compact net, which is heard beside BEATs, has ranked by then.
    qtbot.waitUntil(lambda: with_beats.session.selection.ranking.model == "compact", timeout=60000)
    QTest.keyClick(with_beats, Qt.Key.Key_Escape)
    settle(with_beats)
    assert "cancelled" in with_beats.messages.message.text
    after = with_beats.session.current
    assert after.state is before.state
    assert after.alignment is before.alignment
    assert after.surface is before.surface
    assert [r.candidates for r in after.evidence.rankings] == [
        r.candidates for r in before.evidence.rankings
    ]
    assert with_beats.session.selection.ranking.model == "beats"


def remove_scorer(_checkpoint: Path, scorer: Path) -> None:
    scorer.unlink()


def cut_checkpoint(checkpoint: Path, _scorer: Path) -> None:
    checkpoint.write_bytes(checkpoint.read_bytes()[:500])


def swap_checkpoint(checkpoint: Path, _scorer: Path) -> None:
    write_random_checkpoint(checkpoint, TINY, seed=1, overwrite=True)


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (remove_scorer, "scorer.safetensors"),
        (cut_checkpoint, "beats.pt"),
        (swap_checkpoint, "trained with another encoder"),
    ],
)
def test_files_of_no_use_are_named_and_nothing_happens(
    with_beats: MainWindow,
    files: tuple[Path, Path],
    tmp_path: Path,
    settle: Settle,
    damage: Callable[[Path, Path], None],
    what: str,
) -> None:
    copies = [tmp_path / file.name for file in files]
    for file, copy in zip(files, copies, strict=True):
        copy.write_bytes(file.read_bytes())
    damage(*copies)
    prefer(with_beats, EvidencePreference("beats", *map(str, copies), "cpu"))
    before = with_beats.session.current
    align(with_beats, settle)
    message = with_beats.messages.message
    assert (message.kind, message.action) == (Kind.ERROR, "evidence")
    assert message.text.startswith("Not aligned.")
    assert what in message.text
    assert message.details == "", "foreseen"
    assert with_beats.session.current is before


WINDOW_SIDE = """
import sys
import numpy as np
from app.settings.evidence_preference import EvidencePreference
from app.work.align.apart import AlignerApart
from core.align.alignment import Alignment
from core.audio.recording import open_recording

if __name__ == "__main__":
    audio, checkpoint, scorer = sys.argv[1:]
    aligner, recording = AlignerApart(), open_recording(audio)
    wish = EvidencePreference("beats", checkpoint, scorer, "cpu")
    steps = aligner.steps(wish, recording, np.arange(20.0), {})
    (found,) = (step for step in steps if isinstance(step, Alignment))
    print(found.evidence.name, "torch" in sys.modules, "scipy" in sys.modules)
    aligner.close()
"""


def test_a_window_aligns_with_beats_and_never_loads_torch(
    files: tuple[Path, Path], stereo: Path, tmp_path: Path
) -> None:
    script = tmp_path / "window_side.py"
    script.write_text(WINDOW_SIDE, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, script, stereo, *files]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, check=False, timeout=200
    )
    assert done.stdout == "beats False False\n", done.stderr
