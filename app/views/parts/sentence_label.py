"""A label that says a sentence."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel


def sentence_label(role: str = "") -> QLabel:
    """A label whose words are shown to the letter and broken at its edge.

    Parameters
    ----------
    role : str
        How it is dressed; see `app.look.theme`.
    """
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        label.setProperty("role", role)
    return label
