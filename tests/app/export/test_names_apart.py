"""Recordings of one name, from several folders, leave in one table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import write_calls
from PySide6.QtWidgets import QDialog

from app.export.export_dialog import ExportDialog
from app.frame.main_window import MainWindow
from core.formats.sidecar import read_sidecar
from core.formats.tables.biodcase import read_csv


@pytest.fixture
def two_days(window: MainWindow, tmp_path: Path, settle: Callable) -> MainWindow:
    for number, day in enumerate(("day 1", "day 2"), 4):
        (tmp_path / day).mkdir()
        write_calls(tmp_path / day / "a.wav", float(number))
        window.open([tmp_path / day / "a.wav"])
        settle(window)
    window.commands["align_all"].trigger()
    settle(window)
    return window


def test_the_window_tells_them_apart_by_their_folders(
    two_days: MainWindow, tmp_path: Path, settle: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.csv"

    def export_all(dialog: ExportDialog) -> QDialog.DialogCode:
        dialog._all.setChecked(True)
        dialog.set_path(out)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(ExportDialog, "exec", export_all)
    two_days.commands["export"].trigger()
    settle(two_days)
    files = read_csv(out).files
    assert {name: len(kept) for name, kept in files.items()} == {"day 1/a.wav": 4, "day 2/a.wav": 5}
    sidecar = read_sidecar(out)
    assert sidecar is not None
    assert list(sidecar.recordings) == ["day 1/a.wav", "day 2/a.wav"]
    assert [entry.recording.name for entry in two_days.session.entries] == ["a.wav", "a.wav"]


def test_a_session_leaves_them_in_one_table_or_in_files_of_their_own(
    two_days: MainWindow, tmp_path: Path, finchsync: Callable
) -> None:
    session = two_days.store.path
    assert session is not None
    one = finchsync("export", session, "--format", "biodcase", "--out", tmp_path / "one")
    assert (one.code, one.err) == (0, "")
    (table,) = (tmp_path / "one").glob("*.csv")
    assert list(read_csv(table).files) == ["day 1/a.wav", "day 2/a.wav"]
    many = finchsync("export", session, "--format", "textgrid", "--out", tmp_path / "many")
    assert (many.code, many.err) == (0, "")
    assert len(list((tmp_path / "many").iterdir())) == 2
