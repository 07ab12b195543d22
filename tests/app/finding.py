"""Finding a dialog of the window, the line in it, and a recording."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QLineEdit, QWidget

from app.frame.main_window import MainWindow
from app.session.session_model import SessionModel

W = TypeVar("W", bound=QWidget)


def only(window: MainWindow, kind: type[W]) -> W:
    """The one dialog of a kind that is open."""
    (dialog,) = (d for d in window.findChildren(kind) if d.isVisible())
    return dialog


def line(dialog: QWidget) -> QLineEdit:
    """The visible line for text in a dialog."""
    return next(e for e in dialog.findChildren(QLineEdit) if e.isVisible())


def nth(session: SessionModel, place: int) -> int:
    """Key of a recording by the order in which they were opened, from 0."""
    return list(session.recordings)[place]
