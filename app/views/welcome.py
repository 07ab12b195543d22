"""What the window shows before anything is open."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

_HOW = (
    "Drop a stereo recording here, two mono files, a folder with <b>audio/</b> inside, "
    "or a BioDCASE CSV.<br><br>FinchSync aligns the two channels and shows where it is unsure. "
    "Press <b>Tab</b> to go there, drag or nudge the keypoint, and <b>Enter</b> to accept.<br>"
    "Your audio and your CSV are never changed. Press <b>?</b> for all keys."
)


class Welcome(QWidget):
    """A hint and two buttons.

    Parameters
    ----------
    open_files, open_folder : QAction
    """

    def __init__(
        self, open_files: QAction, open_folder: QAction, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        title = QLabel("Align two recorders")
        title.setProperty("role", "big")
        how = QLabel(_HOW)
        how.setProperty("role", "muted")
        how.setWordWrap(True)
        how.setFixedWidth(440)
        how.setAlignment(Qt.AlignmentFlag.AlignCenter)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for action in (open_files, open_folder):
            button = QPushButton(action.text())
            button.setToolTip(action.toolTip())
            button.clicked.connect(action.trigger)
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(8)
        layout.addWidget(how, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(16)
        layout.addLayout(buttons)
        layout.addStretch(3)
