"""Finding a command by its letters, and going to a time or a keypoint."""

from __future__ import annotations

import pytest
from finding import line, only
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableWidget

from app.base.fuzzy_match import closeness
from app.base.time_format import place_of
from app.commands.menus import allow
from app.frame.main_window import MainWindow
from app.views.dialogs.command_palette import CommandPalette
from app.views.dialogs.go_to import GoTo
from core.keypoints import ReviewState, machine_keypoints

Key, Modifier = Qt.Key, Qt.KeyboardModifier
BOTH = Modifier.ControlModifier | Modifier.ShiftModifier


def test_letters_find_commands() -> None:
    assert closeness("nuk", "Next uncertain keypoint") is not None
    assert closeness("xyz", "Next uncertain keypoint") is None
    assert closeness("", "anything") == 0.0
    by_words = closeness("nuk", "Next uncertain keypoint")
    assert by_words > closeness("nuk", "Running unlikely")
    assert closeness("zoom", "Zoom in") > closeness("zoom", "Size of some rooms")


def test_the_palette_runs_a_command(opened: MainWindow) -> None:
    QTest.keyClick(opened, Key.Key_P, BOTH)
    palette = only(opened, CommandPalette)
    QTest.keyClicks(line(palette), "unalign")
    assert palette.shown[0] == "unalignable"
    assert palette.words(0) == ("Unalignable", "Keypoint", "U")
    QTest.keyClick(line(palette), Key.Key_Return)
    assert opened.session.keypoints.state[0] is ReviewState.UNALIGNABLE
    QTest.keyClick(opened, Key.Key_P, BOTH)
    assert only(opened, CommandPalette).shown[0] == "unalignable", "used lately, shown first"


def test_the_palette_says_why_a_command_is_greyed(window: MainWindow) -> None:
    QTest.keyClick(window, Key.Key_P, BOTH)
    palette = only(window, CommandPalette)
    QTest.keyClicks(line(palette), "next uncertain")
    assert palette.words(0)[1] == "open a recording first"
    QTest.keyClick(line(palette), Key.Key_Return)
    assert palette.isVisible(), "a greyed command does not run"
    QTest.keyClick(line(palette), Key.Key_Escape)
    assert not any(p.isVisible() for p in window.findChildren(CommandPalette))


def test_a_long_reason_is_read_whole_in_the_palette(opened: MainWindow) -> None:
    """Beside the command it ran out of the window, behind a bar to scroll by."""
    reason = "it needs torch, not installed here; " + "install FinchSync with its extra " * 4
    allow(opened.commands["fit"], reason)
    QTest.keyClick(opened, Key.Key_P, BOTH)
    palette = only(opened, CommandPalette)
    QTest.keyClicks(line(palette), "zoom in")
    assert palette.why == ""
    line(palette).setText(opened.commands["fit"].text())
    assert palette.why == reason
    assert not palette.findChild(QTableWidget).horizontalScrollBar().isVisible()


def test_arrows_choose_in_the_palette(opened: MainWindow) -> None:
    opened.commands["fit"].trigger()
    QTest.keyClick(opened, Key.Key_P, BOTH)
    palette = only(opened, CommandPalette)
    QTest.keyClicks(line(palette), "zoom")
    before_s = opened.time.span_s
    wanted = palette.shown.index("zoom_in")
    for _ in range(wanted):
        QTest.keyClick(line(palette), Key.Key_Down)
    QTest.keyClick(line(palette), Key.Key_Return)
    assert opened.time.span_s < before_s


@pytest.mark.parametrize(
    ("text", "time_s"),
    [("63.5", 63.5), ("63,5 s", 63.5), ("1:03.5", 63.5), ("1:02:03", 3723.0), (" #37 ", 36.0)],
)
def test_places(text: str, time_s: float) -> None:
    grid_s = [float(t) for t in range(4000)]
    keypoints = machine_keypoints(grid_s, grid_s)
    assert place_of(text, keypoints, 4000.0).time_0_s == time_s


@pytest.mark.parametrize("text", ["", "soon", "-3", "1:2:3:4", "#0", "#21", "#x", "99999"])
def test_no_places(text: str) -> None:
    grid_s = [float(t) for t in range(20)]
    with pytest.raises(ValueError, match=r"\."):
        place_of(text, machine_keypoints(grid_s, grid_s), 20.0)


def test_going_to_a_keypoint_and_a_time(opened: MainWindow) -> None:
    opened.time.show_span(0.0, 4.0)
    QTest.keyClick(opened, Key.Key_G, Modifier.ControlModifier)
    dialog = only(opened, GoTo)
    QTest.keyClicks(line(dialog), "#99")
    QTest.keyClick(line(dialog), Key.Key_Return)
    assert "#1 to #" in dialog.said
    QTest.keyClicks(line(dialog), "#13")
    QTest.keyClick(line(dialog), Key.Key_Return)
    assert opened.session.selection.keypoint == 12
    assert opened.time.start_s < 12 < opened.time.end_s
    QTest.keyClick(opened, Key.Key_G, Modifier.ControlModifier)
    dialog = only(opened, GoTo)
    QTest.keyClicks(line(dialog), "0:05.5")
    QTest.keyClick(line(dialog), Key.Key_Return)
    assert opened.time.start_s == pytest.approx(3.5)
    assert opened.session.selection.keypoint in {5, 6}
    # Of the uncertain keypoints, 7 and 17, the next one from there.
    opened.session.selection.select_keypoint(19)
    QTest.keyClick(opened, Key.Key_G, Modifier.ControlModifier)
    dialog = only(opened, GoTo)
    QTest.keyClicks(line(dialog), "0:09")
    QTest.keyClick(line(dialog), Key.Key_Return)
    QTest.keyClick(opened, Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert opened.session.selection.keypoint == 17
