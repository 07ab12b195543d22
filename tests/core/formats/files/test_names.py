"""A name is the same in a table and on the disk, however a system writes it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import InputError
from core.formats.files.names import match_names
from core.formats.tables.biodcase import read_csv, write_csv

NFC, NFD = (unicodedata.normalize(form, "Käfig.wav") for form in ("NFC", "NFD"))
SAME = [
    (NFC, NFD),
    (NFD, NFC),
    ("audio\\a.wav", "a.wav"),
    ("audio/a.wav", "a.wav"),
    ("D:\\card 3\\a.wav", "a.wav"),
    ("a.wav ", "a.wav"),
    (" a.wav", "a.wav"),
    (f"audio\\{NFD} ", NFC),
]


@pytest.mark.parametrize(("theirs", "ours"), SAME)
def test_names_match_and_leave_as_they_came(
    write_text: Callable, tmp_path: Path, theirs: str, ours: str
) -> None:
    content = f"Filename,Time Channel 0,Time Channel 1\n{theirs},1.25,1.5\nb.wav,0.0,0.0\n"
    table = read_csv(write_text("t.csv", content)).for_recordings(["b.wav", ours], "t.csv")
    assert table.rows == (ours, "b.wav")
    assert table.files[ours].time_1_s.tolist() == [1.5]
    write_csv(tmp_path / "out.csv", table)
    assert (tmp_path / "out.csv").read_bytes().decode() == content


def test_a_name_to_the_letter_goes_first() -> None:
    on_disk = [NFC, NFD, "a.wav", "a.wav "]
    assert match_names(on_disk, on_disk, "t.csv") == {name: name for name in on_disk}


@pytest.mark.parametrize("other", ["A.wav", "a.flac", "a", "b\\a.wav.bak"])
def test_other_names_match_nothing(other: str) -> None:
    assert match_names([other], ["a.wav"], "t.csv") == {}


@pytest.mark.parametrize(
    ("theirs", "ours", "what"),
    [
        (["audio/" + NFC], [NFC + " ", NFD], "could be"),
        ([NFC, NFD], [NFC], "differ only in how their letters are coded"),
        (["a.wav", "a.wav "], ["a.wav"], "differ only in the blanks"),
        (["x/a.wav", "y/a.wav"], ["a.wav"], "differ only in the folder"),
    ],
)
def test_what_could_be_meant_twice_is_refused(
    theirs: list[str], ours: list[str], what: str
) -> None:
    with pytest.raises(InputError, match=what):
        match_names(theirs, ours, "t.csv")
