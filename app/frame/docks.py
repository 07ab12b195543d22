"""Dock panels: where they stand, remembered for the next start."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, QSettings, Qt, QTimer, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QTabBar, QWidget

_LAYOUT_VERSION = 3
_COMPACT_PX, _WIDE_PX = 1300, 1500
_USUAL_LINE_PX = 20
"""Sizes are for lines of this height; larger letters need more room."""
_GEOMETRY = "layout/geometry"
_STATES = {False: "layout/state", True: "layout/small_state"}
"""Panels that fit a large window do not fit a small one: each has its layout."""


class Docks(QObject):
    """The docks of a window.

    Parameters
    ----------
    window : QMainWindow
    menu : QMenu
        Gets an entry for each dock, to close and open it.

    Attributes
    ----------
    are_remembered : bool
        Whether the window stands where an earlier one stood.
    """

    def __init__(self, window: QMainWindow, menu: QMenu) -> None:
        super().__init__(window)
        self._window = window
        self._menu = menu
        self._first_layout = QByteArray()
        self.are_remembered = False
        self.by_title: dict[str, QDockWidget] = {}
        window.setDockNestingEnabled(True)

    def add(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        """Put a panel at a side of the window."""
        dock = QDockWidget(title, self._window)
        dock.setObjectName(title.lower())
        dock.setWidget(widget)
        self._window.addDockWidget(area, dock)
        if not self.by_title:
            self._menu.addSeparator()
        # Until they are tabbed, all panels together are higher than a small screen.
        dock.hide()
        dock.dockLocationChanged.connect(self._tend_tabs)
        self._menu.addAction(dock.toggleViewAction())
        self.by_title[title] = dock
        return dock

    def show(self) -> None:
        """The window is shown: place all panels, if it is for the first time.

        Before that Qt makes tab bars that it loses sight of.
        """
        if self._first_layout.isEmpty():
            self._arrange()
            state = QSettings().value(_STATES[self._is_compact]) if self.are_remembered else None
            if isinstance(state, QByteArray):
                self._window.restoreState(state, _LAYOUT_VERSION)
            self._tend_tabs()

    @property
    def _is_compact(self) -> bool:
        window = self._window
        # A window that is about to fill the screen is not that wide yet.
        screen_px = window.screen().availableSize().width()
        width_px = screen_px if window.isMaximized() else window.width()
        return width_px < self._scale * _COMPACT_PX

    @property
    def _scale(self) -> float:
        return max(1.0, self._window.fontMetrics().height() / _USUAL_LINE_PX)

    def _arrange(self) -> None:
        window = self._window
        recordings, keypoint, candidates = (
            self.by_title[title] for title in ("Recordings", "Keypoint", "Candidates")
        )
        compact = self._is_compact
        wide = window.width() >= self._scale * _WIDE_PX
        widths_px = [195, 345] if compact else [330, 445 if wide else 370]
        for title in ("History", "Find"):
            window.tabifyDockWidget(recordings, self.by_title[title])
        if compact:
            window.tabifyDockWidget(keypoint, candidates)
        window.tabifyDockWidget(candidates, self.by_title["Spectrogram"])
        for dock in self.by_title.values():
            dock.show()
        recordings.raise_()
        (keypoint if compact else candidates).raise_()
        scaled_px = [round(self._scale * width_px) for width_px in widths_px]
        window.resizeDocks([recordings, keypoint], scaled_px, Qt.Orientation.Horizontal)
        if not compact:
            window.resizeDocks([keypoint, candidates], [600, 330], Qt.Orientation.Vertical)
        self._first_layout = window.saveState(_LAYOUT_VERSION)

    @Slot(str)
    def bring_forward(self, title: str) -> None:
        """Bring a panel to the front, and the keyboard to it."""
        dock = self.by_title[title]
        dock.show()
        dock.raise_()
        # A panel behind a tab takes the keyboard only once it is seen.
        QTimer.singleShot(0, dock.widget(), dock.widget().setFocus)

    @Slot()
    def reset(self) -> None:
        """Put all panels back where they were at first."""
        self._window.restoreState(self._first_layout, _LAYOUT_VERSION)
        self._tend_tabs()

    @Slot()
    def _tend_tabs(self) -> None:
        """Show names whole; of the tab bars that name a panel, Qt moves only the last it made."""
        if self._first_layout.isEmpty():
            return
        bars = [b for b in self._window.findChildren(QTabBar) if b.parent() is self._window]
        last = {bar.tabText(i): bar for bar in bars for i in range(bar.count())}
        for bar in bars:
            # Names that have no room are reached by arrows, and stay whole.
            bar.setElideMode(Qt.TextElideMode.ElideNone)
            bar.setUsesScrollButtons(True)
            if bar not in last.values():
                bar.hide()

    def save(self) -> None:
        """Leave the layout in the settings."""
        settings = QSettings()
        settings.setValue(_GEOMETRY, self._window.saveGeometry())
        settings.setValue(_STATES[self._is_compact], self._window.saveState(_LAYOUT_VERSION))

    def restore(self) -> None:
        """Put the window where the settings say; what makes no sense there is passed over."""
        geometry = QSettings().value(_GEOMETRY)
        if isinstance(geometry, QByteArray):
            self.are_remembered = self._window.restoreGeometry(geometry)
