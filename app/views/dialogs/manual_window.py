"""The manual, to be read beside the work; it needs no network."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QImage, QImageReader, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app.base.background_runner import BackgroundRunner
from core.documents import documents

_Picture = tuple[QUrl, QSize]
"""Where it is, and how large it is shown."""
_IMAGE = QTextDocument.ResourceType.ImageResource
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
    runner : BackgroundRunner
        Reads pictures.
    parent : QWidget
        The window that it stands beside; no larger than that.
    """

    def __init__(self, runner: BackgroundRunner, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Manual")
        self.resize(_SIZE.boundedTo(parent.size()))
        self.page = _Page(runner)
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
    """A page whose pictures are as wide as it has room; what leads out of the manual stays out.

    Their places are there at once, and they come when they are read.
    """

    def __init__(self, runner: BackgroundRunner) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._follow)
        self._runner = runner
        self._runner.stepped.connect(self._on_picture)
        self._wanted: list[_Picture] = []
        # A page asks for one after the other, when it is laid out.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._read)

    def open(self, path: Path) -> None:
        """Show a page of the manual."""
        self._wanted = []
        if path.is_file():
            kind = QTextDocument.ResourceType.MarkdownResource
            self.setSource(QUrl.fromLocalFile(str(path)), kind)
        else:
            self.setMarkdown(_MISSING)

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: N802 (Qt's name)
        """Nothing yet, in the size of a picture: no wider than the page."""
        if kind != _IMAGE.value:
            return super().loadResource(kind, name)
        where = self.source().resolved(QUrl(name))
        size = QImageReader(where.toLocalFile()).size()
        room_px = max(self.viewport().width() - _MARGIN_PX, 200)
        if size.width() > room_px:
            size = QSize(room_px, round(size.height() * room_px / size.width()))
        self._wanted.append((where, size))
        self._soon.start()
        place = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        place.fill(Qt.GlobalColor.transparent)
        return place

    @Slot()
    def _read(self) -> None:
        self._runner.start(partial(_pictures, tuple(self._wanted)))

    @Slot(object)
    def _on_picture(self, read: tuple[QUrl, QImage]) -> None:
        where, picture = read
        self._wanted = [each for each in self._wanted if each[0] != where]
        self.document().addResource(_IMAGE.value, where, picture)
        self.viewport().update()

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


def _pictures(wanted: tuple[_Picture, ...]) -> Iterator[tuple[QUrl, QImage]]:
    """Read pictures in the size in which they are shown."""
    for where, size in wanted:
        picture = QImageReader(where.toLocalFile()).read()
        yield where, picture.scaled(size, mode=Qt.TransformationMode.SmoothTransformation)
