"""What the window shows before anything is open."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

_HOW = (
    "Drop a stereo recording here, two mono files, a folder with <b>audio/</b> inside, "
    "or a BioDCASE CSV.<br><br>FinchSync aligns the two channels and shows where it is unsure. "
    "Press <b>Tab</b> to go there, drag or nudge the keypoint, and <b>Enter</b> to accept.<br>"
    "Your audio and your CSV are never changed. Press <b>?</b> for all keys."
)


_WIDTH_PX = 460
_DEMO = "Nothing at hand? Try two minutes of two simulated recorders whose clocks drift apart:"


class Welcome(QWidget):
    """A hint, two buttons to open something, and one for the demo.

    Parameters
    ----------
    actions : mapping of str to QAction
        The commands behind the buttons.
    """

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel("Align two recorders")
        title.setProperty("role", "big")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        # The words need a width of their own before their height can be known.
        column = QWidget()
        column.setFixedWidth(_WIDTH_PX)
        words = QVBoxLayout(column)
        words.addWidget(title)
        words.addSpacing(8)
        words.addWidget(_words(_HOW))
        words.addSpacing(16)
        words.addLayout(_row(actions["open"], actions["open_folder"]))
        words.addSpacing(24)
        words.addWidget(_words(_DEMO))
        words.addSpacing(4)
        words.addLayout(_row(actions["try_demo"]))
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(column)
        across.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addLayout(across)
        layout.addStretch(3)


def _words(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label


def _row(*actions: QAction) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addStretch(1)
    for action in actions:
        row.addWidget(_button(action))
    row.addStretch(1)
    return row


def _button(action: QAction) -> QPushButton:
    button = QPushButton(action.text())
    button.setToolTip(action.toolTip())
    button.setAccessibleDescription(action.statusTip())
    button.clicked.connect(action.trigger)
    action.enabledChanged.connect(button.setEnabled)
    return button
