"""Decisions of an earlier session: are they there, what is said of them, and taking them."""

from __future__ import annotations

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from core.keypoints import ReviewState

ACCEPTED, CORRECTED = ReviewState.ACCEPTED, ReviewState.CORRECTED
Settle = Callable[[MainWindow], None]


def has_decisions(window: MainWindow, name: str = "a.wav") -> bool:
    (entry,) = (e for e in window.session.entries if e.recording.name == name)
    states = entry.keypoints.state
    return (states[4], states[7]) == (ACCEPTED, CORRECTED)


def said(window: MainWindow) -> str:
    return "\n".join(message.text for _, message in window.messages.log)


def take_offer(window: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    """Close what is said of alignments, and take what is offered then."""
    while window.messages.message.action in {"next_uncertain", "compare"}:
        window.messages._close.click()
    qtbot.waitUntil(lambda: window.messages.message.action == "take_earlier")
    window.messages._act.click()
    settle(window)
