"""The manual, to be read beside the work; it needs no network."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QImage, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from core.documents import documents

_SIZE = QSize(860, 680)
_MARGIN_PX = 40
_FIRST_PAGE, _ALL_PAGES = "tutorial.md", "index.md"
_MISSING = (
    "# The manual is not here\n\nThis installation has no pages beside it. Install FinchSync "
    "again, or read `docs/` of its source."
)


class ManualWindow(QDialog):
    """Pages of Markdown with their pictures, links between them, and a way back.

    Parameters
    ----------
    parent : QWidget
        The window that it stands beside; no larger than that.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Manual")
        self.resize(_SIZE.boundedTo(parent.size()))
        self.page = _Page()
        self.page.setAccessibleName("Manual")
        back = QPushButton("Back")
        back.setEnabled(False)
        back.clicked.connect(self.page.backward)
        self.page.backwardAvailable.connect(back.setEnabled)
        every = QPushButton("All pages")
        every.clicked.connect(self._show_all)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        foot = QHBoxLayout()
        for button in (back, every):
            button.setAutoDefault(False)
            foot.addWidget(button)
        foot.addWidget(buttons, 1)
        layout = QVBoxLayout(self)
        layout.addWidget(self.page, 1)
        layout.addLayout(foot)
        self.page.open(documents() / _FIRST_PAGE)

    @Slot()
    def _show_all(self) -> None:
        self.page.open(documents() / _ALL_PAGES)


class _Page(QTextBrowser):
    """A page whose pictures are as wide as it has room; what leads out of the manual stays out."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._follow)

    def open(self, path: Path) -> None:
        """Show a page of the manual."""
        if path.is_file():
            kind = QTextDocument.ResourceType.MarkdownResource
            self.setSource(QUrl.fromLocalFile(str(path)), kind)
        else:
            self.setMarkdown(_MISSING)

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: N802 (Qt's name)
        """Pictures no wider than the page."""
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, name)
        picture = QImage(str(documents() / QUrl(name).path()))
        room_px = max(self.viewport().width() - _MARGIN_PX, 200)
        if picture.width() > room_px:
            picture = picture.scaledToWidth(room_px, Qt.TransformationMode.SmoothTransformation)
        return picture

    @Slot(QUrl)
    def _follow(self, link: QUrl) -> None:
        if link.scheme() in {"http", "https"}:
            QDesktopServices.openUrl(link)
            return
        whole = self.source().resolved(link)
        path = Path(whole.toLocalFile())
        if link.path() and path.suffix == ".md" and path.is_relative_to(documents()):
            self.open(path)
        if link.hasFragment():
            self.scrollToAnchor(link.fragment())
