"""Labels go from one recorder to the other on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.align.aligner import align
from core.audio.recording import open_recording
from core.formats.kinds.textgrid import FORMAT as TEXTGRID
from core.formats.registry import read_labels
from core.formats.tables.biodcase import BiodcaseTable, write_csv
from core.keypoints import machine_keypoints
from core.labels import Label, Labels, Tier
from core.simulate import simulate_scene
from core.time_map import TimeMap

TRUE = TimeMap.linear(0.5, 500.0)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    time_0_s = np.arange(0.0, 21.0)
    kept = machine_keypoints(time_0_s, TRUE.to_channel_1(time_0_s))
    write_csv(tmp_path / "pred.csv", BiodcaseTable({"a.wav": kept, "b.wav": kept}))
    return tmp_path / "pred.csv"


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "b.txt"
    path.write_text("2\t3\tsong\n\\\t900\t8000\n4\t4\tcall ü\n25\t26\tlate\n", "utf-8")
    return path


def test_labels_are_carried_and_what_has_no_place_is_named(
    finchsync, table: Path, labels: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.txt"
    said = finchsync("carry", labels, "--by", table, "--out", out)
    assert said.code == 1
    assert "'late' at 25.000 s is left out: it lies after channel 0 ends, at 20.000 s" in said.err
    assert "2 of 3 labels on the clock of channel 1" in said.out
    read_as, found = read_labels(out)
    assert read_as.name == "audacity"
    starts = TRUE.to_channel_1([2.0, 4.0]).tolist()
    assert [label.start_s for label in found] == pytest.approx(starts)
    assert next(iter(found)).low_hz == 900.0
    beside = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert [each["text"] for each in beside["left_out"]] == ["late"]
    assert beside["recording"] == "b.wav", "the one that is called like the labels"
    assert beside["labels"][0]["from_start_s"] == 2.0


def test_another_format_says_what_it_has_no_room_for(
    finchsync, table: Path, labels: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    more = ("--format", "simple-seq", "--recording", "a.wav")
    said = finchsync("carry", labels, "--by", table, "--out", out, *more)
    assert said.code == 1
    assert "1 label loses its frequencies" in said.err
    assert out.read_text("utf-8").startswith("onset_s,offset_s,label\n2.501,3.5015,song\n")


@pytest.mark.parametrize(
    ("text", "more", "what"),
    [
        ("30\t31\tlate\n", (), "none of its labels can be carried: 'late' at 30.000 s is left out"),
        ("2\t3\tsong\n", ("--recording", "c.wav"), "no recording 'c.wav'; give --recording with"),
        ("2\t3\tsong\n", ("--format", "biodcase"), "format biodcase: holds no labels"),
        ("2\t3\tsong\n", ("--format", "raven 3"), "format raven 3: is not known; give one of"),
        ("2\t3\ta\nx\t2\tb\n", (), "line 2: the start is 'x', not a number"),
        ("song\n", (), "holds no labels in a format that is known"),
    ],
)
def test_bad_input_is_a_line_and_leaves_nothing(
    finchsync,
    table: Path,
    labels: Path,
    tmp_path: Path,
    text: str,
    more: tuple[str, ...],
    what: str,
) -> None:
    labels.write_text(text)
    out = tmp_path / "out.txt"
    said = finchsync("carry", labels, "--by", table, "--out", out, *more)
    assert said.code == 2
    assert what in said.err
    assert said.err.count("\n") == 1
    assert not out.exists()
    assert not (tmp_path / "out.json").exists()


def test_what_is_read_is_never_written_to(
    finchsync, table: Path, labels: Path, tmp_path: Path
) -> None:
    before = labels.read_bytes()
    assert finchsync("carry", labels, "--by", table, "--out", labels, "--overwrite").code == 2
    assert finchsync("carry", labels, "--by", table, "--out", tmp_path / "x.json").code == 2
    assert labels.read_bytes() == before


def test_labels_of_a_simulated_pair_are_carried_to_within_5_ms(finchsync, tmp_path: Path) -> None:
    scene = simulate_scene("zebra_finch", 3, 40.0)
    (tmp_path / "audio").mkdir()
    sf.write(tmp_path / "audio" / "a.wav", scene.samples, scene.sample_rate_hz)
    recording = open_recording(tmp_path / "audio" / "a.wav")
    alignment = align(recording)
    write_csv(tmp_path / "annotations.csv", BiodcaseTable({"a.wav": alignment.keypoints}))
    starts = np.linspace(6.0, 33.0, 40)
    some = Labels((Tier("t", tuple(Label(s, s + 0.1, "x") for s in starts.tolist())),), 40.0)
    source, out = tmp_path / "in.TextGrid", tmp_path / "out.TextGrid"
    assert TEXTGRID.labels is not None
    source.write_bytes(TEXTGRID.labels.content(some, source))
    assert finchsync("carry", source, "--by", tmp_path / "annotations.csv", "--out", out).code == 0
    _, found = read_labels(out)
    true_s = scene.time_map.to_channel_1(starts)
    got_s = np.array([label.start_s for label in found.tiers[0].labels])
    assert np.median(np.abs(got_s - true_s)) <= 0.005
