"""What is done to several recordings at once: chosen in the list, then one command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import write_calls
from finding import nth
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from app.review.triage import Column
from app.session.alignment_results import AlignmentResults
from core.align.limits import CERTAIN
from core.session import Basis

Settle = Callable[[MainWindow], None]
Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def three(window: MainWindow, tmp_path: Path, settle: Settle) -> MainWindow:
    """Three aligned recordings."""
    folder = tmp_path / "birds"
    folder.mkdir()
    for number, name in enumerate("abc"):
        write_calls(folder / f"{name}.wav", 20.0 + number)
    window.open([folder])
    settle(window)
    return window


def click(window: MainWindow, row: int, modifier: Modifier = Modifier.NoModifier) -> None:
    table = window.recordings
    place: QPoint = table.visualRect(table.model().index(row, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def reviewed(window: MainWindow) -> list[int]:
    return [entry.reviewed for entry in window.session.entries]


def test_all_that_is_certain_is_accepted_in_one_go(three: MainWindow, settle: Settle) -> None:
    QTest.keyClick(three, Key.Key_A, Modifier.ControlModifier)
    QTest.keyClick(three, Key.Key_A, Modifier.ShiftModifier)
    counts = [int((e.keypoints.confidence >= CERTAIN).sum()) for e in three.session.entries]
    said = f"{sum(counts)} keypoints of 3 recordings are accepted."
    assert three.messages.message.text == said
    settle(three)
    for entry in three.session.entries:
        left = ~entry.keypoints.is_reviewed
        assert (entry.keypoints.confidence[left] < CERTAIN).all()
    before = reviewed(three)
    assert three.commands["undo"].text() == "Undo accept what is certain"
    three.commands["undo"].trigger()
    settle(three)
    assert reviewed(three) == [0, 0, 0], "it is one action, and not done again"
    three.commands["redo"].trigger()
    settle(three)
    assert reviewed(three) == before


def test_chosen_recordings_are_marked_and_one_of_them_is_shown(three: MainWindow) -> None:
    click(three, 0)
    click(three, 2, Modifier.ControlModifier)
    session = three.session
    assert set(session.selection.chosen) == {nth(session, 0), nth(session, 2)}
    assert session.selection.recording == nth(session, 2)
    QTest.keyClick(three, Key.Key_A, Modifier.ShiftModifier)
    assert [count > 0 for count in reviewed(three)] == [True, False, True]
    click(three, 1)
    assert session.selection.chosen == (nth(session, 1),)


def test_going_on_to_another_recording_chooses_that_one(three: MainWindow) -> None:
    QTest.keyClick(three, Key.Key_A, Modifier.ControlModifier)
    QTest.keyClick(three, Key.Key_PageDown, Modifier.ControlModifier)
    session = three.session
    assert session.selection.chosen == (session.selection.recording,)
    marked = three.recordings.selectionModel().selectedRows()
    assert [index.row() for index in marked] == [1]


def test_the_path_is_taken_by_all_that_are_chosen(three: MainWindow) -> None:
    for place in (0, 1):
        three.session.selection.select_recording(nth(three.session, place))
        three.review.take_candidate(0)
    assert [e.basis for e in three.session.entries] == [Basis.LINE, Basis.LINE, Basis.PATH]
    QTest.keyClick(three, Key.Key_A, Modifier.ControlModifier)
    three.commands["take_alignment"].trigger()
    assert all(entry.basis is Basis.PATH for entry in three.session.entries)
    assert three.messages.message.text == "3 of 3 recordings have taken their path."


def test_the_path_is_taken_where_the_evidence_was_given_back(three: MainWindow) -> None:
    for place in (0, 1, 2):
        three.session.selection.select_recording(nth(three.session, place))
        three.review.take_candidate(0)
    path = [entry.run.keypoints.time_1_s for entry in three.session.entries]
    for key in tuple(three.session.recordings)[:2]:
        three.session.set_evidence(key, AlignmentResults())
    QTest.keyClick(three, Key.Key_A, Modifier.ControlModifier)
    three.commands["take_alignment"].trigger()
    assert three.messages.message.text == "3 of 3 recordings have taken their path."
    assert [entry.basis for entry in three.session.entries] == 3 * [Basis.PATH]
    for entry, time_1_s in zip(three.session.entries, path, strict=True):
        assert np.array_equal(entry.keypoints.time_1_s, time_1_s)


def test_what_is_chosen_stays_marked_when_the_list_is_sorted(three: MainWindow) -> None:
    click(three, 0)
    click(three, 2, Modifier.ControlModifier)
    three.recordings.sort_by(Column.NAME, Qt.SortOrder.DescendingOrder)
    marked = three.recordings.selectionModel().selectedRows()
    chosen = three.session.selection.chosen
    assert {three.queue.order[index.row()] for index in marked} == set(chosen)
    assert len(chosen) == 2


def test_all_that_are_chosen_are_taken_out(three: MainWindow) -> None:
    click(three, 0)
    click(three, 1, Modifier.ShiftModifier)
    QTest.keyClick(three.recordings, Key.Key_Delete)
    assert [entry.is_out for entry in three.session.entries] == [True, True, False]
    assert three.session.selection.recording == nth(three.session, 2)
    assert three.messages.message.text.startswith("2 recordings were taken out")


def test_what_becomes_certain_is_accepted_as_well(
    three: MainWindow, settle: Settle, qtbot: QtBot
) -> None:
    session = three.session
    key = nth(session, 0)
    session.selection.select_recording(key)
    before = session.recordings[key]
    unsure = np.flatnonzero(before.keypoints.confidence < CERTAIN)
    session.move_keypoint(int(unsure[0]), float(before.keypoints.time_1_s[unsure[0]]) + 0.001)
    QTest.keyClick(three, Key.Key_A, Modifier.ShiftModifier)
    settle(three)
    after = session.recordings[key].keypoints
    assert (after.confidence[~after.is_reviewed] < CERTAIN).all()


def test_what_is_done_to_many_recordings_is_one_line_of_the_history(
    three: MainWindow, settle: Settle
) -> None:
    session = three.session
    for rank in (1, 2):
        for key in session.recordings:
            session.selection.select_recording(key)
            session.propose_candidate(rank)
    bases = [entry.basis for entry in session.entries]
    QTest.keyClick(three, Key.Key_A, Modifier.ControlModifier)
    three.commands["take_alignment"].trigger()
    assert [entry.basis for entry in session.entries] == [Basis.PATH] * 3
    history = three.edit_history.model()
    line = history.index(history.rowCount() - 1, 0).data()
    assert line == "Take the path – 3 recordings"
    shown = session.selection.recording
    three.commands["undo"].trigger()
    settle(three)
    assert [entry.basis for entry in session.entries] == bases
    assert session.selection.recording == shown


def test_recordings_that_were_taken_out_at_once_come_back_at_once(
    three: MainWindow, settle: Settle
) -> None:
    click(three, 0)
    click(three, 2, Modifier.ControlModifier)
    three.commands["take_out"].trigger()
    assert [entry.is_out for entry in three.session.entries] == [True, False, True]
    three.commands["undo"].trigger()
    settle(three)
    assert not any(entry.is_out for entry in three.session.entries)
