"""The manual opens beside the work, with its pictures, and its links lead on and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from finding import only
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from app.views.dialogs.manual_window import ManualWindow
from core.documents import documents

Key = Qt.Key


def _press(manual: ManualWindow, words: str, qtbot: QtBot) -> None:
    (button,) = (b for b in manual.findChildren(QPushButton) if b.text() == words)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def manual(opened: MainWindow) -> ManualWindow:
    QTest.keyClick(opened, Key.Key_F1)
    return only(opened, ManualWindow)


def test_the_days_work_is_shown_with_its_pictures(manual: ManualWindow) -> None:
    assert "A day in the life" in manual.page.toPlainText()
    assert not manual.isModal(), "the work goes on beside it"


def test_pictures_have_their_place_at_once_and_are_read_beside_the_work(
    manual: ManualWindow, qtbot: QtBot
) -> None:
    kind = QTextDocument.ResourceType.ImageResource.value
    name = manual.page.source().resolved(QUrl("images/tutorial_doubt.png"))
    place = manual.page.document().resource(kind, name)
    assert 200 <= place.width() <= manual.page.viewport().width()
    length_px = manual.page.document().size().height()

    def colours() -> int:
        shown = manual.page.document().resource(kind, name)
        assert shown.size() == place.size()
        points = ((x, y) for x in range(0, shown.width(), 40) for y in range(0, shown.height(), 40))
        return len({shown.pixel(x, y) for x, y in points})

    qtbot.waitUntil(lambda: colours() > 3, timeout=20_000)
    assert manual.page.document().size().height() == length_px, "text stays where it is"


def test_links_lead_on_and_back(manual: ManualWindow, qtbot: QtBot) -> None:
    _press(manual, "All pages", qtbot)
    assert "Two recorders" in manual.page.toPlainText()
    manual.page.anchorClicked.emit(QUrl("glossary.md"))
    assert manual.page.source().fileName() == "glossary.md"
    _press(manual, "Back", qtbot)
    assert "Two recorders" in manual.page.toPlainText()


def test_what_leads_out_of_the_manual_opens_no_file(
    manual: ManualWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr("app.views.dialogs.manual_window.QDesktopServices.openUrl", opened.append)
    before = manual.page.source()
    for link in ("../pyproject.toml", "../app/launch.py", "images/window.png"):
        manual.page.anchorClicked.emit(QUrl(link))
    assert manual.page.source() == before
    assert opened == []
    manual.page.anchorClicked.emit(QUrl("https://example.org/paper"))
    assert [link.host() for link in opened] == ["example.org"]


def test_every_picture_and_page_that_the_first_two_name_is_there() -> None:
    import re

    for page in ("tutorial.md", "index.md"):
        text = Path(documents(), page).read_text("utf-8")
        for name in re.findall(r"\]\(([^)#:]+\.(?:md|png))", text):
            assert Path(documents(), name).is_file(), f"{page} names {name}"


def test_an_installation_without_pages_says_so(manual: ManualWindow, tmp_path: Path) -> None:
    manual.page.open(tmp_path / "tutorial.md")
    assert "The manual is not here" in manual.page.toPlainText()
