"""Keypoint tables as other programs and systems write them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from core.formats.tables.biodcase import read_csv, read_predictions, write_csv

TABLE = "Filename,Time Channel 0,Time Channel 1\n" + "".join(
    f"Käfig 1.wav,{time},{time}\n" for time in ("1.25", "3.5", "4.75")
)
SPELLINGS: dict[str, str | bytes] = {
    "UTF-8 with a mark": TABLE.encode("utf-8-sig"),
    "UTF-16": TABLE.encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + TABLE.encode("utf-16-be"),
    "UTF-16 without a mark": TABLE.encode("utf-16-le"),
    "UTF-16 without a mark, big end first": TABLE.encode("utf-16-be"),
    "Windows-1252": TABLE.encode("cp1252"),
    "semicolons": TABLE.replace(",", ";"),
    "semicolons and decimal commas": re.sub(r"(\d)\.(\d)", r"\1,\2", TABLE.replace(",", ";")),
    "tabs": TABLE.replace(",", "\t"),
    "lower case": TABLE.replace("Filename,Time Channel", "filename,time channel"),
    "capitals": TABLE.replace("Filename,Time Channel", "FILENAME,TIME CHANNEL"),
    "blanks": TABLE.replace("Time Channel 0", " Time  Channel\u00a00 "),
    "sep=": "sep=,\n" + TABLE,
    "SEP=; of Excel": "SEP=;\r\n" + TABLE.replace(",", ";").replace("\n", "\r\n"),
    "sep= that another program kept": "sep=,\n" + TABLE.replace(",", ";"),
    "sep= after a mark": "\ufeffsep=,\n" + TABLE,
    "tabs in UTF-16 (Unicode text of Excel)": TABLE.replace(",", "\t").encode("utf-16"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("read", [read_csv, read_predictions])
def test_one_table_in_many_spellings(write_text: Callable, read: Callable, spelling: str) -> None:
    table = read(write_text("t.csv", SPELLINGS[spelling]))
    assert table.rows == ("Käfig 1.wav",) * 3
    assert table.files["Käfig 1.wav"].time_0_s.tolist() == [1.25, 3.5, 4.75]
    assert table.files["Käfig 1.wav"].time_1_s.tolist() == [1.25, 3.5, 4.75]
    assert table.files["Käfig 1.wav"].time_0_text == ("1.25", "3.5", "4.75")


def test_only_guesses_are_told(write_text: Callable) -> None:
    told = {name: read_csv(write_text("t.csv", text)).notes for name, text in SPELLINGS.items()}
    (coding,) = told.pop("Windows-1252")
    assert "read as Windows-1252" in coding
    (comma,) = told.pop("semicolons and decimal commas")
    assert "decimal commas" in comma
    assert not any(told.values())


def test_what_is_no_decimal_comma_leaves_to_the_letter(
    write_text: Callable, tmp_path: Path
) -> None:
    path = write_text("t.csv", TABLE.replace(",", ";").replace("1.25;", " 1.250;"))
    write_csv(tmp_path / "out.csv", read_csv(path))
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == TABLE.replace("1.25,", " 1.250,")
