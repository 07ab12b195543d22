"""Whoever does not see the window hears what happens in it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.base.messages import Kind, Message
from app.frame.main_window import MainWindow
from app.session.region import Region

Key = Qt.Key


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, QAccessible.AnnouncementPoliteness]]:
    """What a screen reader is given to say."""
    heard = []

    def update(event: QAccessibleAnnouncementEvent) -> None:
        heard.append((event.message(), event.politeness()))

    monkeypatch.setattr("app.base.announcement.QAccessible.isActive", lambda: True)
    monkeypatch.setattr("app.base.announcement.QAccessible.updateAccessibility", update)
    return heard


def test_a_keypoint_that_is_stepped_to_is_spoken_and_those_passed_are_not(
    opened: MainWindow, spoken: list, qtbot: QtBot
) -> None:
    qtbot.wait(300)
    spoken.clear()
    for _ in range(3):
        QTest.keyClick(opened, Key.Key_N)
    qtbot.waitUntil(lambda: bool(spoken))
    ((text, _),) = spoken
    assert text.startswith("Keypoint 4/20")
    assert "unreviewed" in text
    assert f"{opened.session.keypoints.offset_s[3]:+.3f} s" in text


def test_a_region_is_spoken_when_it_rests(opened: MainWindow, spoken: list, qtbot: QtBot) -> None:
    qtbot.wait(300)
    spoken.clear()
    for end_s in (4.0, 5.0, 6.5):
        opened.session.selection.select_region(Region(0, 2.25, end_s))
    qtbot.waitUntil(lambda: bool(spoken))
    ((text, _),) = spoken
    assert text == "region 0:02.250 to 0:06.500, 4.250 s"
    assert opened.status.note_text == text


def test_messages_are_spoken_and_errors_break_in(opened: MainWindow, spoken: list) -> None:
    opened.messages.post(Message(Kind.INFO, "All done."))
    opened.messages.post(Message(Kind.ERROR, "The disk is full."))
    opened.status.note("volume +3 dB")
    manners = QAccessible.AnnouncementPoliteness
    assert spoken == [
        ("All done.", manners.Polite),
        ("The disk is full.", manners.Assertive),
        ("volume +3 dB", manners.Polite),
    ]


def test_a_recording_that_is_opened_is_named(
    spoken: list, opened: MainWindow, qtbot: QtBot
) -> None:
    title = opened.session.current.recording.title
    qtbot.waitUntil(lambda: any(text.startswith(title) for text, _ in spoken))
