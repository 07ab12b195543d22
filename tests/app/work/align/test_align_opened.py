"""All that is opened is aligned, and whatever is selected has its evidence."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import write_calls
from fakes import fake_alignment, fake_entry, fake_steps
from finding import nth
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.base.messages import Kind, RunProgress
from app.frame.main_window import MainWindow
from app.review.triage import Column
from app.session.session_model import SessionModel
from app.work.align.batch import AlignBatch
from app.work.align.queue import AlignQueue, Purpose, Task
from core.align.alignment import Alias, Alignment, Progress
from core.audio.recording import Recording
from core.errors import InputError
from core.keypoints import KeypointSet, ReviewState

Settle = Callable[[MainWindow], None]
Make = Callable[..., MainWindow]
Key, Ctrl = Qt.Key, Qt.KeyboardModifier.ControlModifier


class Asked:
    """A fake aligner that remembers what it was asked for, fails for some and doubts c.wav."""

    def __init__(self, *failing: str) -> None:
        self.names: list[str] = []
        self.failing = failing

    def __call__(self, recording: Recording, time_0_s: np.ndarray, **_: object) -> Iterator[object]:
        self.names.append(recording.name)
        if recording.name in self.failing:
            raise InputError(recording.name, "channel 1 is silent", "check the cable")
        alias = Alias(0.76, 1.2) if recording.name == "c.wav" else None
        *steps, _found = fake_steps(recording, time_0_s)
        yield from steps
        yield fake_alignment(time_0_s, alias=alias)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three recordings of different lengths."""
    folder = tmp_path / "birds"
    folder.mkdir()
    for number, name in enumerate("abc"):
        write_calls(folder / f"{name}.wav", 10.0 + number)
    return folder


def aligned(window: MainWindow) -> list[bool]:
    return [entry.run is not None for entry in window.session.entries]


def test_all_that_is_opened_or_added_is_aligned(
    make_window: Make, folder: Path, settle: Settle, tmp_path: Path
) -> None:
    asked = Asked()
    window = make_window(asked)
    window.open([folder])
    settle(window)
    assert aligned(window) == [True] * 3
    write_calls(tmp_path / "later.wav", 8.0)
    window.open([tmp_path / "later.wav"])
    settle(window)
    assert asked.names == ["a.wav", "b.wav", "c.wav", "later.wav"]


def test_a_batch_has_one_bar_and_a_summary(
    make_window: Make, folder: Path, settle: Settle, qtbot: QtBot
) -> None:
    window = make_window(Asked("b.wav"))
    shown: list[RunProgress] = []
    window.workbench.aligning.progressed.connect(lambda p: shown.append(p) if p else None)
    window.open([folder])
    settle(window)
    fractions = [progress.fraction for progress in shown]
    assert fractions == sorted(fractions)
    assert fractions[-1] > 0.9
    assert any("2 of 3, b.wav" in progress.text for progress in shown)
    message = window.messages.message
    assert message.kind is Kind.WARNING
    assert message.text.startswith(
        "2 recordings aligned; 2 to review (2 uncertain keypoints, 1 alias-flagged); 1 failed: "
        "b.wav: "
    )
    assert "channel 1 is silent" in message.details
    assert len(window.messages.log) == 1, "a failure among many is told once, at the end"


def test_a_summary_stays_until_it_is_closed(
    make_window: Make, folder: Path, settle: Settle, qtbot: QtBot
) -> None:
    window = make_window(Asked())
    window.open([folder])
    settle(window)
    said = "3 recordings aligned; 3 to review (3 uncertain keypoints, 1 alias-flagged)."
    assert window.messages.message.text == said
    QTest.keyClick(window, Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    window.session.selection.select_recording(nth(window.session, 2))
    qtbot.wait(300)
    assert window.messages.isVisible()
    assert window.messages.message.text == said
    QTest.mouseClick(window.messages._close, Qt.MouseButton.LeftButton)
    assert window.messages.isHidden()


def test_a_summary_is_over_when_everything_is_reviewed(
    make_window: Make, folder: Path, settle: Settle, qtbot: QtBot
) -> None:
    window = make_window(Asked())
    window.open([folder])
    settle(window)
    assert window.messages.message.text.startswith("3 recordings aligned; 3 to review")
    first, *others = window.session.recordings
    for key in others:
        every = range(len(window.session.recordings[key].keypoints))
        window.session.review_keypoints(every, ReviewState.ACCEPTED, key)
    window.messages.look_again()
    assert window.messages.message.text.startswith("3 recordings aligned; 3 to review")
    every = range(len(window.session.recordings[first].keypoints))
    window.session.review_keypoints(every, ReviewState.ACCEPTED, first)
    window.messages.look_again()
    after = window.messages.message
    assert after is None or "recordings aligned" not in after.text, after.text


def test_the_list_says_what_is_aligned_and_what_waits(
    make_window: Make, folder: Path, settle: Settle, qtbot: QtBot
) -> None:
    asked, go_on = Asked(), threading.Semaphore(0)

    def steps(recording: Recording, time_0_s: np.ndarray, **_: object) -> Iterator[object]:
        yield Progress("reading", 0.25)
        assert go_on.acquire(timeout=20)
        yield from asked(recording, time_0_s)

    window = make_window(steps)
    window.open([folder])

    def shown() -> list[str]:
        rows = range(window.queue.rowCount())
        return [window.queue.index(row, Column.CONFIDENCE).data() for row in rows]

    qtbot.waitUntil(lambda: shown() == ["25%", "waits", "waits"])
    spoken = window.queue.index(0, Column.CONFIDENCE).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "being aligned"
    go_on.release()
    qtbot.waitUntil(lambda: shown()[1:] == ["25%", "waits"] and shown()[0].startswith("0."))
    go_on.release(2)
    settle(window)
    assert all(text.startswith("0.") for text in shown())


def test_what_is_selected_is_aligned_next(
    make_window: Make, folder: Path, settle: Settle, qtbot: QtBot
) -> None:
    asked, go_on = Asked(), threading.Semaphore(0)

    def steps(recording: Recording, time_0_s: np.ndarray, **_: object) -> Iterator[object]:
        assert go_on.acquire(timeout=20)
        yield from asked(recording, time_0_s)

    window = make_window(steps)
    window.open([folder])
    qtbot.waitUntil(lambda: window.workbench.is_aligning)
    window.session.selection.select_recording(nth(window.session, 2))
    qtbot.waitUntil(lambda: not window.workbench._spectrogram_runner.is_running)
    go_on.release(3)
    settle(window)
    assert asked.names == ["a.wav", "c.wav", "b.wav"]


def test_cancelling_leaves_the_rest_alone_until_it_is_asked_for(
    make_window: Make, folder: Path, settle: Settle, qtbot: QtBot
) -> None:
    go_on = threading.Semaphore(0)

    def steps(recording: Recording, time_0_s: np.ndarray, **_: object) -> Iterator[object]:
        yield Progress("reading audio", 0.1)
        assert go_on.acquire(timeout=20)
        yield from fake_steps(recording, time_0_s)

    window = make_window(steps)
    window.open([folder])
    qtbot.waitUntil(lambda: "reading audio" in window.status.progress_text)
    QTest.keyClick(window, Key.Key_Escape)
    go_on.release(9)
    settle(window)
    window.session.selection.select_recording(nth(window.session, 1))
    settle(window)
    assert aligned(window) == [False] * 3
    QTest.keyClick(window, Key.Key_R, Ctrl | Qt.KeyboardModifier.ShiftModifier)
    settle(window)
    assert aligned(window) == [True] * 3


def _shifted(
    machine: Alignment, keypoints: KeypointSet, _last: Alignment | None, *_: object
) -> Iterator[Alignment]:
    """A path that goes wherever the first corrected keypoint goes."""
    pinned = np.flatnonzero(keypoints.is_pinned)[0]
    shift_s = keypoints.time_1_s[pinned] - machine.keypoints.time_1_s[pinned]
    moved = replace(machine.keypoints, time_1_s=machine.keypoints.time_1_s + shift_s)
    yield replace(machine, keypoints=moved)


@pytest.mark.parametrize("aligns", [True, False])
def test_after_a_restart_decisions_move_neighbours_in_every_recording(
    window: MainWindow, make_window: Make, folder: Path, settle: Settle, aligns: bool
) -> None:
    window.workbench.redecoding.steps = _shifted
    window.open([folder])
    settle(window)
    for index in range(3):
        window.session.selection.select_recording(nth(window.session, index))
        settle(window)
        window.session.move_keypoint(1, 1.5)
        settle(window)
    window.close()
    again = make_window(aligns=aligns)
    again.workbench.redecoding.steps = _shifted
    again.open([folder])
    settle(again)
    for index in (2, 0, 1):
        again.session.selection.select_recording(nth(again.session, index))
        settle(again)
        assert again.session.current.machine is not None
        assert again.status.note_text == "", "nobody decided just now"
        before_s = again.session.keypoints.time_1_s
        again.session.move_keypoint(1, 1.6)
        settle(again)
        np.testing.assert_allclose(again.session.keypoints.time_1_s[2:], before_s[2:] + 0.1)


def test_a_first_decision_without_evidence_has_it_computed(
    window: MainWindow, make_window: Make, folder: Path, settle: Settle
) -> None:
    window.open([folder])
    settle(window)
    window.close()
    asked = Asked()
    again = make_window(asked, aligns=False)
    again.workbench.redecoding.steps = _shifted
    again.open([folder])
    settle(again)
    assert asked.names == []
    before_s = again.session.keypoints.time_1_s
    again.session.move_keypoint(1, before_s[1] + 0.1)
    settle(again)
    assert asked.names == ["a.wav"]
    np.testing.assert_allclose(again.session.keypoints.time_1_s, before_s + 0.1)


def test_evidence_comes_back_as_the_recording_was_aligned(
    window: MainWindow, make_window: Make, folder: Path, settle: Settle
) -> None:
    window.open([folder])
    settle(window)
    stood = [entry.keypoints.time_1_s for entry in window.session.entries]
    window.close()
    seen: list[tuple[str, object]] = []

    def steps(recording: Recording, time_0_s: np.ndarray, **by: object) -> Iterator[object]:
        seen.append((recording.name, by["tolerance_s"]))
        yield from fake_steps(recording, time_0_s + 0.001)

    again = make_window(steps)
    again.workbench.aligning.settings = {"tolerance_s": 0.2}
    again.open([folder])
    settle(again)
    assert seen == [("a.wav", 0.05)]
    assert len(again.session.entries[0].run.made.settings) == 1
    for entry, before_s in zip(again.session.entries, stood, strict=True):
        np.testing.assert_array_equal(entry.keypoints.time_1_s, before_s)


def test_evidence_that_is_not_used_gives_its_memory_back(
    make_window: Make, folder: Path, settle: Settle
) -> None:
    asked = Asked()
    window = make_window(asked)
    window.workbench._memory.most_bytes = 40_000
    window.open([folder])
    settle(window)
    held = [entry.machine is not None for entry in window.session.entries]
    assert held == [True, False, True]
    concerns = [entry.concerns for entry in window.session.entries]
    window.session.selection.select_recording(nth(window.session, 1))
    settle(window)
    assert asked.names == ["a.wav", "b.wav", "c.wav", "b.wav"]
    assert window.session.current.machine is not None
    assert [entry.concerns for entry in window.session.entries] == concerns


# -- what was never aligned ---------------------------------------------------------------


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_A])
def test_what_was_never_aligned_cannot_be_accepted(
    make_window: Make, stereo: Path, settle: Settle, qtbot: QtBot, key: Qt.Key
) -> None:
    window = make_window(aligns=False)
    window.open([stereo])
    settle(window)
    QTest.keyClick(window, key)
    assert not window.session.keypoints.is_reviewed.any()
    message = window.messages.message
    assert "two birds.wav is not aligned" in message.text
    assert message.action == "align"
    window.messages._act.click()
    settle(window)
    assert window.messages.isHidden()
    QTest.keyClick(window, key)
    assert window.session.keypoints.state[0] is ReviewState.ACCEPTED


def test_what_a_person_puts_in_its_place_needs_no_aligner(
    make_window: Make, stereo: Path, settle: Settle
) -> None:
    window = make_window(aligns=False)
    window.open([stereo])
    settle(window)
    QTest.keyClick(window, Key.Key_Period, Ctrl)
    QTest.keyClick(window, Key.Key_Return)
    assert window.session.keypoints.state[0] is ReviewState.CORRECTED
    QTest.keyClick(window, Key.Key_Return)
    assert window.session.keypoints.state[1] is ReviewState.UNREVIEWED
    QTest.keyClick(window, Key.Key_U)
    assert window.session.keypoints.state[1] is ReviewState.UNALIGNABLE


def test_imported_times_can_be_accepted_unaligned(
    window: MainWindow, stereo: Path, settle: Settle
) -> None:
    table = stereo.parent / "annotations.csv"
    rows = [f"{stereo.name},{t}.0,{t + 0.5}" for t in range(10)]
    table.write_text("\n".join(["Filename,Time Channel 0,Time Channel 1", *rows]))
    window.open([table])
    settle(window)
    assert window.session.current.run is None
    QTest.keyClick(window, Key.Key_A)
    assert window.session.keypoints.is_reviewed.all()


# -- counting and waiting ------------------------------------------------------------------


def test_time_left_counts_what_waits() -> None:
    now_s = [0.0]
    batch = AlignBatch(lambda: now_s[0])
    batch.begin(fake_entry(duration_s=100.0))
    now_s[0] = 5.0
    assert batch.left_s(None, 300.0) is None
    assert batch.left_s(5.0, 300.0) == pytest.approx(35.0)
    assert batch.fraction(0.5, 300.0) == pytest.approx(0.125)
    now_s[0] = 10.0
    batch.end(fake_entry(duration_s=100.0))
    batch.begin(fake_entry(duration_s=300.0))
    assert batch.fraction(0.0, 0.0) == pytest.approx(0.25)
    assert batch.left_s(30.0, 0.0) == pytest.approx(30.0)


def test_a_recording_waits_once_and_evidence_comes_first() -> None:
    queue = AlignQueue()
    queue.align([0, 1, 2], first=False)
    queue.align([1, 3], first=False)
    assert queue.to_align == [0, 1, 2, 3]
    queue.compute_again(2, Purpose.SHOW_EVIDENCE)
    queue.compute_again(5, Purpose.FOLLOW_DECISIONS)
    queue.compute_again(5, Purpose.SHOW_EVIDENCE)
    queue.compute_again(6, Purpose.SHOW_EVIDENCE)
    assert queue.take(shown=4) == Task(5, Purpose.FOLLOW_DECISIONS), "6 is not shown any more"
    assert queue.take(shown=4) == Task(2, Purpose.ALIGN), "aligning it brings its evidence"
    queue.align([3, 7], first=True)
    assert queue.to_align == [3, 7, 0, 1]


def test_the_model_refuses_for_every_view(qapp) -> None:
    session = SessionModel()
    session.add([fake_entry()])
    told: list[str] = []
    session.refused.connect(lambda message: told.append(message.text))
    session.review_keypoints([3, 4], ReviewState.ACCEPTED)
    assert not session.keypoints.is_reviewed.any()
    assert "not aligned" in told[0]
