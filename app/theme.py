"""Colours and style: one dark palette, safe for colour-blind eyes."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication


@dataclass(frozen=True, slots=True)
class Palette:
    """Named colours, ``#rrggbb``; marks follow Okabe and Ito (2008)."""

    window: str = "#16191f"
    panel: str = "#1c2027"
    raised: str = "#262b34"
    plot: str = "#0d0f13"
    border: str = "#323946"
    text: str = "#e8ebf0"
    muted: str = "#a0a9b8"
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
QMenu::item:disabled {{ color: #6b7483; }}
QMenu::separator {{ height: 1px; background: {border}; margin: 4px 8px; }}
QToolBar {{ background: {window}; border: 0; border-bottom: 1px solid {border};
    spacing: 2px; padding: 3px 6px; }}
QToolBar::separator {{ background: {border}; width: 1px; margin: 5px 6px; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 5px;
    padding: 4px 8px; }}
QToolButton:hover {{ background: {raised}; }}
QToolButton:pressed, QToolButton:checked {{ background: {selection}; border-color: {accent}; }}
QToolButton:disabled {{ color: #6b7483; }}
QToolButton#bordered {{ background: {raised}; border-color: {border}; padding: 4px; }}
QToolButton#bordered:hover {{ border-color: {muted}; }}
QToolButton#bordered:pressed {{ background: {selection}; border-color: {accent}; }}
QTabBar::tab {{ background: {window}; color: {muted}; padding: 5px 12px; border: 0; }}
QTabBar::tab:selected {{ color: {text}; border-bottom: 2px solid {accent}; }}
QDockWidget {{ titlebar-close-icon: none; font-weight: 600; }}
QDockWidget::title {{ background: {window}; padding: 5px 8px; color: {muted}; }}
QStatusBar {{ background: {window}; border-top: 1px solid {border}; }}
QStatusBar::item {{ border: 0; }}
QPushButton {{ background: {raised}; border: 1px solid {border}; border-radius: 5px;
    padding: 4px 10px; }}
QPushButton:hover {{ border-color: {muted}; }}
QPushButton:pressed {{ background: {selection}; }}
QPushButton:default {{ background: {selection}; border-color: {accent}; }}
QPushButton:disabled {{ color: #6b7483; background: {panel}; }}
QPushButton:focus, QToolButton:focus, QTableView:focus {{ border-color: {accent}; }}
QLineEdit {{ background: {panel}; border: 1px solid {border}; border-radius: 4px;
    padding: 4px 6px; }}
QLineEdit:focus {{ border-color: {accent}; }}
QRadioButton::indicator {{ width: 12px; height: 12px; border: 1px solid {muted};
    border-radius: 7px; background: {panel}; }}
QRadioButton::indicator:checked {{ background: {accent}; border-color: {text}; }}
QTextBrowser {{ border: 1px solid {border}; border-radius: 6px; }}
QTableView {{ background: {panel}; alternate-background-color: #20252d; border: 1px solid {border};
    gridline-color: transparent; selection-background-color: {selection};
    selection-color: {text}; outline: 0; }}
QTableView::item {{ padding: 1px 3px; border: 0; }}
QHeaderView {{ background: {panel}; border: 0; }}
QHeaderView::section {{ background: {panel}; color: {muted}; border: 0;
    border-bottom: 1px solid {border}; padding: 4px 4px; }}
QTableCornerButton::section {{ background: {panel}; border: 0; }}
QProgressBar {{ background: {panel}; border: 1px solid {border}; border-radius: 4px;
    text-align: center; max-height: 16px; }}
QProgressBar::chunk {{ background: {selection}; border-radius: 3px; }}
QScrollBar {{ background: {panel}; border: 0; width: 11px; height: 11px; }}
QScrollBar::handle {{ background: {border}; border-radius: 4px; margin: 2px; min-height: 24px;
    min-width: 24px; }}
QScrollBar::handle:hover {{ background: #4a5466; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {border}; padding: 4px; }}
QLabel[role="muted"] {{ color: {muted}; }}
QLabel[role="title"] {{ font-weight: 600; font-size: 15px; }}
QLabel[role="big"] {{ font-weight: 600; font-size: 20px; }}
QFrame#message {{ background: {raised}; border: 1px solid {border}; border-left: 4px solid {accent};
    border-radius: 4px; }}
QFrame#message[kind="warning"] {{ border-left-color: {uncertain}; }}
QFrame#message[kind="error"] {{ border-left-color: {error}; }}
QFrame#card {{ background: {panel}; border: 1px solid {border}; border-radius: 6px; }}
"""


def apply_theme(app: QApplication, palette: Palette = DARK) -> None:
    """Give every widget of `app` the colours of `palette`."""
    import pyqtgraph as pg

    app.setStyle("Fusion")
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
        colours.setColor(QPalette.ColorGroup.Disabled, role, QColor("#6b7483"))
    app.setPalette(colours)
    app.setStyleSheet(_STYLE.format(**{n: getattr(palette, n) for n in Palette.__slots__}))
    pg.setConfigOptions(
        background=palette.plot,
        foreground=palette.muted,
        antialias=False,
        imageAxisOrder="row-major",
        useNumba=False,
    )


def icon(name: str, palette: Palette = DARK) -> QIcon:
    """An icon of ``resources/icons`` in the colours of `palette`."""
    drawing = files("resources").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")
    result = QIcon()
    for mode, colour in ((QIcon.Mode.Normal, palette.text), (QIcon.Mode.Disabled, "#6b7483")):
        pixmap = QPixmap()
        pixmap.loadFromData(drawing.replace("currentColor", colour).encode(), "SVG")
        pixmap = pixmap.scaled(
            40,
            40,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        pixmap.setDevicePixelRatio(2)
        result.addPixmap(pixmap, mode)
    return result
