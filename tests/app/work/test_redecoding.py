"""Correct one, fix many: the path goes after every decision."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.base.messages import Kind
from app.frame.main_window import MainWindow
from app.review.triage import Column
from core.align.alignment import Alignment
from core.keypoints import KeypointSet, ReviewState, Source, machine_keypoints
from core.session import Basis

Key = Qt.Key
Settle = Callable[[MainWindow], None]


def shifting(
    machine: Alignment, keypoints: KeypointSet, last: Alignment | None, *_: object
) -> Iterator[Alignment]:
    """A path that moves as a whole by what the person moved on average."""
    decided = keypoints.is_reviewed & (
        np.array([s is not ReviewState.UNALIGNABLE for s in keypoints.state])
    )
    shift_s = 0.0
    if decided.any():
        shift_s = float(np.mean((keypoints.time_1_s - machine.keypoints.time_1_s)[decided]))
    proposal = machine_keypoints(
        keypoints.time_0_s,
        machine.keypoints.time_1_s + shift_s,
        np.full(len(keypoints), 0.97),
        ("near a keypoint fixed by a person",) * len(keypoints),
    )
    path = replace(machine.path, offset_s=machine.path.offset_s + shift_s)
    yield replace(machine, keypoints=proposal, path=path)


@pytest.fixture
def shifted(opened: MainWindow) -> MainWindow:
    """An aligned recording whose path follows in a simple way."""
    opened.workbench.redecoding.steps = shifting
    return opened


class Held:
    """A path that follows only when let on."""

    def __init__(self) -> None:
        self.seen: list[KeypointSet] = []
        self.released = threading.Semaphore(0)

    def __call__(
        self, machine: Alignment, keypoints: KeypointSet, last: Alignment | None, *_: object
    ) -> Iterator[Alignment]:
        self.seen.append(keypoints)
        assert self.released.acquire(timeout=20)
        yield from shifting(machine, keypoints, last)


def test_the_real_path_goes_through_a_correction(opened: MainWindow, settle: Settle) -> None:
    session = opened.session
    machine = session.current.machine
    wanted_s = machine.keypoints.time_1_s[10] + 0.15
    session.move_keypoint(10, wanted_s)
    settle(opened)
    entry = session.current
    assert entry.machine is machine
    assert entry.alignment is not machine
    assert entry.alignment.path.offset_s[10] == pytest.approx(wanted_s - 10, abs=0.02)
    assert session.keypoints.time_1_s[10] == wanted_s
    assert session.keypoints.time_1_s[9] != machine.keypoints.time_1_s[9]
    assert session.keypoints.source[9] is Source.MACHINE


def test_unreviewed_keypoints_follow_and_decisions_stay(
    shifted: MainWindow, settle: Settle
) -> None:
    session = shifted.session
    before_s = session.keypoints.time_1_s
    session.review_keypoint(3, ReviewState.UNALIGNABLE)
    settle(shifted)
    session.move_keypoint(10, before_s[10] + 0.1)
    settle(shifted)
    after = session.keypoints
    free = ~after.is_reviewed
    np.testing.assert_allclose(after.time_1_s[free], before_s[free] + 0.1)
    np.testing.assert_array_equal(after.confidence[free], 0.97)
    assert after.time_1_s[3] == before_s[3]
    assert after.time_1_s[10] == before_s[10] + 0.1
    assert shifted.status.note_text == "18 keypoints followed"
    assert shifted.recordings.model().index(0, Column.REVIEWED).data() == "2/20"


def test_what_followed_lights_up_and_fades(
    shifted: MainWindow, settle: Settle, qtbot: QtBot
) -> None:
    QTest.keyClick(shifted, Key.Key_Period)
    points = shifted.drift._points
    qtbot.waitUntil(lambda: bool(points.flashing))
    assert points.flashing == list(range(1, 20))
    qtbot.waitUntil(lambda: not points.flashing)


def test_accepting_moves_nothing_and_says_so(shifted: MainWindow, settle: Settle) -> None:
    before_s = shifted.session.keypoints.time_1_s
    QTest.keyClick(shifted, Key.Key_Return)
    settle(shifted)
    np.testing.assert_array_equal(shifted.session.keypoints.time_1_s, before_s)
    assert shifted.session.keypoints.confidence[5] == 0.97
    assert shifted.status.note_text == "no other keypoint had to move"


def test_a_held_nudge_is_not_followed_step_by_step(
    shifted: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow the machine, the key repeats sooner than that.
    monkeypatch.setattr("app.work.redecoding._STILL_MS", 1000)
    shifted.workbench.redecoding._row.setInterval(1000)
    held = Held()
    held.released.release(10)
    shifted.workbench.redecoding.steps = held
    before_s = shifted.session.keypoints.time_1_s
    for _ in range(8):
        QTest.keyClick(shifted, Key.Key_Period)
        QTest.qWait(10)
    settle(shifted)
    assert len(held.seen) <= 2, "the first step, and the last one"
    np.testing.assert_allclose(shifted.session.keypoints.time_1_s, before_s + 0.008)


def test_the_latest_decision_wins(shifted: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    session, held = shifted.session, Held()
    shifted.workbench.redecoding.steps = held
    before_s = session.keypoints.time_1_s
    session.move_keypoint(4, before_s[4] + 0.1)
    qtbot.waitUntil(lambda: len(held.seen) == 1)
    session.move_keypoint(4, before_s[4] + 0.3)
    assert session.keypoints.time_1_s[5] == before_s[5]
    held.released.release()
    qtbot.waitUntil(lambda: len(held.seen) == 2)
    assert session.keypoints.time_1_s[5] == before_s[5], "a stale answer was taken"
    held.released.release()
    settle(shifted)
    assert session.keypoints.time_1_s[5] == pytest.approx(before_s[5] + 0.3)


def test_a_drag_under_way_is_not_disturbed(
    shifted: MainWindow, settle: Settle, qtbot: QtBot
) -> None:
    session, held = shifted.session, Held()
    shifted.workbench.redecoding.steps = held
    before_s = session.keypoints.time_1_s
    session.move_keypoint(4, before_s[4] + 0.1)
    qtbot.waitUntil(lambda: len(held.seen) == 1)
    session.selection.select_keypoint(8)
    session.preview.move(8, before_s[8] + 0.4)
    held.released.release()
    qtbot.waitUntil(lambda: session.keypoints.time_1_s[5] > before_s[5])
    assert session.preview.is_on
    assert session.keypoints.time_1_s[8] == before_s[8] + 0.4
    held.released.release()
    session.end_drag()
    settle(shifted)
    assert session.keypoints.state[8] is ReviewState.CORRECTED


def test_releasing_gives_a_keypoint_back(shifted: MainWindow, settle: Settle) -> None:
    session = shifted.session
    machine = session.keypoints
    session.selection.select_keypoint(6)
    QTest.keyClick(shifted, Key.Key_R)
    assert "already" in shifted.messages.message.text
    QTest.keyClick(shifted, Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    settle(shifted)
    assert session.keypoints.time_1_s[7] == pytest.approx(machine.time_1_s[7] + 0.1)
    QTest.keyClick(shifted, Key.Key_R)
    assert session.keypoints.state[6] is ReviewState.UNREVIEWED
    assert session.keypoints.source[6] is Source.MACHINE
    assert session.keypoints.time_1_s[6] == machine.time_1_s[6]
    settle(shifted)
    np.testing.assert_allclose(session.keypoints.time_1_s, machine.time_1_s)
    assert session.current.reviewed == 0


def test_a_candidates_line_stands_until_the_path_is_taken(
    shifted: MainWindow, settle: Settle
) -> None:
    session = shifted.session
    QTest.keyClick(shifted, Key.Key_2)
    line_s = session.keypoints.time_1_s
    session.move_keypoint(10, line_s[10] + 0.2)
    settle(shifted)
    assert session.current.basis is Basis.LINE
    np.testing.assert_array_equal(np.delete(session.keypoints.time_1_s, 10), np.delete(line_s, 10))
    assert "line stands" in shifted.status.note_text
    session.selection.select_keypoint(10)
    QTest.keyClick(shifted, Key.Key_R)
    assert session.keypoints.time_1_s[10] == line_s[10]
    QTest.keyClick(shifted, Key.Key_0)
    assert session.current.basis is Basis.PATH


def test_imported_times_stand_under_corrections(
    make_window: Callable[..., MainWindow], stereo: Path, settle: Settle
) -> None:
    table = stereo.parent / "annotations.csv"
    rows = [f"{stereo.name},{t}.0,{t + 0.5}" for t in range(10)]
    table.write_text("\n".join(["Filename,Time Channel 0,Time Channel 1", *rows]))
    window = make_window()
    window.workbench.redecoding.steps = shifting
    window.open([table])
    settle(window)
    session = window.session
    session.move_keypoint(2, 2.6)
    settle(window)
    assert session.current.alignment is None
    window.workbench.align()
    settle(window)
    session.move_keypoint(3, 3.6)
    settle(window)
    np.testing.assert_allclose(np.delete(session.keypoints.offset_s, [2, 3]), 0.5)
    assert "imported times stand" in window.status.note_text
    pinned = session.current.alignment.keypoints
    session.selection.select_keypoint(3)
    QTest.keyClick(window, Key.Key_R)
    assert session.keypoints.offset_s[3] == pytest.approx(0.5)
    settle(window)
    QTest.keyClick(window, Key.Key_0)
    assert session.keypoints.offset_s[2] == pytest.approx(0.6)
    assert not np.allclose(np.delete(session.keypoints.offset_s, 2), 0.5)
    assert pinned is not session.current.alignment


def test_aligning_again_leads_the_new_path_through_decisions(
    shifted: MainWindow, settle: Settle
) -> None:
    session = shifted.session
    before_s = session.keypoints.time_1_s
    session.move_keypoint(10, before_s[10] + 0.1)
    settle(shifted)
    shifted.workbench.align()
    settle(shifted)
    np.testing.assert_allclose(session.keypoints.time_1_s, before_s + 0.1)


def test_a_path_that_cannot_follow_says_so(shifted: MainWindow, settle: Settle) -> None:
    def broken(*_: object) -> Iterator[Alignment]:
        raise RuntimeError("no way through")
        yield

    shifted.workbench.redecoding.steps = broken
    shifted.session.move_keypoint(3, 3.4)
    settle(shifted)
    assert shifted.messages.message.kind is Kind.ERROR
    assert "your decisions stand" in shifted.messages.message.text
    assert shifted.session.keypoints.time_1_s[3] == 3.4


def test_closing_while_following_stops_the_thread(shifted: MainWindow, qtbot: QtBot) -> None:
    held = Held()
    shifted.workbench.redecoding.steps = held
    shifted.session.move_keypoint(3, 3.4)
    qtbot.waitUntil(lambda: len(held.seen) == 1)
    held.released.release()
    shifted.close()


def test_the_window_does_not_import_the_aligner() -> None:
    code = (
        "import sys, app.launch; bad = [m for m in sys.modules if m in "
        "('core.align.pins', 'core.align.decoding.decode')]; assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_overview_shows_each_decision(shifted: MainWindow, settle: Settle) -> None:
    seen = [shifted.overview.grab().toImage()]
    for state in (ReviewState.ACCEPTED, ReviewState.UNALIGNABLE):
        shifted.session.review_keypoint(10, state)
        settle(shifted)
        seen.append(shifted.overview.grab().toImage())
    assert seen[0] != seen[1] != seen[2]
