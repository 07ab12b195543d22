"""Tables of pairs: what may stand in them, and what is refused in a line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.audio.sources import Source, Sources
from core.errors import InputError
from core.formats.tables.pair_list import is_pair_list, read_pairs, write_pairs

Write = Callable[[str, str | bytes], Path]


def test_what_is_known_of_a_pair_is_read(write_text: Write, tmp_path: Path) -> None:
    path = write_text(
        "pairs.csv",
        "name,file 0,channel 0,start 0,device 0,File 1,Channel 1,Start 1,Device 1,SPACING\n"
        "dawn,a/room.w64,3,2026-05-14T04:30:00+00:00,AudioMoth 1,"
        "../bird.flac,,2026-05-14T06:29:58+02:00,,2.5\n"
        "\n"
        ",a/room.w64,4,,,bird.flac,0,,,\n",
    )
    dawn, other = read_pairs(path).pairs
    start = datetime(2026, 5, 14, 4, 30, tzinfo=UTC)
    assert dawn.name == "dawn"
    assert dawn.spacing_m == 2.5
    assert dawn.sides[0] == Source(tmp_path / "a" / "room.w64", 3, start, "AudioMoth 1")
    assert dawn.sides[1].path == tmp_path / ".." / "bird.flac"
    assert dawn.sides[1].start is not None
    assert (dawn.sides[1].start - start).total_seconds() == -2
    assert (other.name, other.spacing_m, other.sides[1].channel) == ("", None, 0)


def test_a_spreadsheet_s_table_with_two_columns_will_do(write_text: Write, tmp_path: Path) -> None:
    path = write_text("pairs.csv", "\ufeffFile 0;File 1;Spacing\r\na.w64:3;b.wav;1,5\r\n")
    (pair,) = read_pairs(path).pairs
    assert pair.sides == (Source(tmp_path / "a.w64", 3), Source(tmp_path / "b.wav"))
    assert pair.spacing_m == 1.5


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    start = datetime(2026, 5, 14, 4, 30, 0, 250_000)
    pairs = (
        Sources(
            (
                Source(tmp_path / "a, b" / 'x "y".w64', 3, start, "the room's"),
                Source(tmp_path / "tab" / "ü.wav", None, start),
            ),
            'Dämmerung, "eins"',
            2.5,
        ),
        Sources((Source(tmp_path / "12:30.wav", 0), Source(tmp_path / "tab" / "b.wav"))),
    )
    (tmp_path / "tab").mkdir()
    path = tmp_path / "tab" / "pairs.csv"
    write_pairs(path, pairs)
    found = read_pairs(path).pairs
    assert [one.name for one in found] == [one.name for one in pairs]
    assert [one.spacing_m for one in found] == [2.5, None]
    assert [one.identity for one in found] == [one.identity for one in pairs]
    assert [[side.start for side in one.sides] for one in found] == [[start, start], [None, None]]
    assert found[0].sides[0].device == "the room's"
    assert "b.wav" in path.read_text("utf-8")
    assert str(tmp_path) not in path.read_text("utf-8")


def test_a_table_moves_with_its_folder(tmp_path: Path, make_audio: Callable) -> None:
    for name in ("one/a.wav", "one/b.wav"):
        make_audio(name, channels=1, duration_s=0.1)
    sides = Source(tmp_path / "one" / "a.wav"), Source(tmp_path / "one" / "b.wav")
    write_pairs(tmp_path / "one" / "pairs.csv", [Sources(sides)])
    (tmp_path / "one").rename(tmp_path / "two")
    (pair,) = read_pairs(tmp_path / "two" / "pairs.csv").pairs
    assert all(file.is_file() for file in pair.files)


def test_folders_may_be_written_as_on_windows(make_audio: Callable, write_text: Write) -> None:
    make_audio("day 1/a.wav", channels=1, duration_s=0.1)
    path = write_text("pairs.csv", "File 0,File 1\nday 1\\a.wav,b.wav\n")
    assert read_pairs(path).pairs[0].files[0].is_file()


HEADER = "Name,File 0,Channel 0,Start 0,Start 1,File 1,Spacing\n"
GOOD = ",a.wav,,,,b.wav,\n"
BAD = {
    "no file 1": (HEADER + ",a.wav,,,,,\n", "line 2: File 1 is empty; name both"),
    "no column for file 1": ("File 0,Channel 1\na.wav,b.wav\n", "'File 1' is missing"),
    "unknown column": ("File 0,File 1,Gain\na.wav,b.wav,3\n", "the column 'Gain' is none of Name,"),
    "a column twice": ("File 0,File 1,Start 1,start 1\na,b,,\n", "there more than once"),
    "a channel that is none": (HEADER + ",a.wav,left,,,b.wav,\n", "Channel 0 is 'left'"),
    "a negative channel": (HEADER + ",a.wav,-1,,,b.wav,\n", "Channel 0 is '-1'"),
    "a start that is none": (HEADER + ",a.wav,,dawn,,b.wav,\n", "Start 0 is 'dawn', no moment"),
    "a spacing that is none": (HEADER + ",a.wav,,,,b.wav,near\n", "Spacing is 'near'"),
    "microphones too far apart": (HEADER + ",a.wav,,,,b.wav,900\n", "Spacing is 900 m"),
    "one recorder on both sides": (
        "File 0,File 1,Device 0,Device 1\na.wav,b.wav,AM 1,am 1\n",
        "line 2: Device 0 and Device 1 are both 'AM 1', and one recorder has one clock; name the",
    ),
    "the same pair twice": (HEADER + GOOD + GOOD, "line 3: is the same pair as line 2"),
    "a name twice": (HEADER + f"x{GOOD}x,c.wav,,,,b.wav,\n", "the same name as line 2, 'x'"),
    "no file's name": ("File 0,File 1\na\0.wav,b.wav\n", "the name of no file"),
    "no rows": (HEADER, "holds no pairs"),
    "nothing": ("", "is empty"),
    "a row too short": (HEADER + "a.wav,b.wav\n", "line 2: has 2 fields"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_table_of_no_use_is_refused_in_a_line(write_text: Write, case: str) -> None:
    content, what = BAD[case]
    path = write_text("pairs.csv", content)
    with pytest.raises(InputError) as caught:
        read_pairs(path)
    assert str(caught.value).startswith(str(path))
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_table_of_pairs_is_told_from_one_of_keypoints(write_text: Write, tmp_path: Path) -> None:
    assert is_pair_list(write_text("pairs.csv", "file 1;FILE 0\n"))
    assert not is_pair_list(write_text("keypoints.csv", "Filename,Time Channel 0,Time Channel 1\n"))
    assert not is_pair_list(tmp_path / "missing.csv")
