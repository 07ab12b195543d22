"""The aligner's run as the window shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import write_calls
from fakes import Stepwise, failing_steps, fake_alignment, fake_ranking, fake_steps
from finding import nth
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.base.messages import Kind
from app.frame.main_window import MainWindow
from app.review.triage import Column
from core.align.alignment import Alias, Progress
from core.audio.recording import Recording
from core.errors import InputError

MakeWindow = Callable[..., MainWindow]
Settle = Callable[[MainWindow], None]


def in_batches(time_0_s: np.ndarray) -> Iterator[object]:
    """As of a recording that takes long to rank."""
    yield Progress("reading audio", 0.2)
    yield fake_alignment(time_0_s).surface
    for first in range(0, 1000, 5):
        yield fake_ranking(5, first)
        yield Progress("ranking candidates", 0.3 + first / 2000)


def test_candidates_stream_in_and_cancel_stops_within_one_batch(
    make_window: MakeWindow, stereo: Path, qtbot: QtBot, settle: Settle
) -> None:
    steps = Stepwise(in_batches)
    window = make_window(steps)
    window.open([stereo])
    rows = window.candidates.model().rowCount
    for batch in (1, 2, 3):
        steps.released.release()
        qtbot.waitUntil(lambda count=5 * batch: rows() == count)
    assert "ranking candidates" in window.status.progress_text
    assert "two birds.wav" in window.status.progress_text
    before = window.session.keypoints
    QTest.keyClick(window, Qt.Key.Key_Escape)
    for _ in range(10):
        steps.released.release()
    settle(window)
    assert steps.batches <= 4
    assert window.status.progress_text == ""
    assert "cancelled" in window.messages.message.text
    assert window.session.keypoints is before


def test_time_left_is_shown(make_window: MakeWindow, stereo: Path, qtbot: QtBot) -> None:
    steps = Stepwise(in_batches)
    window = make_window(steps)
    window.open([stereo])
    qtbot.waitUntil(lambda: window.workbench.is_aligning, timeout=20000)
    qtbot.wait(500)
    steps.released.release(3)
    qtbot.waitUntil(lambda: "s left" in window.status.progress_text)
    window.workbench.cancel()
    steps.released.release(10)


@pytest.mark.parametrize("error", [InputError("x", "channel 1 is silent", "check it"), OSError(5)])
def test_a_failed_run_says_so_and_the_window_works_on(
    make_window: MakeWindow, stereo: Path, settle: Settle, error: Exception
) -> None:
    window = make_window(failing_steps(error))
    window.open([stereo])
    settle(window)
    assert window.messages.message.kind is Kind.ERROR
    assert window.messages.isVisible()
    assert window.session.current.problem
    assert window.recordings.model().index(0, Column.CONFIDENCE).data() == "failed"
    QTest.keyClick(window, Qt.Key.Key_N)
    assert window.session.selection.keypoint == 1
    window.workbench.aligning.aligner._align = fake_steps
    window.workbench.align()
    settle(window)
    assert window.session.current.alignment is not None
    assert window.session.current.problem == ""


def test_several_recordings_wait_their_turn(
    make_window: MakeWindow, tmp_path: Path, settle: Settle
) -> None:
    for name in ("a.wav", "b.wav", "c.wav"):
        write_calls(tmp_path / name, 5.0)
    window = make_window(aligns=False)
    window.open([tmp_path])
    settle(window)
    assert window.recordings.model().rowCount() == 3
    assert all(entry.alignment is None for entry in window.session.entries)
    window.commands["align_all"].trigger()
    settle(window)
    assert all(entry.alignment is not None for entry in window.session.entries)


def test_an_ambiguous_file_is_announced(
    make_window: MakeWindow, stereo: Path, settle: Settle
) -> None:
    def steps(recording: Recording, time_0_s: np.ndarray, **_: object) -> Iterator[object]:
        yield fake_alignment(time_0_s, alias=Alias(0.76, 1.2))

    window = make_window(steps)
    window.open([stereo])
    settle(window)
    assert "0.76 s later fits almost as well" in window.concern.text
    assert "instead of" in window.concern.text
    assert window.concern.isVisible()
    window.review.next_uncertain()
    settle(window)
    assert window.keypoint.reason_text.endswith("equally likely; 0.76 s later fits almost as well.")
    model = window.recordings.model()
    assert "0.76 s later" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    name = model.index(0, Column.NAME)
    assert "needs review" in name.data(Qt.ItemDataRole.AccessibleTextRole)
    window.session.selection.select_keypoint(3)
    QTest.keyClick(window, Qt.Key.Key_Return)
    settle(window)
    assert window.session.current.concerns == ()
    assert window.concern.isHidden()
    assert "needs review" not in name.data(Qt.ItemDataRole.AccessibleTextRole)


def test_other_warnings_are_shown_with_the_recording(
    make_window: MakeWindow, stereo: Path, settle: Settle
) -> None:
    guess = "the channels may have nothing in common: this alignment is a guess"

    def steps(recording: Recording, time_0_s: np.ndarray, **_: object) -> Iterator[object]:
        yield replace(fake_alignment(time_0_s), warnings=(guess,))

    window = make_window(steps)
    window.open([stereo])
    settle(window)
    assert guess in window.concern.text
    assert guess in window.recordings.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_imported_times_stand_until_the_path_is_taken(
    make_window: MakeWindow, stereo: Path, settle: Settle
) -> None:
    table = stereo.parent / "annotations.csv"
    rows = [f"{stereo.name},{t}.0,{t + 0.5}" for t in range(10)]
    table.write_text("\n".join(["Filename,Time Channel 0,Time Channel 1", *rows]))
    window = make_window()
    window.open([table])
    settle(window)
    session = window.session
    assert session.current.alignment is None
    window.workbench.align()
    settle(window)
    np.testing.assert_allclose(session.keypoints.offset_s, 0.5)
    assert window.messages.message.action == "take_alignment"
    window.messages._act.click()
    assert not np.allclose(session.keypoints.offset_s, 0.5)
    assert table.read_text().splitlines()[1:] == rows


def test_the_path_is_offered_only_for_the_recording_shown(
    make_window: MakeWindow, tmp_path: Path, settle: Settle
) -> None:
    rows = []
    for name in ("a.wav", "b.wav"):
        write_calls(tmp_path / name)
        rows += [f"{name},{t}.0,{t + 0.5}" for t in range(10)]
    table = tmp_path / "annotations.csv"
    table.write_text("\n".join(["Filename,Time Channel 0,Time Channel 1", *rows]))
    window = make_window()
    window.open([table])
    settle(window)
    window.workbench.align_all()
    settle(window)
    assert window.session.selection.recording == nth(window.session, 0)
    told = [message for _, message in window.messages.log if "imported times" in message.text]
    assert [(m.text.split(":")[0], m.action) for m in told] == [
        ("Aligned. The imported times stand until you take the path.", "take_alignment"),
        ("b.wav", ""),
    ]


def test_closing_while_aligning_stops_the_threads(
    make_window: MakeWindow, stereo: Path, qtbot: QtBot
) -> None:
    def endless(recording: Recording, time_0_s: np.ndarray, **_: object) -> Iterator[object]:
        while True:
            yield Progress("working", 0.5)

    window = make_window(endless)
    window.open([stereo])
    qtbot.waitUntil(lambda: window.workbench.is_aligning)
    window.close()
    assert not window.workbench.is_aligning
