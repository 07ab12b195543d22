from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.audio.recording import open_recording
from core.errors import InputError
from core.formats.files import atomic
from core.formats.tables.biodcase import (
    END_SLACK_S,
    BiodcaseTable,
    check_names,
    check_times,
    read_csv,
    read_predictions,
    write_csv,
)
from core.keypoints import machine_keypoints

HEADER = "Filename,Time Channel 0,Time Channel 1\n"


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_times_come_as_numbers_and_channel_0_also_as_text(write_text) -> None:
    table = read_csv(write_text("t.csv", HEADER + "a.wav,0.50,1e0\na.wav, 1.0,2\nb.wav,+3.,4.5\n"))
    assert list(table.files) == ["a.wav", "b.wav"]
    assert table.files["a.wav"].time_0_s.tolist() == [0.5, 1.0]
    assert table.files["a.wav"].time_1_s.tolist() == [1.0, 2.0]
    assert table.files["a.wav"].time_0_text == ("0.50", " 1.0")
    assert table.files["b.wav"].time_0_text == ("+3.",)


def test_a_round_trip_keeps_channel_0_text_repeats_and_the_order_of_rows(
    write_text, tmp_path: Path
) -> None:
    content = (
        HEADER
        + "b.wav,0.0,0.0\na.wav,0,0.1\nb.wav,0.0,0.0\nb.wav,1.00,0.0\n"
        + 'a.wav,1e0,1.1\n"x, ""y"".wav",2.50,0.30000000000000004\nb.wav,2.0,2.0\n'
        + '"two\rlines.wav",0.0,0.0\n'
    )
    write_csv(tmp_path / "out.csv", read_csv(write_text("in.csv", content)))
    assert (tmp_path / "out.csv").read_bytes().decode() == content


@pytest.mark.parametrize("name", ["a,b", 'a"b', "a\nb", "a\rb", "a\r\nb", '"', "plain", " a"])
def test_names_that_look_like_the_end_of_a_field_are_read_back(name, tmp_path: Path) -> None:
    table = BiodcaseTable({f"{name}.wav": machine_keypoints([0, 1], [2, 3])})
    write_csv(tmp_path / "t.csv", table)
    lines = (tmp_path / "t.csv").read_bytes().split(b"wav")
    assert b"".join(lines[1:]).count(b"\r") == name.count("\r")
    with (tmp_path / "t.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1:] == [[f"{name}.wav", "0.0", "2.0"], [f"{name}.wav", "1.0", "3.0"]]


def test_a_table_is_not_what_its_maker_does_with_his_files_later() -> None:
    files = {"a.wav": machine_keypoints([0], [0])}
    table = BiodcaseTable(files)
    files["b.wav"] = files["a.wav"]
    assert list(table.files) == ["a.wav"]
    with pytest.raises(TypeError, match="item assignment"):
        table.files["b.wav"] = files["a.wav"]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n", "\n\n") + "\n,,\n",
        lambda text: text.replace("Filename,", " Filename ,"),
        lambda text: "\n".join(
            ",".join(f'"{field}"' for field in line.split(",")) for line in text.splitlines()
        ),
        lambda text: "\n".join(
            ",".join([*line.split(",")[::-1], "note"]) for line in text.splitlines()
        ),
    ],
    ids=["CRLF", "CR", "BOM", "no last line end", "blank", "spaces", "quotes", "other columns"],
)
def test_the_same_table_in_other_clothes(write_text, change) -> None:
    plain = HEADER + "a.wav,0.0,0.5\na.wav,1.0,1.5\nb c.wav,0.0,0.25\n"
    table = read_csv(write_text("t.csv", change(plain)))
    assert table.rows == ("a.wav", "a.wav", "b c.wav")
    assert table.files["a.wav"].time_0_text == ("0.0", "1.0")
    assert table.files["a.wav"].time_1_s.tolist() == [0.5, 1.5]
    assert table.files["b c.wav"].time_1_s.tolist() == [0.25]


@given(
    st.lists(
        st.tuples(st.floats(0, 1e6), st.floats(0, 1e6), st.sampled_from(["a", "ü ", '"', "🐦"])),
        min_size=1,
    )
)
def test_every_float_survives(tmp_path_factory: pytest.TempPathFactory, drawn: list) -> None:
    times_0, times_1 = (sorted(row[i] for row in drawn) for i in (0, 1))
    name = drawn[0][2] + ".wav"
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    write_csv(path, BiodcaseTable({name: machine_keypoints(times_0, times_1)}))
    back = read_csv(path).files[name]
    assert back.time_0_s.tolist() == times_0
    assert back.time_1_s.tolist() == times_1


BAD = {
    "column": ("Filename,Time Channel 0\na,0\n", 1, "Time Channel 1' is missing"),
    "bars": (HEADER.replace(",", "|") + "a|0|0\n", 1, "separated by bars"),
    "two marks": (HEADER.replace(",", ";") + "a;0,5;1\na;1.5;2\n", 3, "decimal points and commas"),
    "two in one": (HEADER.replace(",", ";") + "a;1.234,5;0\n", 2, "decimal points and commas"),
    "two commas": (HEADER.replace(",", "\t") + "a\t1,234,500\t0\n", 2, "not a number"),
    "quoted comma": (HEADER + 'a,"0,5",1\n', 2, "'0,5', not a number"),
    "line after sep=": ("sep=,\n" + HEADER + "a,0,0\na,one,1\n", 4, "not a number"),
    "no header": ("a,0,0\n", 1, "Filename' is missing"),
    "double column": ("Filename,Time Channel 0,Time Channel 1,Filename\n", 1, "more than once"),
    "text": (HEADER + "a,0,0\na,one,1\n", 3, "Time Channel 0 is 'one', not a number"),
    "no value": (HEADER + "a,0,\n", 2, "Time Channel 1 is '', not a number"),
    "underscore": (HEADER + "a,1_0,1\n", 2, "not a number"),
    "other digits": (HEADER + "a,١,1\n", 2, "not a number"),
    "nan": (HEADER + "a,0,NaN\n", 2, "Time Channel 1 is NaN"),
    "inf": (HEADER + "a,-inf,0\n", 2, "Time Channel 0 is -inf"),
    "overflow": (HEADER + "a,0,1e999\n", 2, "too large"),
    "negative 0": (HEADER + "a,-0.5,0\n", 2, "before the start"),
    "negative 1": (HEADER + "a,0,-1\n", 2, "before the start"),
    "decreasing 0": (HEADER + "a,2,2\nb,0,0\na,1,3\n", 4, "falls from 2.0 to 1.0"),
    "decreasing 1": (HEADER + "a,1,2\na,2,1.5\n", 3, "Time Channel 1 of a falls"),
    "decimal comma": (HEADER + "a,0,5,1,0\n", 2, "5 fields where the header has 3"),
    "short row": (HEADER + "a,0\n", 2, "2 fields where the header has 3"),
    "no name": (HEADER + " ,0,0\n", 2, "file name is empty"),
    "open quote": (HEADER + '"a,0,0\n', 2, "not a CSV table"),
    "no letters": (HEADER.encode() + b"a,0,0\n\x81,0,0\n", 3, "not UTF-8"),
    "marked UTF-8": (b"\xef\xbb\xbf" + HEADER.encode() + b"a,0,0\n\xe4,0,0\n", 3, "not UTF-8"),
    "half a UTF-16": (HEADER.encode("utf-16")[:-1], 1, "not UTF-16"),
    "NUL": (HEADER + "a\0,zero,0\n", 2, ""),
    "empty": ("", None, "is empty"),
    "only a BOM": ("\ufeff", None, "is empty"),
    "no rows": (HEADER + "\n", None, "no keypoints"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("read", [read_csv, read_predictions])
def test_a_table_that_is_no_table_is_named_with_its_line(write_text, case: str, read) -> None:
    content, line, what = BAD[case]
    path = write_text("bad.csv", content)
    with pytest.raises(InputError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"{path}, line {line}: " if line else f"{path}: ")
    assert what in message
    assert "\n" not in message


def test_predictions_may_repeat_a_keypoint_anywhere(write_text) -> None:
    path = write_text("p.csv", HEADER + "a,0,0.5\na,1,1.5\nb,0,0\na,2,2.5\na,1,9\na,0,7\n")
    table = read_predictions(path)
    assert table.files["a"].time_0_s.tolist() == [0, 0, 1, 1, 2]
    assert table.files["a"].time_1_s.tolist() == [0.5, 7, 1.5, 9, 2.5]
    with pytest.raises(InputError, match="line 6"):
        read_csv(path)


def test_times_past_the_end_are_named(make_audio) -> None:
    recording = open_recording(
        make_audio("a.wav", channels=1, duration_s=4.0),
        make_audio("b.wav", channels=1, duration_s=6.0),
    )
    check_times(machine_keypoints([0, 4.0], [0, 6.0005]), recording, "t.csv")
    check_times(machine_keypoints([0, 4.0 + END_SLACK_S], [0, 6.0]), recording, "t.csv")
    with pytest.raises(InputError, match=r"past the end at 4 s"):
        check_times(machine_keypoints([0, 4.0011], [0, 6.0]), recording, "t.csv")
    with pytest.raises(InputError, match=r"t\.csv: .*a\.wav lies at 4\.5 s on channel 0"):
        check_times(machine_keypoints([0, 4.5, 5], [0, 1, 2]), recording, "t.csv")
    with pytest.raises(InputError, match="at 7 s on channel 1, past the end at 6 s"):
        check_times(machine_keypoints([0, 1], [0, 7]), recording, "t.csv")


def test_unknown_file_names_are_named() -> None:
    table = BiodcaseTable({name: machine_keypoints([0], [0]) for name in ("a", "b", "c")})
    check_names(table.files, iter("abcd"), "t.csv")
    with pytest.raises(InputError, match=r"t\.csv: names 'b' and 1 more"):
        check_names(table.files, iter("a"), "t.csv")


def test_a_table_whose_rows_and_files_disagree_is_refused() -> None:
    with pytest.raises(ValueError, match="disagree"):
        BiodcaseTable({"a": machine_keypoints([0], [0])}, ("a", "a"))


@pytest.fixture
def table() -> BiodcaseTable:
    return BiodcaseTable({"a.wav": machine_keypoints(np.arange(3), np.arange(3) + 0.5)})


def test_a_file_is_overwritten_only_when_asked(tmp_path: Path, table: BiodcaseTable) -> None:
    path = tmp_path / "out.csv"
    path.write_text("precious")
    with pytest.raises(InputError, match="already exists"):
        write_csv(path, table)
    assert path.read_text() == "precious"
    write_csv(path, table, overwrite=True)
    assert len(path.read_text().splitlines()) == 4
    assert _names(tmp_path) == ["out.csv"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_fails_leaves_everything_as_it_was(
    tmp_path: Path, table: BiodcaseTable, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "out.csv"
    path.write_text("precious")
    monkeypatch.setattr(*((atomic.os, step) if step == "fsync" else (Path, step)), full)
    with pytest.raises(InputError, match="no space left on device"):
        write_csv(path, table, overwrite=True)
    assert path.read_text() == "precious"
    assert _names(tmp_path) == ["out.csv"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_stays_a_link(tmp_path: Path, table: BiodcaseTable) -> None:
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("old")
    link.symlink_to(target)
    write_csv(link, table, overwrite=True)
    assert link.is_symlink()
    assert target.read_text().startswith("Filename")


def test_places_that_cannot_be_written_are_named(tmp_path: Path, table: BiodcaseTable) -> None:
    (tmp_path / "folder").mkdir()
    for path, what in [
        (tmp_path / "missing" / "out.csv", "no such folder"),
        (tmp_path / "folder", "not a file"),
        (tmp_path / ("x" * 300), "cannot be written"),
    ]:
        with pytest.raises(InputError, match=what):
            write_csv(path, table, overwrite=True)
    assert _names(tmp_path) == ["folder"]


def test_a_name_that_is_no_unicode_is_refused(tmp_path: Path) -> None:
    table = BiodcaseTable({"\udcff.wav": machine_keypoints([0], [0])})
    with pytest.raises(InputError, match="not valid Unicode"):
        write_csv(tmp_path / "out.csv", table)
    assert not _names(tmp_path)
