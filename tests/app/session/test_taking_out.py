"""Recordings leave a session and come back, with everything that was decided on them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import write_calls
from fakes import fake_steps
from finding import nth
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.export.export_dialog import ExportDialog
from app.frame.main_window import MainWindow
from core.audio.recording import Recording
from core.keypoints import ReviewState

Settle = Callable[[MainWindow], None]
MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "birds"
    folder.mkdir()
    for number, name in enumerate(("a", "b", "c")):
        write_calls(folder / f"{name}.wav", 20.0 + number)
    return folder


@pytest.fixture
def three(window: MainWindow, folder: Path, settle: Settle) -> MainWindow:
    """A window with three recordings; a keypoint of the second, which is shown, is decided on."""
    window.open([folder])
    settle(window)
    window.session.selection.select_recording(nth(window.session, 1))
    window.review.go_to(4)
    window.review.accept()
    settle(window)
    return window


def listed(window: MainWindow) -> list[str]:
    window.queue.refresh()
    return [window.queue.rows[i].name for i in window.queue.order]


def take_out(window: MainWindow, settle: Settle) -> None:
    window.commands["take_out"].trigger()
    settle(window)


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_delete_in_the_list_takes_the_recording_out_and_undo_brings_all_of_it_back(
    three: MainWindow, folder: Path, settle: Settle, qtbot: QtBot, key: Qt.Key
) -> None:
    audio = (folder / "b.wav").read_bytes()
    # As on macOS, where Backspace says "delete".
    three.shell.keymap.clear("zoom_back")
    three.recordings.setFocus()
    qtbot.keyClick(three.recordings, key)
    settle(three)
    assert listed(three) == ["a.wav", "c.wav"]
    assert three.session.current.recording.name == "c.wav"
    assert "b.wav was taken out. Undo brings it back" in three.messages.message.text
    assert three.status.review_text.startswith("0 of 42 reviewed")
    assert three.commands["undo"].text() == "Undo take the recording out"
    step = three.edit_history.model().index(2)
    assert step.data() == "Take the recording out – b"
    assert "b.wav, 20" in step.data(Qt.ItemDataRole.ToolTipRole)
    three.commands["undo"].trigger()
    settle(three)
    assert listed(three) == ["a.wav", "b.wav", "c.wav"]
    assert three.session.current.recording.name == "b.wav"
    assert three.session.keypoints.state[4] is ReviewState.ACCEPTED
    assert three.status.review_text.startswith("1 of 63 reviewed")
    three.commands["redo"].trigger()
    settle(three)
    assert listed(three) == ["a.wav", "c.wav"]
    assert (folder / "b.wav").read_bytes() == audio


def test_what_is_out_is_left_out_of_exports_walks_and_alignments(
    three: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_out(three, settle)
    exported: list[list[str]] = []

    def look(dialog: ExportDialog) -> int:
        exported.append([entry.recording.name for entry in dialog.plan.entries])
        return 0

    monkeypatch.setattr(ExportDialog, "exec", look)
    three.commands["export"].trigger()
    assert exported == [["a.wav", "c.wav"]]
    aligned: list[str] = []

    def steps(recording: Recording, time_0_s: np.ndarray, **_: object) -> Iterator[object]:
        aligned.append(recording.name)
        yield from fake_steps(recording, time_0_s)

    three.workbench.aligning.aligner._align = steps
    three.commands["align_all"].trigger()
    settle(three)
    assert aligned == ["a.wav", "c.wav"]
    visited = set()
    for _ in range(12):
        three.review.next_uncertain()
        visited.add(three.session.current.recording.name)
        three.review.accept()
    assert visited == {"a.wav", "c.wav"}


def test_it_is_out_after_a_restart_and_of_its_folder_it_stays_out_until_asked(
    three: MainWindow, make_window: MakeWindow, folder: Path, settle: Settle
) -> None:
    take_out(three, settle)
    three.close()
    again = make_window()
    again.open([folder])
    settle(again)
    assert listed(again) == ["a.wav", "c.wav"]
    text = "1 recording that you took out of this session stays out."
    assert again.messages.message.text == text
    again.messages._act.click()
    settle(again)
    assert listed(again) == ["a.wav", "b.wav", "c.wav"]
    assert again.messages.message.text == "1 recording is back."
    assert again.session.current.keypoints.state[4] is ReviewState.ACCEPTED
    again.commands["bring_back"].trigger()
    assert again.messages.message.text == "No recording was taken out."


def test_opened_by_its_name_it_is_back_with_its_decisions(
    three: MainWindow, folder: Path, settle: Settle
) -> None:
    take_out(three, settle)
    three.open([folder / "b.wav"])
    settle(three)
    assert listed(three) == ["a.wav", "b.wav", "c.wav"]
    assert three.session.current.recording.name == "b.wav"
    assert three.session.keypoints.state[4] is ReviewState.ACCEPTED
    assert len(three.session.entries) == 3


def test_with_the_last_one_out_the_window_is_as_at_the_start(
    three: MainWindow, make_window: MakeWindow, folder: Path, settle: Settle
) -> None:
    for _ in range(3):
        take_out(three, settle)
    assert three.session.current is None
    assert three.windowTitle() == "FinchSync"
    assert not three.status.review_text
    assert not three.commands["take_out"].isEnabled()
    assert not three.commands["accept"].isEnabled()
    for command in three.commands.values():
        # Whatever a person may try now, nothing is there to do it to.
        if command.isEnabled() and command.objectName() in {"align", "align_all", "warp", "fit"}:
            command.trigger()
    three.close()
    again = make_window()
    again.open([folder])
    settle(again)
    assert again.session.current is None
    again.commands["undo"].trigger()
    settle(again)
    assert again.session.current is not None
    assert again.commands["accept"].isEnabled()


def test_in_a_filtered_list_the_next_of_it_is_shown(three: MainWindow, settle: Settle) -> None:
    three.queue_panel.find_text("b")
    take_out(three, settle)
    assert listed(three) == []
    assert three.session.current is not None
    three.queue_panel.find_text("")
    three.queue_panel.least_certain_first()
    order = listed(three)
    three.session.selection.select_recording(three.queue.order[0])
    take_out(three, settle)
    assert listed(three) == order[1:]
    assert three.session.current.recording.name == order[1]
    assert not three.queue.is_stale


def test_an_alignment_under_way_ends_with_its_recording(
    make_window: MakeWindow, folder: Path, settle: Settle, qtbot: QtBot
) -> None:
    asked: list[str] = []

    def slowly(recording: Recording, time_0_s: np.ndarray, **_: object) -> Iterator[object]:
        asked.append(recording.name)
        for step in fake_steps(recording, time_0_s):
            yield step
            time.sleep(0.2 * (recording.name == "b.wav"))

    window = make_window(slowly, aligns=False)
    window.open([folder])
    settle(window)
    window.commands["align_all"].trigger()
    qtbot.waitUntil(lambda: "b.wav" in asked)
    window.session.take_out(nth(window.session, 1))
    settle(window)
    assert [e.alignment is not None for e in window.session.entries] == [True, False, True]
    (told,) = window.messages.log
    assert told[1].text.startswith("2 recordings aligned"), "nothing of the one taken out"
