"""``finchsync prior`` and ``align --prior``: what is learned from, told, kept apart, refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.align.aligner import align
from core.align.decoding.prior_fit import fit_prior
from core.audio.recording import open_recording
from core.cli.evidence import identity
from core.errors import InputError
from core.formats.prior_file import read_prior, write_prior
from core.formats.sidecar import Rows, SidecarRecording, write_table
from core.formats.tables.biodcase import BiodcaseTable, csv_bytes, write_csv
from core.keypoints import KeypointSet, ReviewState
from core.simulate import DriftSpec, simulate_scene

OFFSET_S = 1.2


def recordings(count: int, spread_s: float = 0.05) -> dict[str, KeypointSet]:
    rng = np.random.default_rng(0)
    time_s = np.arange(60.0)
    offsets_s = OFFSET_S + spread_s * rng.standard_normal(count)
    return {
        f"{number}.wav": KeypointSet(time_s, time_s + offset_s + 1e-4 * time_s)
        for number, offset_s in enumerate(offsets_s)
    }


def write_reviewed(path: Path, files: dict[str, KeypointSet]) -> Path:
    """A table as FinchSync leaves it, with what a person decided beside it."""
    about = tuple(
        SidecarRecording(name, "f" * 32, kept, (True,) * len(kept), "path")
        for name, kept in files.items()
    )
    write_table(path, csv_bytes(BiodcaseTable(files), path), about, Rows.ALL)
    return path


@pytest.fixture
def prior_file(tmp_path: Path) -> Path:
    path = tmp_path / "pair.json"
    write_prior(path, fit_prior(list(recordings(5).values())))
    return path


def test_a_labelled_table_counts_whole(finchsync, tmp_path):
    write_csv(tmp_path / "truth.csv", BiodcaseTable(recordings(5)))
    out = tmp_path / "pair.json"
    result = finchsync("prior", tmp_path / "truth.csv", "--out", out)
    assert result.code == 0
    assert "the usual drift of 5 recordings" in result.out
    prior = read_prior(out)
    assert prior.recordings == 5
    assert prior.usual_offset_s(np.array([0.0])) == pytest.approx([OFFSET_S], abs=0.05)


def test_of_our_own_tables_only_decisions_count(finchsync, tmp_path):
    """Three recordings were reviewed; what the machine said of the fourth is far off."""
    files = {
        name: kept.review(range(len(kept)), ReviewState.ACCEPTED)
        for name, kept in recordings(3).items()
    }
    time_s = np.arange(60.0)
    files["machine.wav"] = KeypointSet(time_s, time_s + 9.0)
    table = write_reviewed(tmp_path / "p.csv", files)
    result = finchsync("prior", table, "--out", tmp_path / "pair.json")
    assert result.code == 0
    assert "1 of 4 recordings have too few reviewed keypoints and are left out" in result.err
    prior = read_prior(tmp_path / "pair.json")
    assert prior.recordings == 3
    assert prior.usual_offset_s(np.array([0.0])) == pytest.approx([OFFSET_S], abs=0.1)


@pytest.mark.parametrize("as_result", [True, False])
def test_too_few_reviewed_recordings_are_refused_in_a_line(finchsync, tmp_path, as_result):
    table = tmp_path / "t.csv"
    if as_result:
        write_reviewed(table, recordings(5))
    else:
        write_csv(table, BiodcaseTable(recordings(2)))
    result = finchsync("prior", table, "--out", tmp_path / "pair.json")
    assert result.code == 2
    assert f"enough reviewed keypoints for {0 if as_result else 2} recordings" in result.err
    assert "Traceback" not in result.err
    assert not (tmp_path / "pair.json").exists()


def test_nothing_is_written_over(finchsync, tmp_path, prior_file):
    write_csv(tmp_path / "truth.csv", BiodcaseTable(recordings(5)))
    before = prior_file.read_bytes()
    assert finchsync("prior", tmp_path / "truth.csv", "--out", prior_file).code == 2
    assert prior_file.read_bytes() == before
    again = finchsync(
        *("prior", tmp_path / "truth.csv", "--out", tmp_path / "truth.csv", "--overwrite")
    )
    assert again.code == 2
    assert "is one of the tables to be read" in again.err


def test_a_prior_comes_back_as_it_was_written(prior_file):
    prior = fit_prior(list(recordings(5).values()))
    assert read_prior(prior_file).digest == prior.digest
    assert replace(prior, wander=2 * prior.wander).digest != prior.digest
    assert identity(None, prior) != identity(None)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"version": 2},
        {"offset_sd_s": 0},
        {"slope_sd": float("nan")},
        {"correlation": 1.0},
        {"time_0_s": [0.0, 0.0], "offset_s": [1.0, 1.0]},
        {"offset_s": [1.0]},
        {"time_0_s": list(range(5000)), "offset_s": [0.0] * 5000},
        {"wander": "fast"},
        {"recordings": 1},
        {"offset_s": None},
    ],
)
def test_what_is_no_prior_is_refused_in_a_line(prior_file, change):
    value = json.loads(prior_file.read_text())
    prior_file.write_text(json.dumps({**value, **change}))
    with pytest.raises(InputError):
        read_prior(prior_file)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[[[", b"[]", b"{}", b"[" * 100_000])
def test_other_files_are_no_priors(finchsync, tmp_path, content):
    path = tmp_path / "no.json"
    path.write_bytes(content)
    result = finchsync("align", tmp_path, "--prior", path, "--out", tmp_path / "p.csv")
    assert result.code == 2
    assert "is no prior of a pair of recorders" in result.err


def test_a_prior_is_told_and_another_starts_afresh(finchsync, tmp_path, prior_file):
    scene = simulate_scene(
        "zebra_finch", 5, 30.0, snr_db=10.0, drift=DriftSpec(offset_s=(1.2, 1.2))
    )
    folder = tmp_path / "set" / "audio"
    folder.mkdir(parents=True)
    sf.write(folder / "a.wav", scene.samples, scene.sample_rate_hz)
    out = tmp_path / "p.csv"
    result = finchsync(
        *("align", tmp_path / "set", "--prior", prior_file, "--evidence", "spectral"),
        *("--out", out, "--json"),
    )
    assert result.code == 0
    (told,) = json.loads(result.out)["recordings"]
    assert told["prior"]["digest"] == read_prior(prior_file).digest
    assert 0 <= told["prior"]["share"] <= 1
    sidecar = json.loads(out.with_suffix(".json").read_text())
    assert sidecar["recordings"][0]["aligner"]["prior"] == told["prior"]
    over = finchsync("align", tmp_path / "set", "--prior", prior_file, "--out", prior_file)
    assert over.code == 2


@pytest.mark.parametrize("spacing", ["1000", "-1", "nan", "far"])
def test_a_spacing_beyond_reason_is_refused(finchsync, tmp_path, spacing):
    result = finchsync("align", tmp_path, f"--spacing={spacing}", "--out", tmp_path / "p.csv")
    assert result.code == 2
    assert "--spacing" in result.err


def test_a_prior_from_far_away_does_no_harm(make_audio: Callable[..., Path]):
    """Offsets of a day, far outside both recordings: nothing is to be heard there."""
    far = fit_prior(list(recordings(5).values()))
    far = replace(far, offset_s=far.offset_s + 80_000.0)
    result = align(open_recording(make_audio("a.wav")), prior=far)
    assert np.isfinite(result.keypoints.time_1_s).all()
    assert result.keypoints.confidence[:-2].max() <= 0.9
