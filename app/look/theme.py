"""Colours and style: a dark and a light palette, safe for colour-blind eyes.

Pictures of sound are drawn in the colours of `DARK` in both themes: calls are light on
dark there, and the marks over them are made for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontInfo, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

ICON_PX = 20
_TITLE, _BIG = 1.25, 1.65
"""Sizes of letters, in those of the person's own."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Named colours, ``#rrggbb``; marks follow Okabe and Ito (2008)."""

    window: str = "#16191f"
    panel: str = "#1c2027"
    stripe: str = "#20252d"
    raised: str = "#262b34"
    plot: str = "#0d0f13"
    border: str = "#323946"
    handle: str = "#4a5466"
    text: str = "#e8ebf0"
    muted: str = "#a0a9b8"
    disabled: str = "#6b7483"
    accent: str = "#6cb2ff"
    selection: str = "#27476b"
    channel_0: str = "#f39be8"
    channel_1: str = "#7fe0a2"
    selected: str = "#ffffff"
    machine: str = "#c3cbd8"
    uncertain: str = "#f0a83c"
    accepted: str = "#1fc796"
    corrected: str = "#56b4e9"
    unalignable: str = "#ee7a4b"
    path: str = "#ffffff"
    playing: str = "#e6ff3d"
    candidate: str = "#e9c25a"
    error: str = "#ff8a80"


DARK = Palette()
LIGHT = Palette(
    window="#eef0f3",
    panel="#ffffff",
    stripe="#f5f7f9",
    raised="#e2e6ec",
    plot="#ffffff",
    border="#bcc4cf",
    handle="#96a0b0",
    text="#191c22",
    muted="#4c5563",
    disabled="#8b94a3",
    accent="#0a5fb4",
    selection="#cbe1f8",
    channel_0="#98248f",
    channel_1="#13683a",
    selected="#000000",
    machine="#48505d",
    uncertain="#7d4f00",
    accepted="#03664a",
    corrected="#095b91",
    unalignable="#a33a0c",
    path="#000000",
    playing="#5d6b00",
    candidate="#6e5400",
    error="#a8221b",
)


class ThemeChoice(StrEnum):
    """What a person may want."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Look(QObject):
    """The palette in use; there is one, `LOOK`.

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

    def __init__(self) -> None:
        super().__init__()
        self.palette = DARK
        self._choice = ThemeChoice.SYSTEM

    @property
    def is_light(self) -> bool:
        """Whether the light palette is in use."""
        return self.palette is LIGHT

    def start(self, app: QApplication) -> None:
        """Dress `app`, and follow the system from now on if that is wanted."""
        app.setStyle("Fusion")
        dress(app, self.palette)
        app.styleHints().colorSchemeChanged.connect(self.system_changed)
        self.system_changed()

    def choose(self, choice: ThemeChoice) -> None:
        """Use another theme, at once."""
        self._choice = choice
        self.system_changed()

    @Slot()
    def system_changed(self) -> None:
        """Follow the system, unless the person chose a theme."""
        app = QApplication.instance()
        light = self._choice is ThemeChoice.LIGHT
        if self._choice is ThemeChoice.SYSTEM:
            scheme = QGuiApplication.styleHints().colorScheme()
            light = scheme is Qt.ColorScheme.Light
        palette = LIGHT if light else DARK
        if palette is not self.palette and isinstance(app, QApplication):
            self.palette = palette
            dress(app, palette)
            self.changed.emit()


LOOK = Look()

_STYLE = """
QWidget {{ color: {text}; }}
QMainWindow, QDialog {{ background: {window}; }}
QMainWindow::separator {{ background: {window}; width: 5px; height: 5px; }}
QMainWindow::separator:hover, QSplitter::handle:hover {{ background: {accent}; }}
QSplitter::handle {{ background: {window}; }}
QMenuBar {{ background: {window}; padding: 2px 4px; }}
QMenuBar::item {{ padding: 4px 9px; background: transparent; border-radius: 4px; }}
QMenuBar::item:selected, QMenu::item:selected {{ background: {selection}; }}
QMenu {{ background: {panel}; border: 1px solid {border}; padding: 4px; }}
QMenu::item {{ padding: 5px 26px 5px 12px; border-radius: 3px; }}
QMenu::item:disabled {{ color: {disabled}; }}
QMenu::separator {{ height: 1px; background: {border}; margin: 4px 8px; }}
QToolBar {{ background: {window}; border: 0; border-bottom: 1px solid {border};
    spacing: 2px; padding: 3px 6px; }}
QToolBar::separator {{ background: {border}; width: 1px; margin: 5px 6px; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 5px;
    padding: 4px 8px; }}
QToolButton:hover {{ background: {raised}; }}
QToolButton:pressed, QToolButton:checked {{ background: {selection}; border-color: {accent}; }}
QToolButton:disabled {{ color: {disabled}; }}
QToolButton#bordered {{ background: {raised}; border-color: {border}; padding: 4px; }}
QToolButton#bordered::menu-indicator {{ subcontrol-origin: padding;
    subcontrol-position: center right; right: 6px; }}
QToolButton#bordered:hover {{ border-color: {muted}; }}
QToolButton#bordered:pressed {{ background: {selection}; border-color: {accent}; }}
QTabWidget::pane {{ background: {panel}; border: 1px solid {border}; border-radius: 4px; }}
QTabBar::tab {{ background: {window}; color: {muted}; padding: 5px 12px; border: 0; }}
QTabBar::tab:selected {{ color: {text}; border-bottom: 2px solid {accent}; }}
QDockWidget {{ font-weight: 600; }}
QDockWidget::title {{ background: {window}; padding: 5px 8px; color: {muted}; }}
QStatusBar {{ background: {window}; border-top: 1px solid {border}; }}
QStatusBar::item {{ border: 0; }}
QPushButton {{ background: {raised}; border: 1px solid {border}; border-radius: 5px;
    padding: 4px 10px; }}
QPushButton:hover {{ border-color: {muted}; }}
QPushButton:pressed {{ background: {selection}; }}
QPushButton:default {{ background: {selection}; border-color: {accent}; }}
QPushButton:disabled {{ color: {disabled}; background: {panel}; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QPushButton:focus, QToolButton:focus, QTableView:focus, QTextBrowser:focus,
QPlainTextEdit:focus {{ border: 1px solid {accent}; }}
QCheckBox:focus, QRadioButton:focus {{ color: {accent}; }}
QLineEdit {{ background: {panel}; border: 1px solid {border}; border-radius: 4px;
    padding: 4px 6px; }}
QLineEdit:focus {{ border-color: {accent}; }}
QRadioButton::indicator {{ width: 12px; height: 12px; border: 1px solid {muted};
    border-radius: 7px; background: {panel}; }}
QRadioButton::indicator:checked {{ background: {accent}; border-color: {text}; }}
QRadioButton:disabled, QComboBox:disabled {{ color: {disabled}; }}
QTextBrowser {{ border: 1px solid {border}; border-radius: 6px; }}
QTableView {{ background: {panel}; alternate-background-color: {stripe};
    border: 1px solid {border}; gridline-color: transparent;
    selection-background-color: {selection}; selection-color: {text}; outline: 0; }}
QTableView::item {{ padding: 1px 3px; border: 0; }}
QHeaderView {{ background: {panel}; border: 0; }}
QHeaderView::section {{ background: {panel}; color: {muted}; border: 0;
    border-bottom: 1px solid {border}; padding: 4px 4px; }}
QHeaderView::up-arrow, QHeaderView::down-arrow {{ subcontrol-position: top center;
    width: 9px; height: 6px; }}
QTableCornerButton::section {{ background: {panel}; border: 0; }}
QProgressBar {{ background: {panel}; border: 1px solid {border}; border-radius: 4px;
    text-align: center; max-height: 16px; }}
QProgressBar::chunk {{ background: {selection}; border-radius: 3px; }}
QScrollBar {{ background: {panel}; border: 0; width: 11px; height: 11px; }}
QScrollBar::handle {{ background: {border}; border-radius: 4px; margin: 2px; min-height: 24px;
    min-width: 24px; }}
QScrollBar::handle:hover {{ background: {handle}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {border}; padding: 4px; }}
QLabel[role="muted"], QLabel[role="status"] {{ color: {muted}; }}
QLabel#empty {{ color: {muted}; background: transparent; }}
QLabel[role="note"] {{ color: {corrected}; }}
QLabel[role="status"], QLabel[role="note"] {{ padding: 0 8px; }}
QLabel[role="caution"] {{ color: {uncertain}; }}
QLabel[role="link"] {{ color: {accent}; }}
QLabel[role="title"] {{ font-weight: 600; font-size: {title_pt}pt; }}
QLabel[role="big"] {{ font-weight: 600; font-size: {big_pt}pt; }}
QFrame#message {{ background: {raised}; border: 1px solid {border}; border-left: 4px solid {accent};
    border-radius: 4px; }}
QFrame#message[kind="warning"] {{ border-left-color: {uncertain}; }}
QFrame#message[kind="error"] {{ border-left-color: {error}; }}
QLabel#drop {{ background: {raised}; border: 2px dashed {accent}; border-radius: 10px;
    font-size: {big_pt}pt; }}
QFrame#card {{ background: {panel}; border: 1px solid {border}; border-radius: 6px; }}
"""


def dress(app: QApplication, palette: Palette) -> None:
    """Give every widget of `app` the colours of `palette`."""
    import pyqtgraph as pg

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
    # Polishing all widgets from one sheet to another takes three times as long as from none.
    app.setStyleSheet("")
    app.setPalette(colours)
    text_pt = QFontInfo(app.font()).pointSizeF()
    sizes = {"title_pt": _TITLE * text_pt, "big_pt": _BIG * text_pt}
    names = {n: getattr(palette, n) for n in Palette.__slots__}
    app.setStyleSheet(_STYLE.format(**names, **sizes))
    pg.setConfigOptions(
        background=DARK.plot,
        foreground=DARK.muted,
        antialias=False,
        imageAxisOrder="row-major",
        useNumba=False,
    )


def icon(name: str) -> QIcon:
    """An icon of ``resources/icons`` in the colours in use, sharp on the screens there are."""
    drawing = files("resources").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")
    palette = LOOK.palette
    scales = {math.ceil(screen.devicePixelRatio()) for screen in QGuiApplication.screens()}
    result = QIcon()
    for mode, colour in (
        (QIcon.Mode.Normal, palette.text),
        (QIcon.Mode.Disabled, palette.disabled),
    ):
        renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))
        for scale in scales:
            pixmap = QPixmap(ICON_PX * scale, ICON_PX * scale)
            pixmap.fill(Qt.GlobalColor.transparent)
            with QPainter(pixmap) as painter:
                renderer.render(painter, QRectF(pixmap.rect()))
            pixmap.setDevicePixelRatio(scale)
            result.addPixmap(pixmap, mode)
    return result
