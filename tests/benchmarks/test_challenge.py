"""The challenge's comparison, on a small imitation of its folders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.formats.files.wav import write_wav
from core.formats.tables.biodcase import BiodcaseTable, write_csv
from core.simulate import DriftSpec, SceneSpec, simulate_scene


@pytest.fixture(scope="module")
def imitation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both data sets in the official layout: three recordings to learn from, one to align."""
    root = tmp_path_factory.mktemp("challenge")
    near = DriftSpec(max_offset_s=0.5, offset_s=(0.1, 0.4), drift_ppm=(10.0, 500.0), bend_s=(0, 0))
    kinds = {"aru": ("aru", near), "zebra_finch": ("zebra_finch", DriftSpec.linear())}
    for name, (kind, drift) in kinds.items():
        for part, seeds in (("train", (3500, 3502, 3503)), ("val", (3501,))):
            folder, truths = root / name / part, {}
            (folder / "audio").mkdir(parents=True)
            for seed in seeds:
                scene = simulate_scene(kind, seed, 20.0, drift=drift, spec=SceneSpec(sources=1))
                file = folder / "audio" / f"{seed}.wav"
                write_wav(file, scene.samples, scene.sample_rate_hz)
                truths[file.name] = scene.keypoints()
            write_csv(folder / "annotations.csv", BiodcaseTable(truths))
    return root


def test_one_command_prints_ours_among_the_published(bench, imitation, capsys, monkeypatch) -> None:
    challenge = bench("published.challenge")
    monkeypatch.setattr("sys.argv", ["challenge", str(imitation)])
    assert challenge.main() == 0
    page = capsys.readouterr().out
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")]
    by_name = {cells[0].strip("| *"): cells[1:] for cells in rows}
    ours, nothing = by_name["FinchSync, here"], by_name["no sync, here"]
    assert float(ours[0]) < 20
    assert float(nothing[0]) > 100
    assert float(ours[0]) == pytest.approx((float(ours[1]) + float(ours[2])) / 2, abs=0.01)
    assert by_name["baseline: BEATs, pair classifier, offset search"][1] == "117"
    assert float(by_name["FinchSync with the prior learned from train, here"][0]) < 20
    assert "aru/val, zebra_finch/val" in page
    order = [float(cells[1].replace(",", "")) for cells in rows[1:] if len(cells) == 6]
    assert order == sorted(order)


def test_a_recording_that_is_refused_counts_as_unaligned(bench, imitation) -> None:
    from core.errors import InputError

    challenge, methods = bench("published.challenge"), bench("accuracy.sets")
    jobs = list(methods.recordings(imitation / "zebra_finch" / "val"))

    def refuses(job: object) -> np.ndarray:
        raise InputError("one.wav", "is silent", "check it")

    answered = challenge.answers(refuses, jobs)
    assert answered[0].time_1_s is None
    assert "is silent" in answered[0].error


def test_a_folder_that_is_no_challenge_is_told_in_one_line(
    bench, tmp_path, capsys, monkeypatch
) -> None:
    monkeypatch.setattr("sys.argv", ["challenge", str(tmp_path)])
    assert bench("published.challenge").main() == 2
    assert "holds no annotations.csv" in capsys.readouterr().err


@pytest.mark.slow
def test_the_learned_baseline_is_trained_on_train(bench, imitation, tmp_path, monkeypatch) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("lightning")
    from benchmarks.nets.random_weights import TINY, write_random_checkpoint

    learned = bench("published.challenge_learned")
    monkeypatch.setattr(learned, "FOLDER", tmp_path)
    monkeypatch.setattr(learned, "EPOCHS", 1)
    write_random_checkpoint(tmp_path / "beats.pt", TINY)
    result = bench("published.challenge").run(imitation, None, "spectral", tmp_path / "beats.pt")
    row = next(found for name, found in result["systems"].items() if "learned" in name)
    assert row["aru"]["failed"] == 0
    assert row["aru"]["mae_ms"] <= 1000
