"""Every format that crowsetta reads is read here, and tells the same."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from core.errors import InputError
from core.formats.registry import read_labels
from core.formats.tables.biodcase import BiodcaseTable, write_csv
from core.keypoints import machine_keypoints
from core.labels import Labels

_SONG = (0.5, 1.25, "ä")
_RAVEN = (
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\t"
    "Low Freq (Hz)\tHigh Freq (Hz)\tSpecies\n"
)
_GENERIC = "label,onset_s,offset_s,notated_path,annot_path,sequence,annotation\n"
_TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

0
2
<exists>
1
"IntervalTier"
"song"
0
2
3
0
0.5
""
0.5
1.25
"ä"
1.25
2
""
"""
_TEXTS = {
    "aud-seq": ("aud.txt", "0.500000\t1.250000\tä\n"),
    "aud-bbox": ("bbox.txt", "0.500000\t1.250000\tä\n\\\t900.000000\t8000.000000\n"),
    "raven": ("a.selections.txt", f"{_RAVEN}1\tSpectrogram 1\t1\t0.5\t1.25\t900.5\t8000.5\tä\n"),
    "simple-seq": ("simple.csv", "onset_s,offset_s,label\n0.5,1.25,ä\n"),
    "generic-seq": ("generic.csv", f"{_GENERIC}ä,0.5,1.25,a.wav,a.mat,0,0\n"),
    "textgrid": ("a.TextGrid", _TEXTGRID),
}


def _told(labels: Labels) -> list[tuple[float, float, str]]:
    return [(label.start_s, label.end_s, label.text) for label in labels]


def _found(path: Path) -> list[tuple[float, float, str]]:
    return _told(read_labels(path)[1])


def _by_crowsetta(name: str, path: Path) -> list[tuple[float, float, str]]:
    crowsetta = pytest.importorskip("crowsetta")
    more = {"annot_col": "Species"} if name == "raven" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = crowsetta.formats.by_name(name).from_file(path, **more).to_annot()
    one = told[0] if isinstance(told, list) else told
    if name in ("raven", "aud-bbox"):
        return [(box.onset, box.offset, box.label) for box in one.bboxes]
    sequence = one.seq[0] if isinstance(one.seq, list) else one.seq
    spans = zip(sequence.onsets_s, sequence.offsets_s, sequence.labels, strict=True)
    return [(float(start), float(end), str(text)) for start, end, text in spans if text]


@pytest.mark.parametrize("name", _TEXTS)
def test_texts_are_read_here_and_by_crowsetta_alike(name: str, tmp_path: Path) -> None:
    file, text = _TEXTS[name]
    path = tmp_path / file
    path.write_text(text, encoding="utf-8")
    assert _found(path) == [_SONG]
    assert _by_crowsetta(name, path) == [_SONG]


def test_a_table_of_several_recordings_is_refused(tmp_path: Path) -> None:
    rows = "a,0.5,1.25,a.wav,a.mat,0,0\nb,0.5,1.25,b.wav,a.mat,0,1\n"
    (tmp_path / "all.csv").write_text(_GENERIC + rows)
    with pytest.raises(InputError, match=r"notated_path names 2 recordings.*leave the rows of one"):
        read_labels(tmp_path / "all.csv")


def _birdsong_recognition(path: Path, *names: str) -> Path:
    note = "<Note><Position>{}</Position><Length>2000</Length><Label>{}</Label></Note>"
    notes = note.format(0, 1) + note.format(4000, 2)
    songs = "".join(
        f"<Sequence><WaveFileName>{name}</WaveFileName><Position>4000</Position>"
        f"<Length>8000</Length><NumNote>2</NumNote>{notes}</Sequence>"
        for name in names
    )
    path.write_text(f"<Sequences><NumSequence>{len(names)}</NumSequence>{songs}</Sequences>")
    return path


def test_birdsong_recognition_is_read_with_its_sound_in_wave(
    make_audio: Callable, tmp_path: Path
) -> None:
    pytest.importorskip("crowsetta")
    path = _birdsong_recognition(tmp_path / "Annotation.xml", "0.wav", "1.wav")
    with pytest.raises(InputError, match=r"is not where it belongs; put it at .*1\.wav"):
        read_labels(path, ["1.wav"])
    (tmp_path / "Wave").mkdir()
    make_audio("Wave/0.wav", channels=1)
    make_audio("Wave/1.wav", channels=1)
    _, labels = read_labels(path, ["1.wav", "other.wav"])
    assert _told(labels) == [(0.5, 0.75, "1"), (1.0, 1.25, "2")]
    with pytest.raises(InputError, match=r"labels of 2 recordings, and none of 7\.wav; call"):
        read_labels(path, ["7.wav"])


def _yarden(path: Path, **starts_s: float) -> Path:
    elements, keys = (np.empty(len(starts_s), dtype=object) for _ in range(2))
    for at, (name, start_s) in enumerate(starts_s.items()):
        starts = np.array([start_s, start_s + 1.0])
        ends = {"segFileStartTimes": starts, "segFileEndTimes": starts + 0.75}
        elements[at] = {**ends, "segType": np.array([1, 2]), "fs": 48_000.0}
        keys[at] = f"{name}.wav"
    scipy.io.savemat(path, {"keys": keys, "elements": elements})
    return path


def test_yarden_is_read_of_one_recording_and_of_several(tmp_path: Path) -> None:
    pytest.importorskip("crowsetta")
    alone = _yarden(tmp_path / "one.mat", a=0.5)
    assert _found(alone) == [(0.5, 1.25, "1"), (1.5, 2.25, "2")]
    several = _yarden(tmp_path / "two.mat", a=0.5, b=2.5)
    assert _told(read_labels(several, ["b.wav"])[1])[0] == (2.5, 3.25, "1")


def test_labels_of_several_recordings_are_carried_for_theirs(
    finchsync: Callable, make_audio: Callable, tmp_path: Path
) -> None:
    pytest.importorskip("crowsetta")
    make_audio("b.wav")
    time_s = np.arange(4.0)
    table = BiodcaseTable({"b.wav": machine_keypoints(time_s, time_s + 0.25)})
    write_csv(tmp_path / "t.csv", table)
    labels = _yarden(tmp_path / "two.mat", a=0.5, b=1.5)
    asked = ("carry", labels, "--by", tmp_path / "t.csv", "--to", 1, "--out", tmp_path / "o.csv")
    assert finchsync(*asked, "--format", "simple-seq").code == 0
    assert _found(tmp_path / "o.csv")[0] == (1.75, 2.5, "1")
