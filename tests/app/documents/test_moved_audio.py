"""Audio that is not where it was, or not what it was, while its session is open."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from conftest import write_calls
from finding import nth

from app.frame.main_window import MainWindow

Settle = Callable[[MainWindow], None]
MakeWindow = Callable[..., MainWindow]


def test_moved_audio_is_asked_for_and_found(
    opened: MainWindow, make_window: MakeWindow, stereo: Path, settle: Settle, tmp_path: Path
) -> None:
    opened.review.accept()
    settle(opened)
    session = opened.store.path
    opened.close()
    away = tmp_path / "away" / "deep"
    away.mkdir(parents=True)
    shutil.move(stereo, away / stereo.name)
    again = make_window()
    again.open([session])
    settle(again)
    assert "cannot be found" in again.messages.message.text
    assert again.messages.message.action == "find_audio"
    assert again.session.current.is_lost
    again.messages.hide()
    assert "cannot be found" in again.concern.text
    again.commands["align"].trigger()
    again.commands["align_all"].trigger()
    assert not again.workbench.is_aligning
    assert again.messages.message.text.startswith("Not aligned: ")
    assert again.messages.message.action == "find_audio"
    assert again.session.keypoints.is_reviewed.sum() == 1
    again.documents.find_audio(tmp_path / "away")
    settle(again)
    assert not again.session.current.is_lost
    assert "cannot be found" not in again.concern.text
    assert again.workbench.spectrograms is not None
    assert again.session.current.alignment is not None


def test_audio_that_goes_while_the_window_is_open_can_be_found_again(
    window: MainWindow, settle: Settle, tmp_path: Path
) -> None:
    folder = tmp_path / "birds"
    folder.mkdir()
    for number, name in enumerate(("a.wav", "b.wav")):
        write_calls(folder / name, 20.0 + number)
    window.open([folder])
    settle(window)
    (folder / "b.wav").rename(tmp_path / "b.wav")
    window.session.selection.select_recording(nth(window.session, 1))
    settle(window)
    assert "b.wav is not there any more" in window.messages.message.text
    assert window.messages.message.action == "find_audio"
    window.commands["align"].trigger()
    assert not window.workbench.is_aligning
    window.documents.find_audio(tmp_path)
    settle(window)
    assert not window.session.current.is_lost
    assert window.workbench.spectrograms is not None


def test_audio_that_changes_while_the_window_is_open_is_not_aligned(
    make_window: MakeWindow, stereo: Path, settle: Settle
) -> None:
    window = make_window(aligns=False)
    window.open([stereo])
    settle(window)
    stereo.touch()
    window.commands["align"].trigger()
    settle(window)
    aligned = window.session.current.alignment
    assert aligned is not None, "touched, but the same"
    write_calls(stereo, 26.0)
    window.commands["align"].trigger()
    settle(window)
    assert "has changed since it was opened" in window.messages.message.text
    assert window.session.current.alignment is aligned
