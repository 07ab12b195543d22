"""The welcome page, shown before anything is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.views.parts.sentence_label import SentenceLabel

_HOW = (
    "Drop a stereo recording here, two mono files, a folder with <b>audio/</b> inside, "
    "or a BioDCASE CSV.<br><br>FinchSync aligns the two channels and shows where it is unsure. "
    "Press <b>Shift+N</b> to go there, drag or nudge the keypoint, and <b>Enter</b> to accept.<br>"
    "Your audio and your CSV are never changed. Press <b>?</b> for all keys."
)


_CHARACTERS = 80
_PRESSES = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_DEMO = "Nothing at hand? Try two minutes of two simulated recorders whose clocks drift apart:"


class Welcome(QScrollArea):
    """A hint, buttons to open something, and one for the demo.

    Parameters
    ----------
    actions : mapping of str to QAction
        The commands behind the buttons.
    recent : QMenu or None
        What was opened before, for who comes back.
    """

    def __init__(
        self,
        actions: Mapping[str, QAction],
        recent: QMenu | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        title = QLabel("Align two recorders")
        title.setProperty("role", "big")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QWidget()
        column.setMaximumWidth(_CHARACTERS * self.fontMetrics().averageCharWidth())
        words = QVBoxLayout(column)
        words.addWidget(title)
        words.addSpacing(8)
        words.addWidget(_words(_HOW))
        words.addSpacing(16)
        openers = [_button(actions[name]) for name in ("open", "open_folder")]
        if recent is not None:
            again = QPushButton("Open recent")
            again.setMenu(recent)
            openers.append(again)
        words.addLayout(_row(openers))
        words.addSpacing(24)
        words.addWidget(_words(_DEMO))
        words.addSpacing(4)
        words.addLayout(_row([_button(actions["try_demo"])]))
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(column, _CHARACTERS)
        across.addStretch(1)
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.addStretch(2)
        layout.addLayout(across)
        layout.addStretch(3)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Enter presses a button; outside dialogs, Qt lets only the space bar do that."""
        button = self.focusWidget()
        if event.key() not in _PRESSES or not isinstance(button, QPushButton):
            super().keyPressEvent(event)
        elif button.menu() is None:
            button.click()
        else:
            button.showMenu()


def _words(text: str) -> SentenceLabel:
    label = SentenceLabel("muted", text)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label


def _row(buttons: Sequence[QWidget]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    row.addStretch(1)
    return row


def _button(action: QAction) -> QPushButton:
    button = QPushButton(action.text())
    button.setToolTip(action.toolTip())
    button.setAccessibleDescription(action.statusTip())
    button.clicked.connect(action.trigger)
    action.enabledChanged.connect(button.setEnabled)
    return button
