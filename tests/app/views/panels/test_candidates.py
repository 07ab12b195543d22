"""Straight lines in the panel and over the drift plot: by the network alone, by all evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import Stepwise, fake_alignment, fake_candidates
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from core.align.alignment import Alignment, Progress
from core.align.rankings import RankedBy, Ranking
from core.audio.recording import Recording
from core.keypoints import ReviewState

Key = Qt.Key
Make = Callable[..., MainWindow]
Settle = Callable[[MainWindow], None]

LATER_S = 0.5
"""So much later than all evidence the network puts its best line."""


def by_model(later_s: float = LATER_S, count: int = 20, first: int = 0) -> Ranking:
    """The fake's lines, all at another offset."""
    lines = fake_candidates(count, first)
    return Ranking(RankedBy.MODEL, "compact", replace(lines, offset_s=lines.offset_s + later_s))


def ranked(time_0_s: np.ndarray, later_s: float = LATER_S) -> Alignment:
    return replace(fake_alignment(time_0_s), by_model=by_model(later_s))


def steps(
    _recording: Recording, time_0_s: np.ndarray, later_s: float = LATER_S, **_: object
) -> Iterator[object]:
    """As the real aligner's with the compact net."""
    alignment = ranked(time_0_s, later_s)
    yield Progress("comparing the channels with a network", 0.2)
    for first in range(0, 20, 5):
        yield by_model(later_s, 5, first)
    yield alignment.surface
    yield alignment.rankings[1]
    yield alignment


def in_batches(time_0_s: np.ndarray) -> Iterator[object]:
    """Of a recording that the network takes long to rank."""
    yield Progress("comparing the channels with a network", 0.2)
    for first in range(0, 100, 5):
        yield by_model(count=5, first=first)
    yield ranked(time_0_s)


@pytest.fixture
def aligned(make_window: Make, stereo: Path, settle: Settle) -> MainWindow:
    """A window whose recording both have ranked, the panel in front."""
    window = make_window(steps)
    window.open([stereo])
    window.docks.by_title["Candidates"].raise_()
    settle(window)
    return window


def button(window: MainWindow, words: str) -> QToolButton:
    (found,) = (b for b in window.candidate_panel.findChildren(QToolButton) if b.text() == words)
    return found


def cell(window: MainWindow, row: int, column: int) -> str:
    return str(window.candidates.model().index(row, column).data())


def drawn_s(window: MainWindow) -> float:
    """Where the highlighted line begins in the drift plot, seconds."""
    _, offset_s = window.drift._highlight.getData()
    return float(offset_s[0])


def press(window: MainWindow, key: Key) -> None:
    QTest.keyClick(window, key)


def test_lines_by_the_network_show_while_it_works_and_cancel_stops_within_a_batch(
    make_window: Make, stereo: Path, qtbot: QtBot, settle: Settle
) -> None:
    work = Stepwise(in_batches)
    window = make_window(work)
    window.open([stereo])
    rows = window.candidates.model().rowCount
    for batch in (1, 2, 3):
        work.released.release()
        qtbot.waitUntil(lambda count=5 * batch: rows() == count)
    assert window.session.current.surface is None, "long before the evidence is complete"
    assert cell(window, 0, 2) == f"{0.2 + LATER_S:+.3f}"
    qtbot.waitUntil(lambda: "lines by the compact net alone" in window.drift._caption.text())
    assert drawn_s(window) == pytest.approx(0.2 + LATER_S)
    low_s, high_s = window.drift.box.viewRange()[1]
    assert low_s < drawn_s(window) < high_s, "in view"
    assert window.candidate_panel.said == ""
    press(window, Key.Key_E)
    qtbot.waitUntil(lambda: rows() == 0)
    assert "All evidence ranks last" in window.candidate_panel.said
    press(window, Key.Key_M)
    qtbot.waitUntil(lambda: rows() == 15)
    press(window, Key.Key_Escape)
    work.released.release(5)
    settle(window)
    assert work.batches <= 4
    assert "cancelled" in window.messages.message.text


def test_a_switch_and_keys_choose_whose_lines_are_shown(aligned: MainWindow, qtbot: QtBot) -> None:
    assert button(aligned, "Model alone").isChecked()
    assert cell(aligned, 0, 2) == f"{0.2 + LATER_S:+.3f}"
    qtbot.mouseClick(button(aligned, "All evidence"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: cell(aligned, 0, 2) == "+0.200")
    qtbot.waitUntil(lambda: drawn_s(aligned) == pytest.approx(0.2))
    assert aligned.commands["rank_by_evidence"].isChecked()
    qtbot.mouseClick(button(aligned, "All evidence"), Qt.MouseButton.LeftButton)
    assert button(aligned, "All evidence").isChecked(), "clicked twice, it stays"
    press(aligned, Key.Key_M)
    qtbot.waitUntil(lambda: cell(aligned, 0, 2) == f"{0.2 + LATER_S:+.3f}")
    qtbot.waitUntil(lambda: drawn_s(aligned) == pytest.approx(0.2 + LATER_S))
    assert not button(aligned, "All evidence").isChecked()


@pytest.mark.parametrize(
    ("later_s", "said"),
    [
        (
            0.5,
            "The rankings disagree: best lines 0.50 s apart on average.",
        ),
        (-0.1012, "disagree"),
        (0.0988, "Both rankings agree within 99 ms."),
    ],
)
def test_where_both_disagree_a_sentence_says_so(
    make_window: Make, stereo: Path, settle: Settle, later_s: float, said: str
) -> None:
    window = make_window(lambda *given, **more: steps(*given, later_s=later_s, **more))
    window.open([stereo])
    settle(window)
    assert said in window.candidate_panel.said
    assert window.candidate_panel.said.count(".") <= 2


def test_without_a_network_all_evidence_is_shown_and_said(opened: MainWindow) -> None:
    assert cell(opened, 0, 2) == "+0.200"
    assert opened.candidate_panel.said.startswith("No network was heard")
    assert not button(opened, "Model alone").isEnabled()
    press(opened, Key.Key_1)
    assert "candidate 1 by all evidence" in opened.session.keypoints.reason[3]


@pytest.mark.parametrize(
    ("key", "offset_s", "who"),
    [(Key.Key_M, 0.2 + LATER_S, "the compact net alone"), (Key.Key_E, 0.2, "all evidence")],
)
def test_lines_are_previewed_and_taken_from_the_ranking_that_is_shown(
    aligned: MainWindow, settle: Settle, key: Key, offset_s: float, who: str
) -> None:
    session, table = aligned.session, aligned.candidates
    press(aligned, key)
    settle(aligned)
    session.review_keypoint(4, ReviewState.ACCEPTED)
    kept_s = session.keypoints.time_1_s[4]
    place = table.visualRect(table.model().index(1, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.selection.candidate == 1
    second_s = offset_s - 0.03
    assert drawn_s(aligned) == pytest.approx(second_s)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.keypoints.offset_s[0] == pytest.approx(second_s)
    assert session.keypoints.time_1_s[4] == kept_s
    assert session.keypoints.reason[0] == f"from linear candidate 2 by {who}, not from the path"
    press(aligned, Key.Key_1)
    assert session.keypoints.offset_s[0] == pytest.approx(offset_s)


def test_a_correction_leaves_both_rankings(aligned: MainWindow, settle: Settle) -> None:
    before = aligned.session.current.evidence.rankings
    aligned.session.selection.select_keypoint(10)
    press(aligned, Key.Key_Period)
    settle(aligned)
    assert aligned.session.current.alignment.decisions
    assert aligned.session.current.evidence.rankings == before
    assert "disagree" in aligned.candidate_panel.said


def test_a_run_that_is_cancelled_gives_the_lines_of_before_back(
    aligned: MainWindow, qtbot: QtBot, settle: Settle
) -> None:
    work = Stepwise(in_batches)
    aligned.workbench.aligning.aligner._align = work
    press(aligned, Key.Key_E)
    aligned.commands["align"].trigger()
    work.released.release()
    rows = aligned.candidates.model().rowCount
    qtbot.waitUntil(lambda: rows() == 0)
    assert "disagree" not in aligned.candidate_panel.said, "one of both ranks anew"
    press(aligned, Key.Key_Escape)
    work.released.release(3)
    settle(aligned)
    assert rows() == 20
    assert "disagree" in aligned.candidate_panel.said


def test_the_parts_of_a_score_show_where_they_are_asked_for_and_this_is_remembered(
    aligned: MainWindow, make_window: Make, qtbot: QtBot
) -> None:
    def shown(window: MainWindow) -> list[str]:
        table, header = window.candidates, window.candidates.model().headerData
        columns = range(table.model().columnCount())
        return [
            header(c, Qt.Orientation.Horizontal) for c in columns if not table.isColumnHidden(c)
        ]

    assert shown(aligned) == ["#", "score", "offset\ns", "drift\nppm", "fits"]
    qtbot.mouseClick(button(aligned, "Parts"), Qt.MouseButton.LeftButton)
    assert shown(aligned)[:5] == ["#", "score", "offset\ns", "drift\nppm", "fits"]
    assert len(shown(aligned)) > 5
    assert cell(aligned, 0, 4) == "100 %"
    press(aligned, Key.Key_E)
    again = make_window(steps)
    assert button(again, "Parts").isChecked()
    assert button(again, "All evidence").isChecked()
    assert len(shown(again)) > 5
    qtbot.mouseClick(button(again, "Parts"), Qt.MouseButton.LeftButton)
    assert len(shown(again)) == 5


def test_the_panel_can_be_worked_by_keys_alone(aligned: MainWindow) -> None:
    first = button(aligned, "All evidence")
    first.setFocus()
    QTest.keyClick(first, Key.Key_Space)
    assert aligned.session.selection.ranked_by is RankedBy.EVIDENCE
    aligned.candidates.setFocus()
    QTest.keyClick(aligned.candidates, Key.Key_Down)
    assert aligned.session.selection.candidate >= 0
    assert aligned.candidate_panel.childAt(QPoint(10, 10)) is not None
