"""Tables in the folders that ``finchsync align`` is given."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

HEADER = "Filename,Time Channel 0,Time Channel 1\n"

pytestmark = pytest.mark.usefixtures("fake_aligner")


@pytest.fixture
def align(
    finchsync: Callable, make_audio: Callable, tmp_path: Path
) -> Callable[..., tuple[str, str]]:
    """Align a folder with one recording and a table; what is written, and what is said."""

    def align(table: str, content: str | bytes, audio: str = "a.wav") -> tuple[str, str]:
        make_audio(f"set/audio/{audio}")
        path = tmp_path / "set" / table
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        result = finchsync("align", tmp_path / "set", "--out", tmp_path / "p.csv")
        assert result.code == 0
        return (tmp_path / "p.csv").read_text(encoding="utf-8"), result.err

    return align


@pytest.mark.parametrize(
    ("table", "content"),
    [
        ("keypoints.CSV", HEADER + "a.wav,0.50,0.5\n"),
        ("keypoints.csv", (HEADER + "a.wav,0.50,0.5\n").encode("utf-16")),
        ("keypoints.csv", "sep=;\n" + (HEADER + "a.wav,0.50,0.5\n").lower().replace(",", ";")),
        ("audio/annotations.csv", HEADER + "a.wav,0.50,0.5\n"),
    ],
)
def test_a_table_in_another_spelling_is_used(align: Callable, table: str, content: str) -> None:
    assert align(table, content) == (HEADER + "a.wav,0.50,0.75\n", "")


def test_decimal_commas_leave_as_points_and_it_is_said(align: Callable) -> None:
    written, said = align("k.csv", HEADER.replace(",", ";") + "a.wav;0,50;0,5\n")
    assert written == HEADER + "a.wav,0.50,0.75\n"
    assert "k.csv has decimal commas; its times leave with decimal points" in said


def test_a_csv_that_is_not_used_is_named(align: Callable) -> None:
    written, said = align("weather.csv", "what,when\nrain,noon\n")
    assert written.count("\n") == 5
    assert said.count("\n") == 1
    assert "weather.csv is not used: the column 'Filename' is missing" in said


NFC, NFD = (unicodedata.normalize(form, "Käfig.wav") for form in ("NFC", "NFD"))


@pytest.mark.parametrize(
    ("audio", "name"),
    [(NFD, NFC), ("a.wav", "audio\\a.wav"), ("a.wav", "audio/a.wav"), ("a.wav", "a.wav ")],
)
def test_names_of_another_system_match_and_leave_as_they_came(
    align: Callable, audio: str, name: str
) -> None:
    written, said = align("annotations.csv", f"{HEADER}{name},0.50,0.5\n", audio)
    assert written == f"{HEADER}{name},0.50,0.75\n"
    assert said == ""
