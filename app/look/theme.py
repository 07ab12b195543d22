"""The theme: dark or light, as the system or the person wants it."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontInfo, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from app.look.palette import DARK, LIGHT, Palette

_TITLE, _BIG = 1.25, 1.65
"""Sizes of letters, in those of the person's own."""
_SIGN, _ARROW = 0.8, 0.65
"""Sizes of ticks and of small arrows, in heights of a line."""


class ThemeChoice(StrEnum):
    """What a person may want."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


_SCHEMES = {
    ThemeChoice.SYSTEM: Qt.ColorScheme.Unknown,
    ThemeChoice.LIGHT: Qt.ColorScheme.Light,
    ThemeChoice.DARK: Qt.ColorScheme.Dark,
}


class Theme(QObject):
    """The colours of an application, which owns it; `theme` finds it.

    Parameters
    ----------
    app : QApplication

    Attributes
    ----------
    palette : Palette
        Of everything but the pictures of sound.

    Signals
    -------
    changed()
        `palette` is another.
    """

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._choice = ThemeChoice.SYSTEM
        self.palette = DARK
        app.setStyle("Fusion")
        self.apply()
        app.styleHints().colorSchemeChanged.connect(self.follow_system)
        self.follow_system()

    def choose(self, choice: ThemeChoice) -> None:
        """Use another theme, at once; the system's title bar and dialogs follow."""
        self._choice = choice
        QGuiApplication.styleHints().setColorScheme(_SCHEMES[choice])
        self.follow_system()

    @Slot()
    def follow_system(self) -> None:
        """Be as light or dark as the system, unless the person chose a theme."""
        light = self._choice is ThemeChoice.LIGHT
        if self._choice is ThemeChoice.SYSTEM:
            scheme = QGuiApplication.styleHints().colorScheme()
            light = scheme is Qt.ColorScheme.Light
        palette = LIGHT if light else DARK
        if palette is not self.palette:
            self.palette = palette
            self.apply()
            self.changed.emit()

    def apply(self) -> None:
        """Give every widget the colours of the palette, and letters of the person's size."""
        import pyqtgraph as pg

        # Polishing all widgets from one sheet to another takes three times as long as from none.
        self._app.setStyleSheet("")
        self._app.setPalette(_qt_palette(self.palette))
        text_pt = QFontInfo(self._app.font()).pointSizeF()
        line_px = QFontMetrics(self._app.font()).height()
        sign_px = 2 * round(_SIGN * line_px / 2)
        self._app.setStyleSheet(
            _style_sheet().substitute(
                asdict(self.palette),
                title_pt=_TITLE * text_pt,
                big_pt=_BIG * text_pt,
                sign_px=sign_px,
                # With a border of a pixel, half of it: more would not be drawn round.
                round_px=sign_px // 2 + 1,
                arrow_px=round(_ARROW * line_px),
                icons=_icons(),
            )
        )
        pg.setConfigOptions(
            background=DARK.plot,
            foreground=DARK.muted,
            antialias=False,
            imageAxisOrder="row-major",
            useNumba=False,
        )


def theme() -> Theme:
    """The theme of the running application."""
    app = QApplication.instance()
    assert app is not None
    found = app.findChild(Theme, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert isinstance(found, Theme), "app.launch.make_app gives the application its theme"
    return found


@cache
def _style_sheet() -> Template:
    return Template(files("resources").joinpath("style.qss").read_text(encoding="utf-8"))


def _icons() -> str:
    """The folder of the icons, as style sheets name it."""
    return Path(str(files("resources").joinpath("icons"))).as_posix()


def _qt_palette(palette: Palette) -> QPalette:
    roles = {
        QPalette.ColorRole.Window: palette.window,
        QPalette.ColorRole.Base: palette.panel,
        QPalette.ColorRole.AlternateBase: palette.raised,
        QPalette.ColorRole.Button: palette.raised,
        QPalette.ColorRole.Text: palette.text,
        QPalette.ColorRole.WindowText: palette.text,
        QPalette.ColorRole.ButtonText: palette.text,
        QPalette.ColorRole.ToolTipBase: palette.raised,
        QPalette.ColorRole.ToolTipText: palette.text,
        QPalette.ColorRole.PlaceholderText: palette.muted,
        QPalette.ColorRole.Highlight: palette.selection,
        QPalette.ColorRole.HighlightedText: palette.text,
        QPalette.ColorRole.Link: palette.accent,
    }
    colours = QPalette()
    for role, name in roles.items():
        colours.setColor(role, QColor(name))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        colours.setColor(QPalette.ColorGroup.Disabled, role, QColor(palette.disabled))
    return colours
