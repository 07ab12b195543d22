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
        how = QLabel(_HOW)
        how.setProperty("role", "muted")
        how.setWordWrap(True)
        how.setFixedWidth(440)
        how.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint = QLabel(_DEMO)
        hint.setProperty("role", "muted")
        hint.setWordWrap(True)
        hint.setFixedWidth(440)
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(8)
        layout.addWidget(how, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(16)
        layout.addLayout(_row(actions["open"], actions["open_folder"]))
        layout.addSpacing(24)
        layout.addWidget(hint, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(4)
        layout.addLayout(_row(actions["try_demo"]))
        layout.addStretch(3)


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
