"""The selected keypoint: where it stands, how sure that is and why, and buttons to decide."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QFocusEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.base.time_format import time_text
from app.look.keypoint_style import WORDS, Mark, colour_of, mark_icon, marks_of
from app.look.theme import theme
from app.render.tiles import TileStore
from app.review.confidence_text import band_text, tolerance_ms
from app.review.explanation import explanation
from app.session.session_model import SessionModel
from app.views.panels.clip_view import ClipView
from app.views.panels.explanation_popup import ExplanationPopup
from app.views.panels.score_curve import ScoreCurve
from app.views.parts.action_button import ActionButton
from app.views.parts.fixed_label import FixedLabel
from core.align.claims.confidence import whole_percent
from core.session import Basis

_NUDGES = (-100, -10, -1, 1, 10, 100)


class KeypointPanel(QWidget):
    """Where the selected keypoint stands, how sure that is and why; it scrolls in a low window.

    Parameters
    ----------
    session, tiles
        What is shown.
    actions : mapping of str to QAction
        The commands behind the buttons.
    """

    def __init__(
        self,
        session: SessionModel,
        tiles: TileStore,
        actions: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._tiles = session, tiles
        self.clips = ClipView(session, tiles)
        self._curve = ScoreCurve(session)
        self._title = FixedLabel("title")
        self._mark: Mark | None = None
        self._state = QLabel()
        self._state_icon = QLabel()
        self._offset = FixedLabel("big")
        at_right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._sure = FixedLabel(align=at_right, lines=2)
        self._reason = FixedLabel("muted", Qt.AlignmentFlag.AlignTop, lines=2, wraps=True)
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(8, 4, 8, 0)
        layout.setSpacing(6)
        layout.addLayout(_row(self._title, self._state_icon, self._state))
        layout.addLayout(_row(self._offset, self._sure))
        why = ActionButton(actions["explain"], "Why?")
        why.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        reason = _row(self._reason, why)
        reason.setAlignment(why, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(reason)
        self.explanation = ExplanationPopup(self)
        layout.addWidget(self.clips, 1)
        layout.addWidget(self._curve)
        self._inner = inner
        self._scrolled = QScrollArea()
        self._scrolled.setWidget(inner)
        self._scrolled.setWidgetResizable(True)
        self._scrolled.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # What of it is reached by the keyboard comes into view by itself.
        self._scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        accept = ActionButton(actions["accept"], "Accept")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 8)
        whole.setSpacing(6)
        whole.addWidget(self._scrolled, 1)
        for buttons in (_nudge_buttons(actions), _decision_buttons(accept, actions)):
            # Not scrolled away, however much there is to see above.
            buttons.setContentsMargins(8, 0, 8, 0)
            whole.addLayout(buttons)
        self.setAccessibleName("Selected keypoint")
        self._accept = accept
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._refresh)
        for signal in (
            session.selection.recording_changed,
            session.selection.changed,
            session.keypoints_changed,
            session.evidence_changed,
        ):
            signal.connect(self._soon.start)
        theme().changed.connect(self._repaint)
        self._repaint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """As wide as all of it beside the scroll bar; as low as the window needs."""
        least = super().minimumSizeHint()
        inner_px = self._inner.minimumSizeHint().width()
        bar_px = self._scrolled.verticalScrollBar().sizeHint().width()
        return QSize(max(least.width(), inner_px) + bar_px, least.height())

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        """Hand the keyboard on."""
        self._accept.setFocus(event.reason())

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """No wider than it has to be."""
        return QSize(self.minimumSizeHint().width(), super().sizeHint().height())

    @Slot()
    def _repaint(self) -> None:
        # Both colour and shape say the state; icons are made once.
        self._icons = {mark: mark_icon(mark).pixmap(16, 16) for mark in Mark}
        self._mark = None
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        keypoints, selected = self._session.keypoints, self._session.selection.keypoint
        if keypoints is None or selected < 0:
            self._title.setText("No keypoint selected")
            for words in (self._offset, self._sure, self._reason):
                words.setText("")
            self._show_mark(None)
            return
        mark = Mark(int(marks_of(keypoints)[selected]))
        time_s = float(keypoints.time_0_s[selected])
        place = f"{selected + 1}/{len(keypoints)} · {time_text(time_s, 1)}"
        self._title.setText(f"Keypoint {place}", place)
        self._show_mark(mark)
        self._offset.setText(f"{float(keypoints.offset_s[selected]):+.3f} s")
        if mark is Mark.CORRECTED:
            self._sure.setText("set by you")
            self._reason.setText(self._proposed(selected, float(keypoints.time_1_s[selected])))
        else:
            self._sure.setText(self._confidence_words(float(keypoints.confidence[selected])))
            self._reason.setText(self._why(keypoints.reason[selected], mark))

    @Slot()
    def explain(self) -> None:
        """Say in figures what speaks for the selected keypoint, and what against it."""
        if self._session.selection.keypoint >= 0:
            heading = self._sure.text().partition("\n")[0]
            sentences = (self._reason.text(), *explanation(self._session, self._tiles.spectrograms))
            self.explanation.show_under(self._reason, heading, tuple(filter(None, sentences)))

    def _show_mark(self, mark: Mark | None) -> None:
        if mark is self._mark:
            return
        self._mark = mark
        if mark is None:
            self._state.clear()
            self._state_icon.clear()
            return
        self._state.setText(WORDS[mark])
        colour = colour_of(mark, theme().palette).name()
        self._state.setStyleSheet(f"color: {colour}; font-weight: 600;")
        self._state_icon.setPixmap(self._icons[mark])

    def _confidence_words(self, confidence: float) -> str:
        words = []
        if np.isfinite(confidence):
            words.append(f"{whole_percent(confidence)} % within {tolerance_ms(self._session)} ms")
        if band := band_text(self._session):
            words.append(f"path {band}")
        return "\n".join(words)

    def _proposed(self, selected: int, time_1_s: float) -> str:
        entry = self._session.current
        if entry is None or entry.machine is None:
            return ""
        machine = entry.machine.keypoints
        moved_ms = 1000 * (time_1_s - float(machine.time_1_s[selected]))
        return (
            f"The machine proposed {float(machine.offset_s[selected]):+.3f}\N{NO-BREAK SPACE}s; "
            f"you moved it by {moved_ms:+.0f}\N{NO-BREAK SPACE}ms."
        )

    @property
    def said(self) -> str:
        """All of it in words, for who does not see it."""
        shown = (self._title, self._state, self._offset, self._sure, self._reason)
        return ", ".join(label.text().replace("\n", ", ") for label in shown if label.text())

    @property
    def reason_text(self) -> str:
        """Why the keypoint stands where it does."""
        return self._reason.text()

    def _why(self, reason: str, mark: Mark) -> str:
        entry = self._session.current
        if reason:
            # Taken alone a match may be clear, and the whole recording belong elsewhere.
            verdict = None if entry is None else entry.verdict
            alias = None if verdict is None or mark is not Mark.UNCERTAIN else verdict.alias
            other = "" if alias is None else f"; {alias.sentence()}"
            return f"{reason[0].upper()}{reason[1:]}{other}."
        if entry is not None and entry.basis is Basis.IMPORTED:
            return "From the imported table."
        if entry is not None and entry.problem:
            return f"Not aligned: {entry.problem}"
        if entry is not None and entry.alignment is None:
            return "Not aligned yet."
        return ""


def _row(*widgets: QWidget) -> QHBoxLayout:
    layout = QHBoxLayout()
    layout.setSpacing(6)
    for widget in widgets:
        layout.addWidget(widget, int(isinstance(widget, FixedLabel)))
    return layout


def _nudge_buttons(actions: Mapping[str, QAction]) -> QGridLayout:
    layout = QGridLayout()
    layout.setSpacing(3)
    for column, step_ms in enumerate(_NUDGES):
        word = "earlier" if step_ms < 0 else "later"
        button = ActionButton(actions[f"nudge_{word}_{abs(step_ms)}"], f"{step_ms:+d}")
        button.setAutoRepeat(True)
        layout.addWidget(button, 0, column)
        layout.setColumnStretch(column, 1)
    label = QLabel("ms")
    label.setProperty("role", "muted")
    layout.addWidget(label, 0, len(_NUDGES))
    return layout


def _decision_buttons(accept: QWidget, actions: Mapping[str, QAction]) -> QHBoxLayout:
    layout = QHBoxLayout()
    layout.setSpacing(4)
    layout.addWidget(accept, 1)
    for name in ("unalignable", "take_alignment"):
        layout.addWidget(ActionButton(actions[name]), 1)
    return layout
