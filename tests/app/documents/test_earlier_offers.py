"""What was decided on the same audio in another place is offered, and costs nothing until taken."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from conftest import write_calls
from earlier_decisions import CORRECTED, has_decisions, said, take_offer
from finding import nth
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from core.session import read_snapshot

Settle = Callable[[MainWindow], None]
Make = Callable[..., MainWindow]
Review = Callable[[Path], Path]


def test_what_was_decided_on_a_copy_is_offered_and_taken_with_one_undo(
    cage: Path,
    review: Review,
    opening: Callable[..., MainWindow],
    settle: Settle,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    session = review(cage)
    before = session.read_bytes()
    copy = tmp_path / "copy"
    shutil.copytree(cage, copy)
    window = opening(copy)
    assert window.store.path != session
    assert not has_decisions(window)
    assert "You decided on 2 keypoints of a.wav before, last on " in said(window)
    assert f", in {cage}. You can go on" in said(window)
    take_offer(window, settle, qtbot)
    assert has_decisions(window)
    stands = read_snapshot(session).states[1].keypoints
    np.testing.assert_array_equal(window.session.entries[0].keypoints.time_1_s, stands.time_1_s)
    assert "2 decisions were taken over" in window.messages.message.text
    assert window.session.entries[0].folder == copy
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not window.session.entries[0].reviewed
    assert session.read_bytes() == before
    assert list(session.parent.glob(f"{session.name}?*")) == []


def test_an_offer_without_an_answer_costs_nothing(
    cage: Path, review: Review, opening: Callable[..., MainWindow], settle: Settle, tmp_path: Path
) -> None:
    review(cage)
    copy = tmp_path / "copy"
    shutil.copytree(cage, copy)
    window = opening(copy)
    window.close()
    again = opening(copy)
    assert again.messages.message.action == "take_earlier", "offered again"
    again.session.selection.select_recording(nth(again.session, 0))
    again.session.move_keypoint(4, 4.5)
    settle(again)
    again.messages._act.click()
    settle(again)
    states = again.session.entries[0].keypoints
    assert states.time_1_s[4] == 4.5, "what was decided here stands"
    assert states.state[7] is CORRECTED
    again.close()
    third = opening(copy)
    assert third.messages.message is None
    third.close()
    assert has_decisions(opening(cage))


def test_work_in_a_session_that_is_open_is_offered_too(
    cage: Path,
    opening: Callable[..., MainWindow],
    settle: Settle,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(cage, copy)
    window = opening(cage)
    window.review.accept()
    settle(window)
    other = opening(copy)
    assert "You decided on 1 keypoint of a.wav before" in said(other)
    take_offer(other, settle, qtbot)
    assert other.session.entries[0].reviewed == 1
    window.review.next_keypoint()
    window.review.accept()
    settle(window)
    assert window.store.unwritten == 0


def test_a_second_folder_brings_its_earlier_work_when_asked_to(
    cage: Path,
    review: Review,
    opening: Callable[..., MainWindow],
    settle: Settle,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write_calls(other / "x.wav", 15.0)
    review(cage)
    window = opening(other)
    window.open([cage])
    settle(window)
    assert "cage 3 joined the recordings of this window" in said(window)
    take_offer(window, settle, qtbot)
    assert has_decisions(window)
    session = window.store.path
    window.close()
    again = opening(cage)
    assert again.store.path == session, "where the newest decisions are"
    assert has_decisions(again)


def test_a_second_folder_says_that_it_joins(
    cage: Path, opening: Callable[..., MainWindow], settle: Settle, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write_calls(other / "x.wav", 15.0)
    window = opening(cage)
    assert "joined" not in said(window)
    window.open([other])
    settle(window)
    assert "other joined the recordings of this window; opened alone, it brings back all" in said(
        window
    )


def test_other_keypoints_are_left_alone(
    cage: Path,
    review: Review,
    opening: Callable[..., MainWindow],
    settle: Settle,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    review(cage)
    copy = tmp_path / "copy"
    shutil.copytree(cage, copy)
    rows = [f"a.wav,{t + 0.5},{t + 0.75}" for t in range(9)]
    table = "\n".join(["Filename,Time Channel 0,Time Channel 1", *rows])
    (copy / "annotations.csv").write_text(table)
    window = opening(copy / "annotations.csv")
    take_offer(window, settle, qtbot)
    assert "a.wav had other keypoints on channel 0 there" in window.messages.message.text
    assert not window.session.entries[0].reviewed
