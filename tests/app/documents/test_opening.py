"""What is opened from folders and tables, without a window."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import write_calls

from app.documents.opening import Opened, Skipped, open_paths
from app.export.table_export import ExportPlan
from app.session.entries import Entry
from core.formats.tables.biodcase import write_csv

HEADER = "Filename,Time Channel 0,Time Channel 1\n"
NFC, NFD = (unicodedata.normalize(form, "Käfig.wav") for form in ("NFC", "NFD"))

Opener = Callable[..., tuple[list[Entry], list[str]]]


@pytest.fixture
def open_set(tmp_path: Path) -> Opener:
    """Open a folder with one recording and some tables; the recordings, and what is said."""

    def open_set(
        tables: dict[str, str | bytes], audio: str = "a.wav", opens: str = ""
    ) -> tuple[list[Entry], list[str]]:
        folder = tmp_path / "set"
        (folder / "audio").mkdir(parents=True)
        write_calls(folder / "audio" / audio, 5.0)
        for name, content in tables.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        steps = list(open_paths([folder / opens]))
        entries = [entry for step in steps if isinstance(step, Opened) for entry in step.entries]
        return entries, [step.text for step in steps if isinstance(step, Skipped)]

    return open_set


@pytest.mark.parametrize(
    ("table", "content"),
    [
        ("keypoints.CSV", HEADER + "a.wav,0.50,0.5\n"),
        ("keypoints.csv", (HEADER + "a.wav,0.50,0.5\n").encode("utf-16")),
        ("keypoints.csv", "sep=;\n" + (HEADER + "a.wav,0.50,0.5\n").lower().replace(",", ";")),
        ("audio/annotations.csv", HEADER + "a.wav,0.50,0.5\n"),
    ],
)
def test_a_table_in_another_spelling_is_used(open_set: Opener, table: str, content: str) -> None:
    (entry,), said = open_set({table: content})
    assert entry.keypoints.time_0_text == ("0.50",)
    assert said == []


def test_a_csv_that_is_not_used_is_named(open_set: Opener) -> None:
    (entry,), (said,) = open_set({"weather.csv": "what,when\nrain,noon\n"})
    assert len(entry.keypoints) == 5
    assert "weather.csv is not used: the column 'Filename' is missing" in said


def test_of_several_tables_none_is_taken_and_all_are_named(open_set: Opener) -> None:
    (entry,), (said,) = open_set(dict.fromkeys(("k.csv", "l.csv"), HEADER + "a.wav,0.50,0.5\n"))
    assert len(entry.keypoints) == 5
    assert "k.csv, l.csv all hold keypoints, so none is used" in said


@pytest.mark.parametrize(
    ("audio", "name"),
    [(NFD, NFC), ("a.wav", "audio\\a.wav"), ("a.wav", "audio/a.wav"), ("a.wav", "a.wav ")],
)
@pytest.mark.parametrize("opens", ["", "annotations.csv"])
def test_names_of_another_system_match_and_leave_as_they_came(
    open_set: Opener, tmp_path: Path, audio: str, name: str, opens: str
) -> None:
    content = f"{HEADER}{name},0.50,0.6\nelsewhere.wav,1.0,1.0\n"
    entries, (said,) = open_set({"annotations.csv": content}, audio, opens)
    assert [entry.keypoints.time_0_text for entry in entries] == [("0.50",)]
    assert "elsewhere.wav" in said
    plan = ExportPlan(tuple(entries))
    assert plan.sidecar()[0].name == name
    write_csv(tmp_path / "out.csv", plan.table())
    assert (tmp_path / "out.csv").read_bytes().decode() == content
