"""The queue: what it shows, in which order, and that it stands still under the hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import write_calls
from fakes import fake_alignment, fake_entry
from finding import nth
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.base.messages import Kind, Message, RunProgress
from app.frame.main_window import MainWindow
from app.review.review_progress import ReviewProgress
from app.review.review_queue import ReviewQueue
from app.review.triage import Column, QueueFilter, Stage, arranged, queue_row
from app.session.entries import Entry
from app.session.session_model import SessionModel
from app.views.panels.queue_panel import QueuePanel
from core.align.alignment import Alias
from core.keypoints import ReviewState, machine_keypoints
from core.session import RecordingState

Key, Modifier = Qt.Key, Qt.KeyboardModifier
ACCEPTED = ReviewState.ACCEPTED


def aligned(name: str, confidence: float, alias: Alias | None = None) -> Entry:
    """A recording with one confidence for all its keypoints."""
    entry = fake_entry(name)
    time_s = entry.keypoints.time_0_s
    alignment = replace(fake_alignment(time_s, alias=alias), needs_review=False)
    keypoints = machine_keypoints(time_s, time_s, np.full(len(time_s), confidence))
    evidence = replace(entry.evidence, machine=alignment, alignment=alignment)
    return replace(entry, state=RecordingState.new(keypoints), evidence=evidence)


def all_of(entry: Entry) -> list[int]:
    return list(range(len(entry.keypoints)))


@pytest.fixture
def session(qapp) -> SessionModel:
    return SessionModel()


@pytest.fixture
def queue(session: SessionModel) -> ReviewQueue:
    session.add(
        [
            aligned("sure.wav", 0.99),
            fake_entry("waits.wav"),
            aligned("unsure.wav", 0.4),
            aligned("twofold.wav", 0.6, Alias(0.76, 1.0)),
        ]
    )
    queue = ReviewQueue(session)
    queue.refresh()
    return queue


def names(queue: ReviewQueue) -> list[str]:
    return [queue.rows[i].name.removesuffix(".wav") for i in queue.order]


def test_stages_follow_the_work(session: SessionModel) -> None:
    entry = aligned("a.wav", 0.5)
    assert queue_row(fake_entry()).stage is Stage.TO_ALIGN
    assert queue_row(entry).stage is Stage.TO_REVIEW
    assert queue_row(entry).uncertain == 20
    session.add([entry])
    session.review_keypoint(3, ACCEPTED)
    row = queue_row(session.current)
    assert (row.stage, row.reviewed, row.uncertain) == (Stage.IN_REVIEW, 1, 19)
    session.review_keypoints(all_of(entry), ACCEPTED)
    row = queue_row(session.current)
    assert (row.stage, row.uncertain, row.concerns) == (Stage.DONE, 0, ())


def test_what_is_just_below_the_limit_does_not_read_as_the_limit(session: SessionModel) -> None:
    entry = aligned("a.wav", 0.949)
    sure = entry.keypoints
    machine = replace(entry.evidence.machine, keypoints=sure, needs_review=True)
    entry = replace(entry, evidence=replace(entry.evidence, machine=machine, alignment=machine))
    assert queue_row(entry).concerns == ("the mean confidence is only 0.94",)
    session.add([entry])
    queue = ReviewQueue(session)
    queue.refresh()
    assert queue.index(0, Column.CONFIDENCE).data() == "0.94"


def test_sorting_puts_the_least_certain_first_and_the_unknown_last(queue: ReviewQueue) -> None:
    assert names(queue) == ["sure", "waits", "unsure", "twofold"]
    queue.sort(Column.CONFIDENCE)
    assert names(queue) == ["unsure", "twofold", "sure", "waits"]
    queue.sort(Column.CONFIDENCE, Qt.SortOrder.DescendingOrder)
    assert names(queue) == ["sure", "twofold", "unsure", "waits"]
    queue.sort(Column.NAME)
    assert names(queue) == ["sure", "twofold", "unsure", "waits"]
    queue.sort(Column.FLAG, Qt.SortOrder.DescendingOrder)
    assert names(queue)[0] == "twofold"
    queue.sort(-1)
    assert names(queue) == ["sure", "waits", "unsure", "twofold"]


@pytest.mark.parametrize(
    ("shown", "text", "left"),
    [
        (QueueFilter.TO_REVIEW, "", ["sure", "unsure", "twofold"]),
        (QueueFilter.UNALIGNED, "", ["waits"]),
        (QueueFilter.FLAGGED, "", ["twofold"]),
        (QueueFilter.DONE, "", []),
        (QueueFilter.ALL, "SURE", ["sure", "unsure"]),
        (QueueFilter.FLAGGED, "sure", []),
    ],
)
def test_filters(queue: ReviewQueue, shown: QueueFilter, text: str, left: list[str]) -> None:
    queue.show_only(shown, text)
    assert names(queue) == left


def test_the_list_stands_still_until_it_is_sorted_again(
    session: SessionModel, queue: ReviewQueue, qtbot: QtBot
) -> None:
    panel = QueuePanel(session, queue)
    qtbot.addWidget(panel)
    panel.least_certain_first()
    assert panel.hint == ""
    session.selection.select_recording(nth(session, 2))
    session.review_keypoints(all_of(session.current), ACCEPTED)
    queue.refresh()
    assert names(queue)[0] == "unsure", "it jumped"
    assert "sort again" in panel.hint
    panel.least_certain_first()
    assert names(queue) == ["twofold", "sure", "waits", "unsure"]
    assert panel.hint == ""
    assert panel.table.currentIndex().row() == 3


def test_what_is_opened_later_stands_at_the_end(session: SessionModel, queue: ReviewQueue) -> None:
    queue.sort(Column.CONFIDENCE)
    session.add([aligned("newer.wav", 0.1)])
    queue.refresh()
    assert names(queue)[-1] == "newer"
    assert queue.is_stale


def test_choosing_a_row_shows_that_recording_in_any_order(
    session: SessionModel, queue: ReviewQueue, qtbot: QtBot
) -> None:
    panel = QueuePanel(session, queue)
    qtbot.addWidget(panel)
    panel.show()
    panel.least_certain_first()
    panel.table.setFocus()
    first = panel.table.visualRect(queue.index(0, Column.NAME)).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=first)
    assert session.current.recording.name == "unsure.wav"
    QTest.keyClick(panel.table, Key.Key_Down)
    assert session.current.recording.name == "twofold.wav"


def test_rows_at_work_and_rows_that_wait_are_painted_anew(
    session: SessionModel, queue: ReviewQueue
) -> None:
    first, second, *_ = session.recordings
    painted: set[int] = set()
    queue.dataChanged.connect(lambda cell, _last: painted.add(cell.row()))
    queue.show_progress(RunProgress("", 0.1, None, {first: 0.1, second: None}))
    at_work = {queue.place(first), queue.place(second)}
    assert painted == at_work
    painted.clear()
    queue.show_progress(None)
    assert painted == at_work


def test_thousands_of_recordings_filter_and_sort_at_once(
    session: SessionModel, qtbot: QtBot
) -> None:
    rng = np.random.default_rng(1)
    kinds = [aligned(f"kind {n}.wav", c) for n, c in enumerate(rng.uniform(0.2, 1, 20))]
    cages = [fake_entry(f"cage_{n:04d}.wav") for n in range(2000)]
    session.add([replace(kinds[n % 20], known=cage.known) for n, cage in enumerate(cages)])
    queue = ReviewQueue(session)
    panel = QueuePanel(session, queue)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitUntil(lambda: (queue.refresh(), len(queue.rows))[1] == 2000)
    spent_s = []
    for text in ("7", "77", "777", ""):
        started_s = time.thread_time()
        panel.find_text(text)
        spent_s.append(time.thread_time() - started_s)
        assert queue.rowCount() == sum(text in f"{n:04d}" for n in range(2000))
    started_s = time.thread_time()
    panel.least_certain_first()
    spent_s.append(time.thread_time() - started_s)
    assert sorted(spent_s)[len(spent_s) // 2] < 0.05


def test_progress_counts_everything_and_judges_the_pace(
    session: SessionModel, queue: ReviewQueue
) -> None:
    now_s = [0.0]
    progress = ReviewProgress(session, queue, clock=lambda: now_s[0])
    session.selection.select_recording(nth(session, 2))
    for index in range(7):
        now_s[0] += 6.0
        session.review_keypoint(index, ACCEPTED)
    session.review_keypoint(6, ReviewState.CORRECTED)
    queue.refresh()
    assert progress.text.startswith("7 of 80 reviewed · 33 uncertain left")
    assert "about 7 min left at your pace" in progress.text


def test_nothing_valued_is_arranged() -> None:
    assert arranged({}, Column.NAME) == []


# -- in the window -------------------------------------------------------------------


@pytest.fixture
def three(
    make_window: Callable[..., MainWindow], tmp_path: Path, settle: Callable[[MainWindow], None]
) -> MainWindow:
    """Three aligned recordings; each is unsure of keypoint 7."""
    for name, duration_s in (("a.wav", 9.7), ("b.wav", 9.8), ("c.wav", 9.9)):
        write_calls(tmp_path / name, duration_s)
    window = make_window()
    window.open([tmp_path])
    settle(window)
    window.workbench.align_all()
    settle(window)
    return window


def press(
    window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Modifier.NoModifier
) -> None:
    QTest.keyClick(window, key, modifier)


def shown_name(window: MainWindow) -> str:
    return window.session.current.recording.name


def test_tab_walks_in_the_order_of_the_queue(three: MainWindow) -> None:
    three.recordings.sort_by(Column.NAME, Qt.SortOrder.DescendingOrder)
    press(three, Key.Key_PageDown, Modifier.ControlModifier)
    seen = []
    for _ in range(3):
        press(three, Key.Key_N, Modifier.ShiftModifier)
        seen.append((shown_name(three), three.session.selection.keypoint))
        press(three, Key.Key_Return)
    assert sorted(seen) == [("a.wav", 7), ("b.wav", 7), ("c.wav", 7)]
    press(three, Key.Key_N, Modifier.ShiftModifier)
    assert "No uncertain keypoint is left" in three.messages.message.text


def test_tab_says_that_it_goes_on_and_stays_within_the_filter(three: MainWindow) -> None:
    press(three, Key.Key_F, Modifier.ControlModifier)
    three.queue_panel.find_text("b")
    press(three, Key.Key_N, Modifier.ShiftModifier)
    press(three, Key.Key_Return)
    press(three, Key.Key_N, Modifier.ShiftModifier)
    assert shown_name(three) == "b.wav"
    assert "this is b.wav" in three.messages.message.text
    press(three, Key.Key_Return)
    press(three, Key.Key_N, Modifier.ShiftModifier)
    assert "in the recordings listed" in three.messages.message.text


def test_what_was_said_of_a_recording_goes_with_it(three: MainWindow) -> None:
    three.session.move_keypoint(0, -1.0)
    assert "cannot be put" in three.messages.message.text
    three.session.selection.select_recording(nth(three.session, 1))
    assert "cannot be put" not in three.messages.message.text
    three.messages.post(Message(Kind.INFO, "Exported to t.csv."))
    three.session.selection.select_recording(nth(three.session, 2))
    assert three.messages.isVisible()


def test_a_done_recording_says_so_and_the_list_shows_it(
    three: MainWindow, settle: Callable[[MainWindow], None]
) -> None:
    press(three, Key.Key_N, Modifier.ShiftModifier)
    press(three, Key.Key_Return)
    press(three, Key.Key_A, Modifier.ShiftModifier)
    assert f"{shown_name(three)} is done" in three.messages.message.text
    settle(three)
    assert three.queue.rows[three.session.selection.recording].stage is Stage.DONE
    assert "10 of 30 reviewed · 2 uncertain left" in three.status.review_text


def test_accepting_what_is_in_view_leaves_the_rest(three: MainWindow) -> None:
    three.time.show_span(2.5, 5.5)
    press(three, Key.Key_A)
    assert three.session.keypoints.is_reviewed.nonzero()[0].tolist() == [3, 4, 5]
    press(three, Key.Key_A)
    assert "No unreviewed keypoint is in view" in three.messages.message.text


def test_the_search_keeps_its_keys_to_itself(three: MainWindow, qtbot: QtBot) -> None:
    press(three, Key.Key_F, Modifier.ControlModifier)
    search = three.focusWidget()
    before = three.session.keypoints
    QTest.keyClicks(search, "n")
    QTest.keyClick(search, Key.Key_Return)
    assert three.session.keypoints is before, "Enter in the search accepted a keypoint"
    assert three.session.selection.keypoint == 0
    assert three.recordings.hasFocus()
    assert three.queue.rowCount() == 0
    press(three, Key.Key_F, Modifier.ControlModifier)
    QTest.keyClick(search, Key.Key_Escape)
    assert three.queue.rowCount() == 3
