"""Warnings about the recording as a whole."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from app.look.icons import icon, icon_px
from app.look.theme import theme
from app.session.entries import Entry
from app.session.session_model import SessionModel
from app.views.parts.elided_label import ElidedLabel


class WarningStrip(QFrame):
    """One line while there is something to say of the recording as a whole; its tip has all of it.

    Parameters
    ----------
    session : SessionModel
    """

    def __init__(self, session: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("message")
        self.setProperty("kind", "warning")
        self._sign = QLabel()
        self._text = ElidedLabel(Qt.AlignmentFlag.AlignLeft)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 1, 10, 1)
        layout.setSpacing(8)
        layout.addWidget(self._sign)
        layout.addWidget(self._text, 1)
        for signal in (session.selection.recording_changed, session.recordings_changed):
            signal.connect(self._refresh)
        theme().changed.connect(self._repaint)
        self._repaint()
        self._refresh()

    @property
    def text(self) -> str:
        """What is said; empty when the strip is hidden."""
        return self._text.text()

    @Slot()
    def _repaint(self) -> None:
        self._sign.setPixmap(icon("uncertain").pixmap(icon_px(), icon_px()))

    @Slot()
    def _refresh(self) -> None:
        entry = self._session.current
        text, *shorter = ("",) if entry is None else _wordings(entry)
        if text != self._text.text():
            self._text.setText(text, *shorter)
            self.setAccessibleName(text)
        self.setVisible(bool(text))


def _wordings(entry: Entry) -> tuple[str, ...]:
    """All of it, and less where there is less room."""
    if entry.is_lost:
        ways = "Find audio… or Use changed audio" if entry.has_other else "Find audio…"
        return (
            f"No sound: {entry.lost}. Your keypoints are safe; see File > {ways}.",
            f"No sound; see File > {ways}.",
            "No sound; see File.",
        )
    if not entry.concerns:
        return ("",)
    shorter = (f"Needs review: {entry.concerns[0]}.", "Needs review; see the tip of this line.")
    first, *others = entry.concerns
    if entry.alignment is not None and entry.alignment.alias is not None:
        offset_s = entry.alignment.path.offset_s
        chosen_s = float(offset_s[len(offset_s) // 2]) if len(offset_s) else np.nan
        other_s = chosen_s + entry.alignment.alias.shift_s
        first += f" (around {other_s:+.2f} s instead of {chosen_s:+.2f} s)"
        others.append("accept or correct one keypoint, and the path settles")
    text = "; ".join([first, *others])
    return f"Needs review: {text}.", *shorter
