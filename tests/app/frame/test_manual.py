"""*Help > Manual* opens pages that lie beside the program."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl

from app.frame import shell
from app.frame.main_window import MainWindow
from core import documents


def test_the_manual_opens_in_the_browser(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(shell.QDesktopServices, "openUrl", lambda url: not opened.append(url))
    monkeypatch.setattr(documents, "_HOME", tmp_path)
    page = tmp_path / "site" / "index.html"
    page.parent.mkdir()
    page.touch()
    window.commands["manual"].trigger()
    assert [url.toLocalFile() for url in opened] == [str(page)]


def test_where_it_was_not_built_its_place_is_told(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "_HOME", tmp_path)
    window.commands["manual"].trigger()
    assert str(tmp_path / "docs") in window.messages.message.text
