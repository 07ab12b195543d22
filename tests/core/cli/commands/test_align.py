"""``finchsync align``: what it writes and says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.align.alignment import Alignment
from core.cli.batch import run as batch
from core.formats.tables.biodcase import read_csv
from core.formats.tables.sync_table import read_sync_points

HEADER = "Filename,Time Channel 0,Time Channel 1\n"


@pytest.mark.usefixtures("fake_aligner")
def test_align_writes_a_keypoint_a_second(finchsync, make_audio, tmp_path: Path) -> None:
    result = finchsync("align", make_audio("a b.wav"), "--out", tmp_path / "p.csv")
    assert result.code == 0
    assert result.err == ""
    keypoints = read_csv(tmp_path / "p.csv").files["a b.wav"]
    assert keypoints.time_0_s.tolist() == [0, 1, 2, 3]
    assert keypoints.offset_s.tolist() == [0.25] * 4
    for said in ("a b.wav", "0.90", "0.76 s later fits almost as well", "made up"):
        assert said in result.out


@pytest.mark.usefixtures("fake_aligner")
def test_align_reports_json(finchsync, make_audio, tmp_path: Path) -> None:
    bad = make_audio("bad.wav", channels=1)
    result = finchsync("align", make_audio("a.wav"), bad, "--out", tmp_path / "p.csv", "--json")
    assert result.code == 1
    report = json.loads(result.out)
    assert report["out"] == str(tmp_path / "p.csv")
    good, failed = report["recordings"]
    assert good["recording"] == "a.wav"
    assert good["status"] == "to review"
    assert good["mean_confidence"] == pytest.approx(0.9)
    assert good["keypoints"][1] == {
        "time_0_s": 1.0,
        "time_1_s": 1.25,
        "confidence": 0.9,
        "reason": "clear",
    }
    assert good["notes"] == ["0.76 s later fits almost as well", "made up"]
    assert good["alias"] == {"shift_s": 0.76, "margin": 1.5}
    assert good["best_line"] == {"offset_s": 0, "drift_ppm": 0, "score": 0}
    assert good["path_score"] == pytest.approx(0.2 * 4 * 0.5 + 0.1)
    assert good["evidence"] == {
        "name": "spectral",
        "model_id": "",
        "device": "",
        "tuned_by": "",
    }
    assert good["log_evidence_nats"] == 50
    assert good["seconds"] >= 0
    assert failed["status"] == "failed"
    assert failed["error"] == result.err.strip()


@pytest.mark.usefixtures("fake_aligner")
def test_align_keeps_the_times_and_rows_of_a_folder(finchsync, make_audio, tmp_path) -> None:
    for name in ("a.wav", "b.wav", "c.wav"):
        make_audio(f"set/audio/{name}", duration_s=2.5)
    annotations = tmp_path / "set" / "annotations.csv"
    annotations.write_text(HEADER + "b.wav,0.50,1\na.wav,0.0,0\nb.wav,1e0,2\na.wav,0.0,0\n")
    before = annotations.read_bytes()
    result = finchsync("align", tmp_path / "set", "--out", tmp_path / "p.csv")
    assert result.code == 0
    assert (tmp_path / "p.csv").read_text() == HEADER + (
        "b.wav,0.50,0.75\na.wav,0.0,0.25\nb.wav,1e0,1.25\na.wav,0.0,0.25\n"
        "c.wav,0.0,0.25\nc.wav,1.0,1.25\nc.wav,2.0,2.25\n"
    )
    assert annotations.read_bytes() == before


@pytest.mark.usefixtures("fake_aligner")
def test_where_two_tables_could_be_meant_neither_is_used_and_it_is_said(
    finchsync, make_audio, write_text, tmp_path: Path
) -> None:
    make_audio("a.wav")
    for name in ("first.csv", "second.csv"):
        write_text(name, HEADER + "a.wav,0.5,0.5\n")
    result = finchsync("align", tmp_path, "--out", tmp_path / "p.csv")
    assert result.code == 0
    (line,) = result.err.splitlines()
    assert "first.csv, second.csv all hold keypoints, so none is used" in line
    assert read_csv(tmp_path / "p.csv").files["a.wav"].time_0_s.tolist() == [0, 1, 2, 3]


@pytest.mark.usefixtures("fake_aligner")
def test_align_takes_keypoints_from_a_table_and_pairs_of_mono_files(
    finchsync, make_audio, write_text, tmp_path: Path
) -> None:
    first, second = (make_audio(f"{s}.wav", channels=1, seed=i) for i, s in enumerate("xy"))
    table = write_text("k.csv", HEADER + "x.wav,2.000,0\nother.wav,0,0\n")
    out = tmp_path / "p.csv"
    result = finchsync(
        "align", "--pair", first, second, "--keypoints", table, "--out", out, "--max-offset", "2"
    )
    assert result.code == 0
    assert out.read_text() == HEADER + "x.wav,2.000,2.25\n"


@pytest.mark.usefixtures("fake_aligner")
def test_align_overwrites_only_when_asked_and_never_its_input(
    finchsync, make_audio, tmp_path: Path
) -> None:
    path = make_audio("set/a.wav")
    annotations = tmp_path / "set" / "annotations.csv"
    annotations.write_text(HEADER + "a.wav,0,0\n")
    out = tmp_path / "p.csv"
    out.write_text("precious")
    assert finchsync("align", path, "--out", out).code == 2
    assert out.read_text() == "precious"
    assert finchsync("align", path, "--out", out, "--overwrite").code == 0
    assert out.read_text() != "precious"
    for own in (path, annotations):
        before = own.read_bytes()
        result = finchsync("align", tmp_path / "set", "--out", own, "--overwrite")
        assert result.code == 2
        assert "to be read" in result.err
        assert own.read_bytes() == before


@pytest.mark.usefixtures("fake_aligner")
def test_the_same_file_given_twice_is_aligned_once(finchsync, make_audio, tmp_path: Path) -> None:
    path = make_audio("set/a.wav")
    result = finchsync("align", path, tmp_path / "set", "--out", tmp_path / "p.csv")
    assert result.code == 0
    assert len((tmp_path / "p.csv").read_text().splitlines()) == 5


def test_confidence_follows_the_tolerance(finchsync, tmp_path: Path) -> None:
    assert finchsync("simulate", tmp_path / "set", "--files", 1, "--duration", 20).code == 0
    confidence = []
    for tolerance_s in (0.02, 0.2):
        out = tmp_path / f"{tolerance_s}.csv"
        told = finchsync(
            "align", tmp_path / "set", "--tolerance", tolerance_s, "--out", out, "--json"
        )
        report = json.loads(told.out)
        assert report["tolerance_s"] == tolerance_s
        confidence.append(report["recordings"][0]["mean_confidence"])
    assert confidence[0] < confidence[1]


@pytest.mark.usefixtures("fake_aligner")
def test_the_report_is_what_json_prints(finchsync, make_audio, tmp_path: Path) -> None:
    path, out, report = make_audio(), tmp_path / "p.csv", tmp_path / "report.json"
    printed = finchsync("align", path, "--out", out, "--report", report, "--json").out
    assert report.read_text() == printed
    assert finchsync("align", path, "--out", tmp_path / "q.csv", "--report", report).code == 2
    assert not (tmp_path / "q.csv").exists()
    for place in (path, tmp_path / "q.csv"):
        result = finchsync(
            "align", path, "--out", tmp_path / "q.csv", "--report", place, "--overwrite"
        )
        assert result.code == 2
        assert len(result.err.splitlines()) == 1


@pytest.mark.usefixtures("fake_aligner")
def test_a_low_mean_confidence_is_put_in_words(
    finchsync, make_audio, tmp_path, monkeypatch
) -> None:
    fake = batch.align_steps

    def unsure(*arguments: object) -> Iterator[Alignment]:
        *_, alignment = fake(*arguments)
        sure = np.full(len(alignment.keypoints), 0.9499)
        keypoints = replace(alignment.keypoints, confidence=sure)
        yield replace(alignment, keypoints=keypoints, warnings=(), alias=None)

    monkeypatch.setattr("core.cli.batch.run.align_steps", unsure)
    result = finchsync("align", make_audio(), "--out", tmp_path / "p.csv")
    assert "to review" in result.out
    assert "the mean confidence is only 0.94, below 0.95" in result.out


@pytest.mark.parametrize("option", ["--out", "--report"])
@pytest.mark.usefixtures("fake_aligner")
def test_a_table_that_cannot_be_written_costs_no_alignment(
    finchsync, make_audio, tmp_path: Path, monkeypatch, option: str
) -> None:
    """It may be open in Excel, or the disk be full."""
    places = {"--out": tmp_path / "p.csv", "--report": tmp_path / "r.json"}
    arguments = ["align", make_audio("a.wav"), *(x for pair in places.items() for x in pair)]
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target == places[option]:
            raise PermissionError(13, "access is denied")
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        result = finchsync(*arguments)
    assert result.code == 2
    assert "1 of 1 recordings are done and kept in" in result.err
    assert "access is denied" in result.err
    monkeypatch.setattr("core.cli.batch.run.align_steps", None)
    assert finchsync(*arguments, "--overwrite").code == 0
    assert [path.exists() for path in places.values()] == [True, True]
    assert not (tmp_path / "p.csv.partial").exists()


def test_sync_points_lead_the_path_and_leave_again(finchsync, make_audio, tmp_path):
    path = make_audio("lab/audio/a.wav", duration_s=12.0)
    table = tmp_path / "sync.csv"
    table.write_text("Time Channel 0,Time Channel 1,Uncertainty (ms),Kind\n3,3.5,0.5,clap\n")
    out = tmp_path / "out.csv"
    result = finchsync("align", path, "--out", out, "--sync-points", table)
    assert result.code == 0, result.err
    kept = read_csv(out).files["a.wav"]
    assert abs(kept.offset_s[3] - 0.5) < 0.001
    assert finchsync("export", out, "--format", "sync-points", "--out", tmp_path / "more").code == 0
    (points,) = read_sync_points(tmp_path / "more" / "out.csv").files.values()
    assert (points.time_1_s.tolist(), points.kind) == ([3.5], ("clap",))
    late = tmp_path / "late.csv"
    late.write_text("Time Channel 0,Time Channel 1\n3000,3000.5\n")
    result = finchsync("align", path, "--out", tmp_path / "b.csv", "--sync-points", late)
    assert result.code == 2
    assert "a sync point lies at 3000 s on channel 0, past the end" in result.err


def test_keypoints_are_as_far_apart_as_asked_for(finchsync, make_audio, tmp_path):
    out = tmp_path / "out.csv"
    path = make_audio(duration_s=5.0)
    assert finchsync("align", path, "--out", out, "--interval", 2.5).code == 0
    assert read_csv(out).files[path.name].time_0_s.tolist() == [0.0, 2.5]
    result = finchsync("align", path, "--out", out, "--interval", 0.001)
    assert result.code == 2
    assert "0.001 s is not between 0.01 and 3600 s" in result.err
