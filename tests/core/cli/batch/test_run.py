"""Many recordings in one run: in several processes, stopped, and gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.align.aligner import Step
from core.align.alignment import EvidenceUsed
from core.align.decoding.prior_fit import fit_prior
from core.audio.recording import Recording
from core.cli.batch import run as batch
from core.evidence.choice import EvidenceChoice
from core.formats.prior_file import write_prior
from core.formats.tables.biodcase import read_csv
from core.keypoints import KeypointSet

HEADER = "Filename,Time Channel 0,Time Channel 1\n"
DEADLY = """
import os
from core.cli.batch import run

survived = run._align_one


def align_one(task, evidence):
    if task.job.name == "b.wav":
        os._exit(9)
    return survived(task, evidence)
"""


def test_align_in_several_processes_names_every_failure(finchsync, make_audio, tmp_path) -> None:
    bad = [make_audio(f"{number}.wav", channels=1) for number in range(3)]
    result = finchsync("align", *bad, "--jobs", 2, "--out", tmp_path / "p.csv")
    assert result.code == 2
    lines = result.err.splitlines()
    assert [line.split(": ")[0] for line in lines] == [str(path) for path in bad]
    assert not (tmp_path / "p.csv").exists()


def test_align_with_the_real_aligner_in_one_or_two_processes(finchsync, tmp_path: Path) -> None:
    assert finchsync("simulate", tmp_path / "set", "--files", 2, "--duration", 20).code == 0
    tables = []
    for jobs in (1, 2):
        out = tmp_path / f"p{jobs}.csv"
        assert finchsync("align", tmp_path / "set", "--out", out, "--jobs", jobs).code == 0
        tables.append(out.read_text())
    assert tables[0] == tables[1]
    truth = tmp_path / "set" / "annotations.csv"
    report = finchsync("evaluate", "--predictions", out, "--ground-truth", truth, "--json")
    overall = json.loads(report.out)["overall"]
    assert overall["missing"] == 0
    assert overall["keypoints"] == 40


def test_a_process_that_dies_costs_only_the_recording_that_killed_it(
    finchsync, make_audio, write_text, tmp_path: Path, monkeypatch
) -> None:
    write_text("deadly.py", DEADLY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("core.cli.batch.run._align_one", import_module("deadly").align_one)
    paths = [make_audio(f"{name}.wav", seed=seed) for seed, name in enumerate("abcd")]
    out = tmp_path / "p.csv"
    result = finchsync("align", *paths, "--jobs", 2, "--out", out)
    assert result.code == 1
    assert list(read_csv(out).files) == ["a.wav", "c.wav", "d.wav"]
    (line,) = result.err.splitlines()
    assert line.startswith(f"{paths[1]}: its process died")


def _stopped_after(count: int, names: list[str]) -> Callable[..., Iterator[Step]]:
    """An aligner that is interrupted after some recordings and tells which it saw."""

    aligner = batch.align_steps

    def stopped(recording: Recording, *rest: object) -> Iterator[Step]:
        if len(names) == count:
            raise KeyboardInterrupt
        names.append(recording.name)
        yield from aligner(recording, *rest)

    return stopped


@pytest.mark.usefixtures("fake_aligner")
def test_a_stopped_run_goes_on_where_it_was(
    finchsync, make_audio, tmp_path: Path, monkeypatch
) -> None:
    paths = [make_audio(f"{name}.wav", seed=seed) for seed, name in enumerate("abc")]
    out, first, second = tmp_path / "p.csv", [], []
    whole = _stopped_after(9, second)
    monkeypatch.setattr("core.cli.batch.run.align_steps", _stopped_after(2, first))
    result = finchsync("align", *paths, "--out", out)
    assert result.code == 130
    assert "2 of 3 recordings are done" in result.err
    assert not out.exists()
    monkeypatch.setattr("core.cli.batch.run.align_steps", whole)
    assert finchsync("align", *paths, "--out", out).code == 0
    assert (first, second) == (["a.wav", "b.wav"], ["c.wav"])
    assert list(read_csv(out).files) == ["a.wav", "b.wav", "c.wav"]
    assert sorted(tmp_path.iterdir()) == sorted([*paths, out, out.with_suffix(".json")])


@pytest.mark.usefixtures("fake_aligner")
def test_a_mistake_of_ours_does_not_cost_the_other_recordings(
    finchsync, make_audio, tmp_path: Path, monkeypatch
) -> None:
    fake = batch.align_steps

    def mistaken(recording: Recording, *rest: object) -> Iterator[Step]:
        if recording.name == "a.wav":
            raise IndexError("out of\nbounds")
        yield from fake(recording, *rest)

    monkeypatch.setattr("core.cli.batch.run.align_steps", mistaken)
    paths = [make_audio(f"{name}.wav") for name in "ab"]
    result = finchsync("align", *paths, "--out", tmp_path / "p.csv")
    assert result.code == 1
    assert len(result.err.splitlines()) == 1
    assert "a mistake in FinchSync (IndexError: out of bounds, test_run.py:" in result.err
    assert list(read_csv(tmp_path / "p.csv").files) == ["b.wav"]


@pytest.mark.usefixtures("fake_aligner")
@pytest.mark.parametrize("change", ["audio", "option", "prior", "keypoints", "version", "damage"])
def test_what_was_kept_is_used_only_for_the_same_work(
    finchsync, make_audio, write_text, tmp_path: Path, monkeypatch, change: str
) -> None:
    paths, out = [make_audio(f"{name}.wav") for name in "ab"], tmp_path / "p.csv"
    table = write_text("k.csv", HEADER + "a.wav,1.0,1\nb.wav,1.00,1\n")
    arguments = ["align", *paths, "--out", out, "--keypoints", table]
    seen: list[str] = []
    whole = _stopped_after(9, seen)
    monkeypatch.setattr("core.cli.batch.run.align_steps", _stopped_after(1, seen))
    assert finchsync(*arguments).code == 130
    if change == "audio":
        make_audio("a.wav", seed=5)
    elif change == "option":
        arguments += ["--max-offset", "2"]
    elif change == "prior":
        time_s = np.arange(60.0)
        pair = fit_prior([KeypointSet(time_s, time_s + 0.2 * n) for n in range(3)])
        write_prior(tmp_path / "pair.json", pair)
        arguments += ["--prior", tmp_path / "pair.json"]
    elif change == "keypoints":
        table.write_text(HEADER + "a.wav,1.5,1\nb.wav,1.00,1\n")
    elif change == "version":
        monkeypatch.setattr("core.cli.batch.resume.__version__", "99.0.0")
    else:
        for path in (tmp_path / "p.csv.partial").iterdir():
            path.write_text(path.read_text()[:50])
    seen.clear()
    monkeypatch.setattr("core.cli.batch.run.align_steps", whole)
    assert finchsync(*arguments).code == 0
    assert "a.wav" in seen
    first_time = "1.5" if change == "keypoints" else "1.0"
    assert out.read_text().startswith(f"{HEADER}a.wav,{first_time},")
    assert "b.wav,1.00,1.25" in out.read_text()
    assert not (tmp_path / "p.csv.partial").exists()


@pytest.mark.usefixtures("fake_aligner")
def test_networks_are_told_apart_opened_once_and_closed(
    finchsync, make_audio, tmp_path: Path, monkeypatch
) -> None:
    """What one model finished is not taken for another's; what it has to say becomes notes."""
    opened: list[SimpleNamespace] = []

    def open_evidence(choice: EvidenceChoice) -> tuple[SimpleNamespace, ...]:
        learned = SimpleNamespace(name=choice.name, model_id=f"model {len(opened)}", closed=0)
        learned.close = lambda: setattr(learned, "closed", learned.closed + 1)
        opened.append(learned)
        return (learned,)

    def heard(steps: Callable[..., Iterator[Step]]) -> Callable[..., Iterator[Step]]:
        def align_steps(recording: Recording, *rest: object) -> Iterator[Step]:
            *_, alignment = steps(recording, *rest)
            (learned,) = rest[2]
            assert isinstance(learned, SimpleNamespace)
            assert not learned.closed
            used = EvidenceUsed(learned.name, learned.model_id, "cpu", ("memory is short",))
            yield replace(alignment, evidence=used)

        return align_steps

    paths, out, seen = [make_audio(f"{name}.wav") for name in "ab"], tmp_path / "p.csv", []
    arguments = ["align", *paths, "--out", out, "--evidence", "compact", "--json"]
    monkeypatch.setattr("core.cli.evidence.open_evidence", open_evidence)
    whole = heard(_stopped_after(9, seen))
    monkeypatch.setattr("core.cli.batch.run.align_steps", heard(_stopped_after(1, seen)))
    assert finchsync(*arguments).code == 130
    monkeypatch.setattr("core.cli.batch.run.align_steps", whole)
    reports = json.loads(finchsync(*arguments).out)["recordings"]
    assert seen == ["a.wav", "a.wav", "b.wav"]
    assert [learned.closed for learned in opened] == [1, 1]
    for report in reports:
        told = {"name": "compact", "model_id": "model 1", "device": "cpu", "tuned_by": ""}
        assert report["evidence"] == told
        assert report["notes"][-1] == "memory is short"
