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
    with pytest.raises(InputError, match="cannot be read by crowsetta"):
        read_labels(tmp_path / "sa2.phn")
    (tmp_path / "sa1.phn").write_text("h# sh\n")
    with pytest.raises(InputError, match="cannot be read by crowsetta"):
        read_labels(tmp_path / "sa1.phn")


def test_without_crowsetta_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.extras.find_spec", lambda _: None)
    (tmp_path / "sa1.PHN").write_text("0 4000 h#\n")
    with pytest.raises(InputError, match=r'needs crowsetta.*pip install "finchsync\[labels\]"'):
        read_labels(tmp_path / "sa1.PHN")


def test_dialogs_offer_what_can_be_read() -> None:
    assert {".txt", ".TextGrid", ".not.mat", ".phn"} <= set(label_endings())
