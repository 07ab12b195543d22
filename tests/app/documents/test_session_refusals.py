"""Where a session cannot be made, written, opened or moved, nothing is lost and it is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import write_calls
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.base.messages import Kind
from app.frame.main_window import MainWindow
from core.errors import InputError
from core.session import SessionFile

Settle = Callable[[MainWindow], None]
MakeWindow = Callable[..., MainWindow]


def test_a_second_window_is_refused_politely(
    opened: MainWindow, make_window: MakeWindow, stereo: Path, settle: Settle
) -> None:
    settle(opened)
    other = make_window()
    other.open([stereo])
    settle(other)
    assert other.session.current is None
    assert "open in another window" in other.messages.message.text
    opened.review.accept()
    settle(opened)
    assert opened.store.unwritten == 0


def test_a_full_disk_is_told_and_nothing_is_lost(
    opened: MainWindow, make_window: MakeWindow, settle: Settle, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, qtbot: QtBot,
) -> None:  # fmt: skip
    settle(opened)

    def refuse(self: SessionFile, _change: object) -> None:
        raise InputError(self.path, "does not fit on the disk, which is full", "free some space")

    with monkeypatch.context() as full:
        full.setattr(SessionFile, "commit", refuse)
        opened.review.accept()
        opened.review.next_keypoint()
        opened.review.accept()
        qtbot.waitUntil(lambda: opened.messages.message is not None)
        assert "not on disk yet" in opened.messages.message.text
        assert "disk, which is full" in opened.messages.message.text
        assert opened.store.unwritten >= 2
        full.setattr(QMessageBox, "exec", lambda _box: QMessageBox.StandardButton.Cancel)
        assert not opened.close()
    opened.store.save_as(tmp_path / "elsewhere.finchsync", overwrite=False)
    qtbot.waitUntil(lambda: opened.store.unwritten == 0)
    opened.close()
    again = make_window()
    again.open([tmp_path / "elsewhere.finchsync"])
    settle(again)
    assert again.session.keypoints.is_reviewed.sum() == 2


def test_where_no_session_can_be_made_recordings_open_all_the_same(
    make_window: MakeWindow, stereo: Path, settle: Settle, tmp_path: Path, qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "taken").write_text("a file where the folder of sessions should be")
    window = make_window(home=tmp_path / "taken" / "sessions")
    window.open([stereo])
    settle(window)
    assert window.session.current is not None
    assert window.messages.message.text.startswith("Nothing is kept on disk yet. ")
    assert "cannot be made" in window.messages.message.text
    assert "Errno" not in window.messages.message.text
    assert window.messages.message.action == "save_session_as"
    window.review.accept()
    with monkeypatch.context() as cancelled:
        cancelled.setattr(QMessageBox, "exec", lambda _box: QMessageBox.StandardButton.Cancel)
        assert not window.close()
    more = stereo.with_name("more birds.wav")
    write_calls(more, 21.0)
    window.open([more])
    settle(window)
    assert len(window.session.entries) == 2
    window.store.save_as(tmp_path / "given.finchsync", overwrite=False)
    qtbot.waitUntil(lambda: window.store.unwritten == 0)
    window.close()
    again = make_window()
    again.open([tmp_path / "given.finchsync"])
    settle(again)
    assert len(again.session.entries) == 2
    assert again.session.entries[0].reviewed == 1


def test_something_that_is_no_session_leaves_what_is_open(
    opened: MainWindow, settle: Settle, tmp_path: Path
) -> None:
    foreign = tmp_path / "foreign.finchsync"
    foreign.write_bytes(b"not a session at all")
    opened.open([foreign])
    settle(opened)
    assert "is not a FinchSync session" in opened.messages.message.text
    assert opened.session.current is not None
    assert foreign.read_bytes() == b"not a session at all"
    opened.review.accept()
    settle(opened)
    assert opened.store.unwritten == 0


def test_a_session_that_cannot_go_elsewhere_stays_and_says_so(
    opened: MainWindow, settle: Settle, tmp_path: Path
) -> None:
    before = opened.store.path
    opened.store.save_as(tmp_path / "nowhere" / "x.finchsync", overwrite=False)
    settle(opened)
    assert opened.messages.message.text.startswith("The session stays where it is. ")
    assert opened.messages.message.action == "save_session_as"
    assert opened.store.path == before
    assert opened.store.problem == ""
    opened.review.accept()
    settle(opened)
    assert opened.store.unwritten == 0


def test_what_is_dropped_beside_a_session_is_not_passed_over_in_silence(
    opened: MainWindow, make_window: MakeWindow, settle: Settle, stereo: Path
) -> None:
    session = opened.store.path
    opened.close()
    again = make_window()
    again.open([stereo, session])
    settle(again)
    assert f"only {session.name} is opened" in again.messages.message.text
    assert again.store.path == session


def test_the_session_that_is_open_is_not_opened_again(opened: MainWindow, settle: Settle) -> None:
    opened.open([opened.store.path])
    settle(opened)
    assert "is open already" in opened.messages.message.text
    assert opened.messages.message.kind is Kind.INFO
    assert opened.session.current is not None
