"""Two windows, each with a session of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import write_calls
from PySide6.QtCore import QProcess, QSettings

from app.base.messages import Kind
from app.documents.crash_recovery import left_open, note_open
from app.frame.main_window import MainWindow

Settle = Callable[[MainWindow], None]
MakeWindow = Callable[..., MainWindow]


def test_new_window_starts_this_program_again(
    opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def start(program: str, arguments: list[str], _folder: str) -> tuple[bool, int]:
        asked.append([program, *arguments])
        return len(asked) == 1, 0

    monkeypatch.setattr(QProcess, "startDetached", start)
    opened.commands["new_window"].trigger()
    assert "on its way" in opened.messages.message.text
    said = subprocess.run(
        [*asked[0], "--help"], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert "finchsync" in said.stdout
    opened.commands["new_window"].trigger()
    assert opened.messages.message.kind is Kind.ERROR


def test_each_window_has_a_session_and_a_crash_of_one_is_recovered_beside_the_other(
    opened: MainWindow, make_window: MakeWindow, settle: Settle, tmp_path: Path
) -> None:
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    write_calls(other_folder / "other.wav", 21.0)
    other = make_window()
    other.start_with([other_folder])
    settle(other)
    assert other.session.current is not None
    assert left_open() == [other.store.path, opened.store.path]
    # Both are in use: a third window has nothing to recover, and nothing to complain about.
    third = make_window()
    third.start_with([])
    settle(third)
    assert third.session.current is None
    assert third.messages.message is None
    other.review.accept()
    settle(other)
    session = other.store.path
    other.close()
    assert left_open() == [opened.store.path]
    note_open(session)
    third.start_with([])
    settle(third)
    assert "not closed the last time" in third.messages.message.text
    assert third.session.current.reviewed == 1


@pytest.mark.parametrize("nonsense", ["{", "17", '{"a": 1}', "[17, null]", "[" * 99_999])
def test_settings_of_nonsense_are_no_sessions(nonsense: str) -> None:
    QSettings().setValue("session/left_open", nonsense)
    assert left_open() == []


def test_a_damaged_session_is_not_tried_at_every_start(
    make_window: MakeWindow, settle: Settle, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.finchsync"
    broken.write_bytes(os.urandom(5000))
    note_open(broken)
    window = make_window()
    window.start_with([])
    settle(window)
    assert "The last session was not opened" in window.messages.message.text
    assert left_open() == []
