"""Labels in formats that are only read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from core.errors import InputError
from core.formats.registry import label_endings, read_labels
from core.formats.tables.biodcase import BiodcaseTable, write_csv
from core.keypoints import machine_keypoints
from core.labels import Labels
from tests.core.formats import labs_files


def _told(labels: Labels) -> list[tuple[float, float, str]]:
    return [(round(x.start_s, 6), round(x.end_s, 6), x.text) for x in labels]


def _notmat(path: Path, **other: object) -> Path:
    content = {"onsets": [[500.25], [1250.0]], "offsets": [[750.0], [1300.5]], "labels": "ab"}
    scipy.io.savemat(path, {**content, "Fs": 32_000, "fname": "x.cbin", **other})
    return path


def test_labels_of_evsonganaly_are_read_and_carried(
    finchsync: Callable, make_audio: Callable, tmp_path: Path
) -> None:
    labels = _notmat(tmp_path / "day.cbin.not.mat")
    assert _told(read_labels(labels)[1]) == [(0.50025, 0.75, "a"), (1.25, 1.3005, "b")]
    make_audio("day.wav")
    time_s = np.arange(4.0)
    kept = machine_keypoints(time_s, time_s + 0.25)
    write_csv(tmp_path / "t.csv", BiodcaseTable({"day.wav": kept}))
    asked = ("carry", labels, "--by", tmp_path / "t.csv", "--to", 1, "--out", tmp_path / "o.csv")
    said = finchsync(*asked)
    assert said.code == 2
    assert "is in a format that is only read; give --format: audacity," in said.err
    assert finchsync(*asked, "--format", "simple-seq").code == 0
    assert _told(read_labels(tmp_path / "o.csv")[1])[0] == (0.75025, 1.0, "a")


@pytest.mark.parametrize("onsets", [[], [[500.25]]])
def test_a_song_of_no_or_one_syllable_is_read(tmp_path: Path, onsets: list) -> None:
    count = len(onsets)
    path = _notmat(
        tmp_path / "x.not.mat", onsets=onsets, offsets=np.add(onsets, 9.75), labels="i" * count
    )
    assert _told(read_labels(path)[1]) == [(0.50025, 0.51, "i")][:count]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"labels": "abc"}, "holds 2 onsets, 2 offsets and 3 labels"),
        ({"onsets": [[1e9], [np.nan]]}, "onsets or offsets that are no numbers"),
        ({"labels": 7.0}, "holds no onsets, offsets and labels as evsonganaly writes them"),
        ({"onsets": [[900.0], [1250.0]]}, "a label ends at 0.75 s, before it starts"),
    ],
)
def test_a_song_that_cannot_be_is_refused(tmp_path: Path, other: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_labels(_notmat(tmp_path / "x.not.mat", **other))


@pytest.mark.parametrize("content", [b"", b"MATLAB 5.0 MAT-file" + bytes(200), b"no" * 99])
def test_what_is_no_matlab_file_is_refused_in_a_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.not.mat").write_bytes(content)
    with pytest.raises(InputError, match="is no MATLAB file that can be read") as caught:
        read_labels(tmp_path / "x.not.mat")
    assert "\n" not in str(caught.value)


def test_a_song_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = _notmat(tmp_path / "x.not.mat")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match=r"is a damaged MATLAB file|holds no onsets"):
        read_labels(path)


def test_packed_files_and_other_values_in_them_do_no_harm(tmp_path: Path) -> None:
    other = {"cells": np.array([["a", 1]], dtype=object), "struct": {"a": 1.0}, "n": np.int8([3])}
    content = {"onsets": [500.25], "offsets": np.float32([750.0]), "labels": "ä", **other}
    scipy.io.savemat(tmp_path / "x.not.mat", content, do_compression=True)
    assert _told(read_labels(tmp_path / "x.not.mat")[1]) == [(0.50025, 0.75, "ä")]


def test_timit_is_read_through_crowsetta(make_audio: Callable, tmp_path: Path) -> None:
    pytest.importorskip("crowsetta")
    make_audio("sa1.wav", channels=1)
    (tmp_path / "sa1.phn").write_text("0 4000 h#\n4000 6001 sh\n")
    assert _told(read_labels(tmp_path / "sa1.phn")[1]) == [(0.0, 0.5, "h#"), (0.5, 0.750125, "sh")]
    (tmp_path / "sa2.phn").write_text("0 4000 h#\n")
    with pytest.raises(InputError, match="is not where it belongs; put it at"):
        read_labels(tmp_path / "sa2.phn")
    (tmp_path / "sa1.phn").write_text("h# sh\n")
    with pytest.raises(InputError, match="cannot be read by crowsetta"):
        read_labels(tmp_path / "sa1.phn")


@pytest.mark.parametrize(
    ("name", "library", "extra"),
    [("sa1.PHN", "crowsetta", "labels"), ("a.nwb", "pynwb", "nwb"), ("a.NEX", "neo", "neo")],
)
def test_without_its_library_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, library: str, extra: str
) -> None:
    monkeypatch.setattr("core.extras.find_spec", lambda _: None)
    (tmp_path / name).write_text("0 4000 h#\n")
    with pytest.raises(InputError, match=rf'needs {library}.*install "finchsync\[{extra}\]"'):
        read_labels(tmp_path / name)


def test_intervals_of_nwb_are_tiers_of_labels(tmp_path: Path) -> None:
    pytest.importorskip("pynwb")
    read_as, labels = read_labels(labs_files.nwb(tmp_path / "a.nwb"))
    assert read_as is None
    assert [tier.name for tier in labels.tiers] == ["epochs", "syllables", "trials"]
    assert _told(labels) == [(0.5, 1.25, "song, ä"), (2.0, 2.5, 'b "q"\nnew'), (1.0, 2.0, "")]
    assert labels.other_columns == ("score",)


def test_nwb_that_says_nothing_of_use_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pynwb")
    with pytest.raises(InputError, match="syllables: holds times that are no numbers"):
        read_labels(labs_files.nwb(tmp_path / "a.nwb", stop_s=float("nan")))
    with pytest.raises(InputError, match="syllables, row 1: a label ends at 1 s, before"):
        read_labels(labs_files.nwb(tmp_path / "b.nwb", stop_s=1.0))
    (tmp_path / "c.nwb").write_bytes(b"no NWB file at all")
    with pytest.raises(InputError, match="cannot be read by pynwb"):
        read_labels(tmp_path / "c.nwb")


def test_events_of_neuroexplorer_are_read_through_neo(tmp_path: Path) -> None:
    pytest.importorskip("neo")
    _, labels = read_labels(labs_files.neuroexplorer(tmp_path / "a.nex"))
    assert [(tier.name, tier.is_points) for tier in labels.tiers] == [
        *(("click", True), ("song", False), ("notes", True)),
    ]
    assert _told(labels) == [
        *((0.5, 0.5, ""), (1.25, 2.0, "")),
        *((3.0, 3.0, "go"), (4.0, 4.0, "stop")),
    ]


@pytest.mark.parametrize("name", ["a.nex", "a.nev", "a.plx", "a.smr"])
@pytest.mark.parametrize("content", [b"", b"no" * 400])
def test_what_is_none_of_them_is_refused_in_a_line(
    tmp_path: Path, name: str, content: bytes
) -> None:
    pytest.importorskip("neo")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=r"cannot be read by neo|holds no events") as caught:
        read_labels(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_dialogs_offer_what_can_be_read() -> None:
    assert {".txt", ".TextGrid", ".not.mat", ".phn"} <= set(label_endings())
