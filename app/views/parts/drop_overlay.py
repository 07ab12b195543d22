"""The overlay while files are dragged over the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QWidget


class DropOverlay(QLabel):
    """Covers `over` while files are dragged over its window, and says what letting go does.

    Parameters
    ----------
    over : QWidget
    window : QWidget
        Takes what is dropped.

    Signals
    -------
    dropped(paths)
        A list of Path.
    """

    dropped = Signal(object)

    def __init__(self, over: QWidget, window: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("drop")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, _window: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Take files, folders and nothing else."""
        if isinstance(event, QDragEnterEvent) and event.mimeData().hasUrls():
            self._offer(len(event.mimeData().urls()))
            event.acceptProposedAction()
            return True
        if event.type() == QEvent.Type.DragLeave:
            self.hide()
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self.hide()
            urls = event.mimeData().urls()
            self.dropped.emit([Path(url.toLocalFile()) for url in urls if url.isLocalFile()])
            return True
        return False

    def _offer(self, count: int) -> None:
        what = "to open it" if count == 1 else f"to open {count} items"
        self.setText(f"Let go {what}\n\nNothing is copied or changed.")
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect().adjusted(12, 12, -12, -12))
        self.raise_()
        self.show()
