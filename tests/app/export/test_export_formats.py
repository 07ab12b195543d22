"""A new format is one file: the dialog offers what it finds, and writes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import aligned_entry
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app.export.export_dialog import ExportDialog
from app.export.table_export import export_steps
from core.formats import kinds
from core.formats.sidecar import sidecar_path
from core.formats.tables.biodcase import read_csv

NAMES_ONLY = """
from core.formats.registry import Format


def _contents(export, places):
    yield "\\n".join(export.table.files).encode()


FORMAT = Format("names", "Names only", (".txt",), "", _contents, has_sidecar=True)
"""


@pytest.fixture
def names_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "another folder of formats"
    folder.mkdir()
    (folder / "names_only.py").write_text(NAMES_ONLY)
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(folder)])


@pytest.fixture
def dialog(qtbot: QtBot) -> Iterator[ExportDialog]:
    entry = aligned_entry()
    dialog = ExportDialog(entry, (entry,))
    qtbot.addWidget(dialog)
    return dialog


def write(dialog: ExportDialog) -> None:
    (path,) = export_steps(dialog.path, dialog.plan, overwrite=False)
    assert sidecar_path(path).exists()


def test_without_a_choice_it_is_the_table_of_the_challenge(
    dialog: ExportDialog, tmp_path: Path
) -> None:
    assert dialog.path.name == "a_finchsync.csv"
    dialog.set_path(tmp_path / "out")
    write(dialog)
    assert len(read_csv(tmp_path / "out.csv").files["a.wav"]) == 20


def test_a_format_in_a_file_of_its_own_is_offered_and_written(
    names_only: None, dialog: ExportDialog, tmp_path: Path
) -> None:
    dialog.set_path(tmp_path / "out.csv")
    dialog.findChild(QComboBox).setCurrentText("Names only")
    assert dialog.path == tmp_path / "out.txt"
    write(dialog)
    assert (tmp_path / "out.txt").read_text() == "a.wav"
