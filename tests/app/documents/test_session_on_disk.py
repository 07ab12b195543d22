"""What a person decided is on disk at once, and there again whatever happened in between."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import write_calls
from finding import nth
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.documents.crash_recovery import note_open
from app.frame.main_window import MainWindow
from core.keypoints import ReviewState

Settle = Callable[[MainWindow], None]
MakeWindow = Callable[..., MainWindow]


def test_decisions_and_undo_are_there_after_closing(
    opened: MainWindow, make_window: MakeWindow, stereo: Path, settle: Settle, qtbot: QtBot
) -> None:
    review = opened.review
    review.go_to(4)
    qtbot.keyClick(opened, Qt.Key.Key_Return)
    review.go_to(7)
    review.nudge(100)
    settle(opened)
    times_s = opened.session.keypoints.time_1_s
    opened.close()

    again = make_window()
    again.open([stereo.parent])
    settle(again)
    session = again.session
    assert len(session.entries) == 1
    assert session.selection.keypoint == 7
    assert session.keypoints.time_1_s == pytest.approx(times_s, abs=1e-9)
    assert session.keypoints.state[4] is ReviewState.ACCEPTED
    assert again.commands["undo"].text() == "Undo move keypoint 8"
    again.commands["undo"].trigger()
    again.commands["undo"].trigger()
    assert not session.keypoints.is_reviewed.any()
    settle(again)
    again.close()

    third = make_window()
    third.open([stereo])
    settle(third)
    assert not third.session.keypoints.is_reviewed.any()
    third.commands["redo"].trigger()
    assert third.session.keypoints.state[4] is ReviewState.ACCEPTED


def test_a_session_of_ones_own_is_offered_with_the_recordings(
    opened: MainWindow, stereo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[str] = []

    def ask(_parent: object, _title: str, place: str, *_kinds: str, **_options: object) -> tuple:
        offered.append(place)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    opened.files.save_session_as()
    assert offered == [str(stereo.parent / f"{stereo.parent.name}.finchsync")]


def test_a_correction_and_what_followed_are_one_step(opened: MainWindow, settle: Settle) -> None:
    session = opened.session
    before_s = session.keypoints.time_1_s
    for _ in range(3):
        opened.review.nudge(10)
    settle(opened)
    moved_s = session.keypoints.time_1_s
    assert len(session.done) == 1
    opened.commands["undo"].trigger()
    assert session.keypoints.time_1_s == pytest.approx(before_s, abs=1e-12)
    settle(opened)
    assert session.keypoints.time_1_s == pytest.approx(before_s, abs=1e-12)
    opened.commands["redo"].trigger()
    settle(opened)
    assert session.keypoints.time_1_s == pytest.approx(moved_s, abs=1e-12)


def test_undo_shows_where_it_acts(window: MainWindow, tmp_path: Path, settle: Settle) -> None:
    for name in ("a.wav", "b.wav"):
        write_calls(tmp_path / name)
    window.open([tmp_path])
    settle(window)
    window.review.go_to(5)
    window.review.accept()
    window.session.selection.select_recording(nth(window.session, 1))
    settle(window)
    window.commands["undo"].trigger()
    assert window.session.selection.recording == nth(window.session, 0)
    assert window.session.selection.keypoint == 5
    assert window.session.keypoints.state[5] is ReviewState.UNREVIEWED
    # However far the person looked away from a keypoint that is selected still.
    window.time.show_span(12.0, 14.0)
    window.commands["redo"].trigger()
    assert window.time.start_s <= 5.0 <= window.time.end_s


def test_opened_again_the_window_looks_where_the_person_looked(
    window: MainWindow, make_window: MakeWindow, tmp_path: Path, settle: Settle
) -> None:
    path = tmp_path / "a minute and a half.wav"
    write_calls(path, 90.0)
    window.open([path])
    settle(window)
    window.review.go_to(71)
    window.close()
    again = make_window()
    again.open([path])
    settle(again)
    assert again.session.selection.keypoint == 71
    assert again.time.start_s <= 71.0 <= again.time.end_s
    assert "±" in again.status.keypoint_text


def test_the_history_panel_goes_back_and_forth(opened: MainWindow, settle: Settle) -> None:
    for index in (2, 4, 6):
        opened.review.go_to(index)
        opened.review.accept()
    settle(opened)
    panel = opened.findChild(type(opened.edit_history))
    texts = [panel.model().index(row).data() for row in range(4)]
    assert texts[0] == "Before all edits"
    assert texts[3].startswith("Accept keypoint 7")
    panel.activated.emit(panel.model().index(1))
    assert opened.session.keypoints.is_reviewed.nonzero()[0].tolist() == [2]
    panel.activated.emit(panel.model().index(3))
    assert opened.session.keypoints.is_reviewed.nonzero()[0].tolist() == [2, 4, 6]


def test_decisions_are_found_again_whichever_session_they_are_in(
    window: MainWindow, make_window: MakeWindow, settle: Settle, tmp_path: Path
) -> None:
    folders = [tmp_path / name for name in ("first", "second")]
    for duration_s, folder in enumerate(folders, start=20):
        folder.mkdir()
        write_calls(folder / "call.wav", float(duration_s))
    first, second = folders
    window.open([first])
    settle(window)
    window.open([second])
    settle(window)
    window.review.accept()
    window.close()
    # The second folder joined the session of the first; opened alone, it brings it back.
    window = make_window()
    window.open([second / "call.wav"])
    settle(window)
    assert len(window.session.entries) == 2
    assert window.session.current.folder == second
    assert window.session.current.reviewed == 1
    window.store.save_as(tmp_path / "mine.finchsync", overwrite=False)
    settle(window)
    window.review.next_keypoint()
    window.review.accept()
    window.close()
    window = make_window()
    window.open([second])
    settle(window)
    assert window.store.path == tmp_path / "mine.finchsync"
    assert window.session.current.reviewed == 2
    window.close()
    (tmp_path / "mine.finchsync").rename(tmp_path / "away")
    window = make_window()
    window.open([second])
    settle(window)
    assert window.session.current is not None
    assert "which is not there now" in window.messages.message.text


def test_a_folder_with_decisions_of_its_own_says_so_when_it_joins(
    window: MainWindow, make_window: MakeWindow, settle: Settle, tmp_path: Path
) -> None:
    for duration_s, name in ((20.0, "first"), (21.0, "second")):
        (tmp_path / name).mkdir()
        write_calls(tmp_path / name / "call.wav", duration_s)
    window.open([tmp_path / "second"])
    settle(window)
    window.review.accept()
    window.close()
    window = make_window()
    window.open([tmp_path / "first"])
    settle(window)
    window.open([tmp_path / "second"])
    settle(window)
    assert "second joined the recordings of this window" in window.messages.log[-2][1].text
    assert "You decided on 1 keypoint of call.wav before" in window.messages.message.text
    assert window.messages.message.action == "take_earlier"
    window.close()
    window = make_window()
    window.open([tmp_path / "second"])
    settle(window)
    assert window.session.current.reviewed == 1


def test_after_a_crash_the_next_start_is_where_the_person_was(
    opened: MainWindow, make_window: MakeWindow, settle: Settle, tmp_path: Path
) -> None:
    opened.review.go_to(9)
    opened.review.unalignable()
    settle(opened)
    # What the disk holds at this moment is what a crash leaves behind.
    left = tmp_path / "left"
    left.mkdir()
    for file in opened.store.path.parent.iterdir():
        shutil.copy(file, left / file.name)
    opened.close()
    note_open(left / opened.store.path.name)
    again = make_window()
    again.start_with([])
    settle(again)
    assert "not closed the last time" in again.messages.message.text
    assert again.session.keypoints.state[9] is ReviewState.UNALIGNABLE


def test_a_session_that_was_kept_in_an_older_place_is_found_there(
    opened: MainWindow, make_window: MakeWindow, settle: Settle, stereo: Path, tmp_path: Path
) -> None:
    opened.review.accept()
    settle(opened)
    kept = opened.store.path
    opened.close()
    again = make_window(home=tmp_path / "local", older_home=kept.parent)
    again.open([stereo])
    settle(again)
    assert again.store.path == kept
    assert again.session.current.reviewed == 1
    another = tmp_path / "another"
    another.mkdir()
    again.close()
    write_calls(another / "a.wav")
    fresh = make_window(home=tmp_path / "local", older_home=kept.parent)
    fresh.open([another])
    settle(fresh)
    assert fresh.store.path.parent == tmp_path / "local"


def test_after_a_proper_close_nothing_opens_by_itself(
    opened: MainWindow, make_window: MakeWindow, settle: Settle
) -> None:
    opened.close()
    again = make_window()
    again.start_with([])
    settle(again)
    assert again.session.current is None


def test_another_session_takes_the_place_of_a_larger_one(
    make_window: MakeWindow, settle: Settle, tmp_path: Path
) -> None:
    larger, smaller = tmp_path / "larger", tmp_path / "smaller"
    for folder, names in ((larger, ("a", "b", "c")), (smaller, ("x", "y"))):
        folder.mkdir()
        for number, name in enumerate(names):
            write_calls(folder / f"{name}.wav", 20.0 + number)
    window = make_window()
    window.open([smaller])
    settle(window)
    window.review.accept()
    session = window.store.path
    window.close()
    window = make_window()
    window.open([larger])
    settle(window)
    window.review.accept()
    window.open([session])
    settle(window)
    window.queue.refresh()
    listed = [window.queue.index(row, 1).data() for row in range(window.queue.rowCount())]
    assert listed == ["x", "y"]
    assert window.recordings.currentIndex().row() == 0
    assert window.status.review_text.startswith("1 of 41 reviewed")
    assert window.edit_history.model().index(1).data() == "Accept keypoint 1 – x"
