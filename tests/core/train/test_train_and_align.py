"""The way of the challenge system: train on recordings with known keypoints, then align others."""

from __future__ import annotations

import json

import pytest

from core.formats.tables.biodcase import read_csv
from core.nets.encoders.reading import file_digest


@pytest.mark.slow
def test_what_was_trained_aligns_recordings(finchsync, place, tmp_path):
    trained = tmp_path / "run"
    told = finchsync(
        *("train", "--train", place.train, "--val", place.val, "--out", trained),
        *("--encoder", place.encoder, "--epochs", 2, "--device", "cpu", "--max-offset", 1),
    )
    assert told.code in (0, 1), told.err
    scorer = trained / "last.safetensors"

    beats = ("--evidence", "beats", "--checkpoint", place.encoder, "--scorer", scorer)
    rest = (*beats, "--device", "cpu", "--max-offset", 1)
    reports = []
    for jobs in (1, 2):
        out, report = tmp_path / f"{jobs}.csv", tmp_path / f"report {jobs}.json"
        made = finchsync(
            *("align", place.val, *rest, "--jobs", jobs, "--out", out, "--report", report)
        )
        assert made.code == 0, made.err
        assert "2 of 2 recordings written" in made.out
        assert "aligned with beats evidence" in made.out
        reports += json.loads(report.read_text("utf-8"))["recordings"]
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()
    assert list(read_csv(tmp_path / "1.csv").files) == ["val_8.wav", "val_9.wav"]
    for report in reports:
        used = report["evidence"]
        assert (used["name"], used["device"]) == ("beats", "cpu")
        assert file_digest(place.encoder) in used["model_id"]
        assert file_digest(scorer) in used["model_id"]
        assert any("calibrated with compact evidence" in note for note in report["notes"])
        assert report["path_score"] > 0


def test_what_cannot_be_opened_is_refused_before_any_work(finchsync, place, tmp_path):
    out, none = tmp_path / "p.csv", tmp_path / "none.pt"
    beats = ("align", place.val, "--out", out, "--evidence", "beats", "--checkpoint")
    for arguments, said in (
        ((*beats, place.encoder), "needs a pair scorer"),
        ((*beats, none, "--scorer", none), "cannot be opened"),
        ((*beats, place.encoder, "--scorer", place.encoder), "give a scorer that"),
        ((*beats, place.encoder, "--scorer", none), "cannot be read ("),
    ):
        refused = finchsync(*arguments)
        assert refused.code == 2
        assert said in refused.err
        assert len(refused.err.splitlines()) == 1
    assert not list(tmp_path.iterdir())
