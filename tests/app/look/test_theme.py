"""Both themes: they change live, can be read, and grow with the letters."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import (
    QFont,
    QIcon,
    QImage,
)
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLabel,
    QStyle,
)

from app.frame.main_window import MainWindow
from app.look.palette import DARK, LIGHT, Palette
from app.look.theme import theme
from app.review.stage_icons import stage_icon
from app.review.triage import Stage

Make = Callable[..., MainWindow]


def test_the_theme_changes_live(opened: MainWindow, make_window: Make) -> None:
    assert theme().palette is DARK
    picture_before = opened.panes[0].grab().toImage().pixelColor(5, 5)
    dark = opened.grab().toImage().pixelColor(2, 2)
    opened.commands["theme_light"].trigger()
    assert theme().palette is LIGHT
    light = opened.grab().toImage().pixelColor(2, 2)
    assert light.lightness() > 200 > dark.lightness()
    assert opened.panes[0].grab().toImage().pixelColor(5, 5) == picture_before
    assert make_window().commands["theme_light"].isChecked()
    opened.commands["theme_dark"].trigger()
    assert theme().palette is DARK


def test_the_theme_follows_the_system(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    class System:
        def colorScheme(self) -> Qt.ColorScheme:  # noqa: N802 (Qt's name)
            return Qt.ColorScheme.Light

        def setColorScheme(self, scheme: Qt.ColorScheme) -> None:  # noqa: N802 (Qt's name)
            forced.append(scheme)

    forced: list[Qt.ColorScheme] = []
    with monkeypatch.context() as patch:
        patch.setattr("app.look.theme.QGuiApplication.styleHints", System)
        theme().follow_system()
        assert theme().palette is LIGHT
        window.commands["theme_dark"].trigger()
        theme().follow_system()
        assert theme().palette is DARK, "who chose a theme keeps it"
        window.commands["theme_light"].trigger()
        window.commands["theme_system"].trigger()
        # So that title bars and the system's own dialogs are as light or dark.
        assert forced == [Qt.ColorScheme.Dark, Qt.ColorScheme.Light, Qt.ColorScheme.Unknown]
    theme().follow_system()
    assert theme().palette is DARK


def _contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [DARK, LIGHT])
def test_text_can_be_read_in_both_themes(palette: Palette) -> None:
    grounds = ("window", "panel", "stripe", "raised")
    inks = ("text", "muted", "accent", "error", "machine", "uncertain", "accepted", "corrected")
    pairs = [(ink, ground) for ink in (*inks, "unalignable") for ground in grounds]
    pairs += [("text", "selection"), ("text", "plot"), ("muted", "plot")]
    poor = [
        (ink, ground)
        for ink, ground in pairs
        if _contrast(getattr(palette, ink), getattr(palette, ground)) < 4.5
    ]
    assert poor == []


@pytest.mark.parametrize("palette", [DARK, LIGHT])
def test_what_can_be_operated_or_is_selected_stands_out_from_every_ground(palette: Palette) -> None:
    grounds = ("window", "panel", "stripe", "raised")
    edges = [(edge, ground) for edge in ("control", "accent") for ground in grounds]
    states = ("machine", "uncertain", "accepted", "corrected", "unalignable", "error", "muted")
    floors = [(*pair, 3.0) for pair in (*edges, ("accent", "selection"))]
    floors += [(state, "selection", 4.5) for state in states]
    poor = [
        (ink, ground)
        for ink, ground, least in floors
        if _contrast(getattr(palette, ink), getattr(palette, ground)) < least
    ]
    assert poor == []


def test_the_selected_row_has_an_edge_and_the_current_cell_another(opened: MainWindow) -> None:
    table = opened.candidates
    opened.docks.bring_forward("Candidates")
    QApplication.processEvents()
    table.setFocus()
    table.setCurrentIndex(table.model().index(1, 1))
    QApplication.processEvents()
    image = table.viewport().grab().toImage()
    current = table.visualRect(table.model().index(1, 1))
    beside = table.visualRect(table.model().index(1, 0))
    assert image.pixelColor(current.center().x(), current.top()).name() == DARK.text
    assert image.pixelColor(beside.center().x(), beside.top()).name() == DARK.accent


_TWICE = """
import sys
from PySide6.QtCore import QSize
from app.launch import make_app
from app.frame.main_window import MainWindow
app = make_app()
window = MainWindow(size=QSize(1100, 640), remembers=False)
window.show()
app.processEvents()
window.toolbar.grab().save(sys.argv[1])
window.close()
"""


def test_icons_are_sharp_on_a_fine_screen(tmp_path: Path) -> None:
    edges = {}
    for scale in ("1", "2"):
        out = tmp_path / f"{scale}.png"
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", _TWICE, str(out)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={
                "QT_QPA_PLATFORM": "offscreen",
                "QT_SCALE_FACTOR": scale,
                "HOME": str(tmp_path),
                "XDG_CONFIG_HOME": str(tmp_path),
            },
        )
        assert done.returncode == 0, done.stderr
        image = QImage(str(out)).copy(0, 0, 50 * int(scale), 50 * int(scale))
        edges[scale] = _steepest(image)
        if scale == "1":
            edges["blown up"] = _steepest(image.scaled(100, 100, mode=_SMOOTH))
    assert edges["2"] > 1.4 * edges["blown up"], edges


_SMOOTH = Qt.TransformationMode.SmoothTransformation


def _steepest(image: QImage) -> float:
    """How much pixels above each other differ, where they differ most."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), -1).astype(int)
    return float(np.sort(np.abs(np.diff(rows, axis=0)).ravel())[-40:].mean())


@pytest.fixture
def large_letters() -> Iterator[None]:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    usual = app.font()
    large = QFont(usual)
    large.setPointSizeF(18.0)
    app.setFont(large)
    theme().apply()
    yield
    app.setFont(usual)
    theme().apply()


@pytest.mark.usefixtures("large_letters")
def test_titles_grow_with_the_persons_letters(window: MainWindow) -> None:
    titles = [q for q in window.findChildren(QLabel) if q.property("role") == "title"]
    assert titles
    assert all(title.font().pointSizeF() > 18.0 for title in titles)


@pytest.mark.usefixtures("large_letters")
def test_ticks_and_headings_grow_with_the_persons_letters(opened: MainWindow) -> None:
    box = QCheckBox("Show tips")
    style = box.style()
    side_px = style.pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth, None, box)
    assert side_px > 0.7 * box.fontMetrics().height()
    opened.docks.bring_forward("Candidates")
    opened.commands["score_parts"].trigger()
    QApplication.processEvents()
    header = opened.candidates.horizontalHeader()
    shown = [c for c in range(header.count()) if not header.isSectionHidden(c)]
    assert len(shown) > 5
    letters = header.fontMetrics()
    for column in shown:
        heading = header.model().headerData(column, Qt.Orientation.Horizontal)
        widest_px = max(map(letters.horizontalAdvance, heading.split("\n")))
        assert header.sectionSize(column) >= widest_px + 8, heading


@pytest.mark.parametrize("colours", ["dark", "light"])
def test_a_checked_box_has_the_edge_of_an_unchecked_one(window: MainWindow, colours: str) -> None:
    window.commands[f"theme_{colours}"].trigger()
    edges = []
    for checked in (False, True):
        box = QCheckBox("Show tips")
        box.setChecked(checked)
        box.resize(box.sizeHint())
        picture = box.grab().toImage()
        edges.append(picture.pixelColor(box.height() // 2, _top_of(picture)).name())
    window.commands["theme_dark"].trigger()
    assert edges == 2 * [(DARK if colours == "dark" else LIGHT).muted]


def _top_of(picture: QImage) -> int:
    """The first row, from above, in which the sign of a box differs from the ground."""
    ground, column = picture.pixelColor(0, 0), picture.height() // 2
    rows = range(picture.height())
    return next(y for y in rows if picture.pixelColor(column, y) != ground)


@pytest.mark.usefixtures("window")
def test_the_sign_of_a_selected_recording_is_not_blended_with_the_row() -> None:
    icon = stage_icon(Stage.IN_REVIEW)
    usual, selected = (
        icon.pixmap(QSize(16, 16), mode).toImage()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected)
    )
    assert usual == selected
