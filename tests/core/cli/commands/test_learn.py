"""``finchsync learn`` and ``align --model``: what is said, written, named, refused."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.formats.sidecar import Rows, SidecarRecording, read_sidecar, write_table
from core.formats.tables.biodcase import BiodcaseTable, csv_bytes, read_csv, write_csv
from core.formats.tables.folder_tables import TABLE_NAME
from core.keypoints import KeypointSet, ReviewState
from core.model.file import read_model, write_model
from tests.conftest import REPOSITORY
from tests.core.learn.conftest import needs_torch, recorded, short_recipe

COUNT = 6
__all__ = ["short_recipe"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six recordings with three calls each, and the table of their truth."""
    folder = tmp_path_factory.mktemp("deployment")
    (folder / "audio").mkdir()
    truth = {
        f"{number}.wav": recorded(folder / "audio" / f"{number}.wav", 100 + number)
        for number in range(COUNT)
    }
    write_csv(folder / TABLE_NAME, BiodcaseTable(truth))
    return folder


@pytest.fixture(scope="module")
def model(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from core import cli

    out = tmp_path_factory.mktemp("model") / "garden.finchmodel"
    asked = ["learn", str(folder / TABLE_NAME), "--out", str(out), "--include-imported"]
    assert cli.main(asked, screen=None) == 0
    return out


def test_before_and_after_are_told_and_the_better_model_is_written(finchsync, folder, tmp_path):
    out = tmp_path / "garden.finchmodel"
    result = finchsync("learn", folder / TABLE_NAME, "--out", out, "--include-imported", "--json")
    told = json.loads(result.out)
    assert (told["tier"], told["beside"]) == (1, None)
    assert result.code == 0
    assert "6 recordings, 228 keypoints, two recorders; 5 recordings are the least" in result.err
    assert told["offered"]
    assert told["obstacle"] is None
    assert told["after"]["mae_ms"] < told["before"]["mae_ms"]
    assert told["better"] > told["worse"]
    assert len(told["recordings"]) == COUNT
    assert told["model"]["digest"] == read_model(out).digest


def test_what_is_no_better_is_not_written(finchsync, folder, model, tmp_path):
    out = tmp_path / "again.finchmodel"
    result = finchsync(
        "learn", folder / TABLE_NAME, "--out", out, "--include-imported", "--model", model
    )
    assert result.code == 1
    assert "not written: what was learned" in result.out
    assert "known to the model in use" in result.out
    assert not out.exists()


def test_a_recording_is_aligned_with_a_model_and_the_model_is_named(finchsync, model, tmp_path):
    truth = recorded(tmp_path / "new.wav", 300)
    written = {}
    for name, options in (("plain", ()), ("model", ("--model", model))):
        out = tmp_path / f"{name}.csv"
        result = finchsync("align", tmp_path / "new.wav", "--out", out, "--json", *options)
        assert result.code == 0
        written[name] = json.loads(result.out)["recordings"][0]
        sidecar = read_sidecar(out)
        assert sidecar is not None
        aligner = sidecar.recordings["new.wav"].aligner
        assert aligner is not None
        if name == "model":
            digest = read_model(model).digest
            assert aligner["tuned_by"] == f"garden {digest}"
            assert written[name]["evidence"]["tuned_by"] == f"garden {digest}"
        else:
            assert aligner["tuned_by"] is None
    errors = [
        np.mean(
            [
                abs(each["time_1_s"] - np.interp(each["time_0_s"], truth.time_0_s, truth.time_1_s))
                for each in written[name]["keypoints"][: len(truth)]
            ]
        )
        for name in ("plain", "model")
    ]
    assert errors[1] < 0.5 * errors[0]


def test_a_model_is_for_its_own_evidence(finchsync, model, make_audio, tmp_path):
    result = finchsync(
        "align",
        make_audio(),
        "--out",
        tmp_path / "p.csv",
        "--model",
        model,
        "--evidence",
        "spectral",
    )
    assert result.code == 2
    assert "was learned with compact evidence, not with spectral; add" in result.err
    assert not (tmp_path / "p.csv").exists()


def test_a_model_is_never_written_over_by_a_table(finchsync, model, make_audio):
    before = model.read_bytes()
    result = finchsync("align", make_audio(), "--out", model, "--model", model, "--overwrite")
    assert result.code == 2
    assert model.read_bytes() == before


def _reviewed(folder: Path, tmp_path: Path, change) -> Path:
    """The table of the folder as a person left it, read where its audio is."""
    read = read_csv(folder / TABLE_NAME).files
    truth = {name: change(kept, number) for number, (name, kept) in enumerate(read.items())}
    about = tuple(
        SidecarRecording(name, "", kept, (True,) * len(kept), "path")
        for name, kept in truth.items()
    )
    path = folder / f"{tmp_path.name}.csv"
    write_table(path, csv_bytes(BiodcaseTable(truth), path), about, Rows.ALL)
    return path


def _by_person(kept: KeypointSet, state: ReviewState) -> KeypointSet:
    return replace(kept, state=(state,) * len(kept))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda kept, _: kept, "hold 0 recordings"),
        (lambda kept, _: _by_person(kept, ReviewState.UNALIGNABLE), "hold 0 recordings"),
        (lambda kept, _: _by_person(kept, ReviewState.ACCEPTED), "there is nothing to learn"),
        (
            lambda kept, number: _by_person(
                replace(kept, time_1_s=kept.time_1_s + 3.0 * (number % 2)), ReviewState.CORRECTED
            ),
            "two groups of 3 and 3 recordings",
        ),
    ],
)
def test_useless_corrections_are_refused_in_a_line(finchsync, folder, tmp_path, change, why):
    table = _reviewed(folder, tmp_path, change)
    out = tmp_path / "bad.finchmodel"
    result = finchsync("learn", table, "--out", out)
    assert result.code == 2
    assert why in result.err.splitlines()[-1]
    assert not out.exists()


def test_places_that_cannot_be_written_are_refused_before_any_work(finchsync, folder, tmp_path):
    result = finchsync("learn", folder, "--out", tmp_path / "none" / "m.finchmodel")
    assert result.code == 2
    assert "there is no such folder" in result.err
    taken = tmp_path / "m.finchmodel"
    taken.write_text("mine")
    assert "already exists" in finchsync("learn", folder, "--out", taken).err
    assert taken.read_text() == "mine"


def test_a_damaged_model_is_refused_in_a_line(finchsync, folder, model, tmp_path, make_audio):
    bad = tmp_path / "bad.finchmodel"
    bad.write_bytes(model.read_bytes()[:100])
    for asked in (
        ("align", make_audio(), "--out", tmp_path / "p.csv"),
        ("learn", folder, "--out", tmp_path / "m.finchmodel", "--include-imported"),
    ):
        result = finchsync(*asked, "--model", bad)
        assert result.code == 2
        assert result.err.splitlines()[-1].startswith(f"{bad}: is cut short or no model")


def test_a_model_that_was_mailed_is_as_good(model, tmp_path):
    copy = tmp_path / "mailed.finchmodel"
    write_model(copy, read_model(model))
    assert read_model(copy).digest == read_model(model).digest


def test_recordings_that_were_learned_from_are_marked_where_their_errors_appear(
    finchsync, folder, model, tmp_path
):
    truth = recorded(tmp_path / "new.wav", 301)
    out, both = tmp_path / "p.csv", tmp_path / "truth.csv"
    write_csv(both, BiodcaseTable({**read_csv(folder / TABLE_NAME).files, "new.wav": truth}))
    audio = folder / "audio" / "0.wav"
    keypoints = ("--keypoints", both)
    asked = ("align", audio, tmp_path / "new.wav", *keypoints, "--out", out, "--model", model)
    assert finchsync(*asked).code == 0
    told = ("evaluate", "--predictions", out, "--ground-truth", both, "--model", model)
    text = finchsync(*told).out
    assert "0.wav *" in text
    assert "new.wav *" not in text
    assert "its errors flatter" in text
    assert json.loads(finchsync(*told, "--json").out)["learned_from"] == ["0.wav"]


def test_killed_while_it_learns_it_leaves_all_as_it_was(folder, model, tmp_path):
    out = tmp_path / "garden.finchmodel"
    out.write_bytes(model.read_bytes())
    child = _learning(folder, out, "--overwrite")
    assert child.stderr is not None
    assert "6 recordings" in child.stderr.readline()
    child.kill()
    child.communicate()
    assert out.read_bytes() == model.read_bytes()
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.slow
@needs_torch
def test_killed_at_any_moment_it_goes_on(finchsync, folder, model, short_recipe, tmp_path):
    """Three times, each time further on; what comes of it is what comes of one run."""
    out = tmp_path / "garden.finchmodel"
    out.write_bytes(model.read_bytes())
    asked = (folder / TABLE_NAME, "--include-imported", "--tier", 2, "--overwrite", "--json")
    kept = tmp_path / "garden.finchmodel.partial"
    for count in (1, 3, 6):
        child = _learning(folder, out, "--tier", "2", "--overwrite")
        while len(list(kept.glob("*.step"))) < count:
            assert child.poll() is None
            time.sleep(0.02)
        child.kill()
        child.communicate()
        assert out.read_bytes() == model.read_bytes()
    result = finchsync("learn", *asked, "--out", out)
    told = json.loads(result.out)
    assert not kept.exists()
    whole = finchsync("learn", *asked, "--out", tmp_path / "whole.finchmodel")
    assert "tier" in told["beside"]
    assert json.loads(whole.out)["recordings"] == told["recordings"]


def _learning(folder: Path, out: Path, *options: str) -> subprocess.Popen[str]:
    """The command in a process of its own, whose net learns for one epoch only."""
    asked = ["learn", str(folder / TABLE_NAME), "--out", str(out), "--include-imported", *options]
    code = (
        "import sys\n"
        "from dataclasses import replace\n"
        "from core.cli import main\n"
        "if '--tier' in sys.argv:\n"
        "    from core.learn import tier_two\n"
        "    tier_two.RECIPE = replace(tier_two.RECIPE, steps=12, crops_a_step=1)\n"
        "main(sys.argv[1:], screen=None)"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, *asked],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_without_torch_the_second_tier_is_refused_in_a_line(
    finchsync, folder, tmp_path, monkeypatch
):
    monkeypatch.setattr("core.extras.find_spec", {}.get)
    out = tmp_path / "m.finchmodel"
    result = finchsync("learn", folder, "--out", out, "--include-imported", "--tier", 2)
    assert result.code == 2
    assert "tier 2: needs torch, torchaudio, not installed here" in result.err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("asked", [("--jobs", 2), ("--engine", "dask")])
def test_processes_that_would_have_nothing_to_do_are_refused(finchsync, folder, tmp_path, asked):
    result = finchsync("learn", folder / TABLE_NAME, "--out", tmp_path / "m.finchmodel", *asked)
    assert result.code == 2
    assert result.err.startswith(f"{asked[0]}: is of no use with --tier 1; add --tier 2")
