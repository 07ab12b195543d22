"""Several recorders of one reference on the command line: checked by ways round, and reported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.align.alignment import Alignment
from core.audio.recording import Recording
from core.cli.batch import run as batch
from core.formats.sidecar import read_sidecar
from core.formats.tables.biodcase import read_csv
from tests.conftest import shifted_alignment

PLACE_S = {"ref.wav": 0.0, "a.wav": 0.1, "b.wav": 0.4, "c.w64:2": 1.1}
MOTIF_S = 0.72


@pytest.fixture
def recorders(make_audio) -> dict[str, str]:
    """Four recorders, one of them a channel of several."""
    made = {
        name: make_audio(name, 1, seed=at) for at, name in enumerate(("ref.wav", "a.wav", "b.wav"))
    }
    paths = {name: str(path) for name, path in made.items()}
    return {**paths, "c.w64:2": f"{make_audio('c.w64', channels=5)}:2"}


def _aligner(
    monkeypatch: pytest.MonkeyPatch, wrong: tuple[str, str] | None
) -> list[tuple[str, ...]]:
    """An aligner that knows the truth, and is a motif off for one pair; which pairs it met."""
    met: list[tuple[str, ...]] = []

    def align_steps(recording: Recording, *_: object, **__: object) -> Iterator[Alignment]:
        met.append(recording.labels)
        zero, one = recording.labels
        shift_s = PLACE_S[one] - PLACE_S[zero] + MOTIF_S * ((zero, one) == wrong)
        yield shifted_alignment(recording, shift_s=shift_s)

    monkeypatch.setattr(batch, "align_steps", align_steps)
    return met


def _group(recorders: dict[str, str]) -> list[str]:
    ref, *others = recorders.values()
    return [part for other in others for part in ("--pair", ref, other)]


@pytest.mark.parametrize("wrong", [("ref.wav", "b.wav"), ("ref.wav", "c.w64:2")])
def test_of_four_recorders_the_one_that_is_off_by_a_motif_goes_to_review(
    finchsync, recorders, tmp_path: Path, monkeypatch, wrong: tuple[str, str]
) -> None:
    met = _aligner(monkeypatch, wrong)
    out, report = tmp_path / "p.csv", tmp_path / "r.json"
    command = ("align", *_group(recorders), "--group", "--out", out, "--report", report)
    result = finchsync(*command)
    assert (result.code, result.err) == (0, "")
    assert len(met) == 6
    names = [f"ref.wav + {other}" for other in list(PLACE_S)[1:]]
    assert list(read_csv(out).files) == names
    told = json.loads(report.read_text())
    assert [each["recording"] for each in told["recordings"]] == names
    assert len(told["checks"]) == 3
    flagged = {
        each["recording"]: each["notes"][0]
        for each in told["recordings"]
        if "the way round" in each["notes"][0]
    }
    assert list(flagged) == [f"ref.wav + {wrong[1]}"]
    (note,) = flagged.values()
    assert "comes out 0.72 s elsewhere" in note
    assert "and 1 more the like: it is wrong there" in note
    ways = {each["recording"]: each["closure"] for each in told["recordings"]}
    assert [way["closes"] for way in ways[f"ref.wav + {wrong[1]}"]] == [False, False]
    right = next(ways[name] for name in names if name not in flagged)
    assert sorted(way["closes"] for way in right) == [False, True]
    assert min(way["typical_ms"] for way in right) == pytest.approx(0.0, abs=1e-6)
    sidecar = read_sidecar(out)
    assert sidecar is not None
    verdict = sidecar.recordings[f"ref.wav + {wrong[1]}"].verdict
    assert verdict is not None
    assert verdict.needs_review
    assert note in verdict.warnings


def test_what_closes_is_reported_and_flags_nothing(
    finchsync, recorders, tmp_path: Path, monkeypatch
) -> None:
    _aligner(monkeypatch, None)
    result = finchsync(
        "align", *_group(recorders), "--group", "--out", tmp_path / "p.csv", "--json"
    )
    told = json.loads(result.out)
    for each in told["recordings"]:
        assert [way["closes"] for way in each["closure"]] == [True, True]
        assert not any("way round" in note for note in each["notes"])


def test_without_the_check_nothing_more_is_aligned(
    finchsync, recorders, tmp_path: Path, monkeypatch
) -> None:
    met = _aligner(monkeypatch, None)
    result = finchsync("align", *_group(recorders), "--out", tmp_path / "p.csv", "--json")
    assert len(met) == 3
    told = json.loads(result.out)
    assert told["checks"] == []
    assert [each["closure"] for each in told["recordings"]] == [[], [], []]


def test_three_pairs_of_a_list_that_make_a_round_are_compared_as_they_are(
    finchsync, recorders, write_text, tmp_path: Path, monkeypatch
) -> None:
    met = _aligner(monkeypatch, ("a.wav", "b.wav"))
    table = write_text("p.csv", "File 0,File 1\nref.wav,a.wav\na.wav,b.wav\nref.wav,b.wav\n")
    command = ("align", "--list", table, "--group", "--out", tmp_path / "o.csv", "--json")
    told = json.loads(finchsync(*command).out)
    assert len(met) == 3
    assert told["checks"] == []
    notes = [each["notes"][0] for each in told["recordings"]]
    assert all("one of these three alignments is wrong there" in note for note in notes)
    assert recorders["a.wav"]


def test_a_check_that_fails_is_named_and_costs_no_recording(
    finchsync, recorders, tmp_path: Path, monkeypatch
) -> None:
    def align_steps(recording: Recording, *_: object, **__: object) -> Iterator[Alignment]:
        if recording.labels == ("a.wav", "b.wav"):
            raise MemoryError
        yield shifted_alignment(recording, np.arange(4.0))

    monkeypatch.setattr(batch, "align_steps", align_steps)
    result = finchsync("align", *_group(recorders), "--group", "--out", tmp_path / "p.csv")
    assert result.code == 1
    assert len(result.err.splitlines()) == 1
    assert len(read_csv(tmp_path / "p.csv").files) == 3


def test_checks_of_files_with_one_name_are_called_after_both_sides(
    finchsync, make_audio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [make_audio(f"{at}/night.wav", 1, seed=ord(at)) for at in "abc"]

    def align_steps(recording: Recording, *_: object, **__: object) -> Iterator[Alignment]:
        yield shifted_alignment(recording, shift_s=0.0)

    monkeypatch.setattr(batch, "align_steps", align_steps)
    report = tmp_path / "r.json"
    pairs = ("--pair", paths[0], paths[1], "--pair", paths[0], paths[2])
    result = finchsync("align", *pairs, "--group", "--out", tmp_path / "p.csv", "--report", report)
    assert (result.code, result.err) == (0, "")
    told = json.loads(report.read_text())
    assert [each["recording"] for each in told["checks"]] == ["b/night.wav + c/night.wav"]
    ways = [way for each in told["recordings"] for way in each["closure"]]
    assert [way["by"] for way in ways] == ["c/night.wav", "b/night.wav"]
