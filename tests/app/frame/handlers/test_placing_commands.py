"""Keypoints are added, removed and put at another interval; sync points come in and are shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import write_calls
from PySide6.QtWidgets import QFileDialog, QInputDialog
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from core.keypoints import ReviewState

Settle = Callable[[MainWindow], None]


@pytest.fixture
def opened(window: MainWindow, stereo: Path, settle: Settle) -> MainWindow:
    window.open([stereo])
    settle(window)
    return window


def times(window: MainWindow) -> list[float]:
    assert window.session.keypoints is not None
    return window.session.keypoints.time_0_s.tolist()


def test_a_keypoint_is_added_where_a_person_pointed_and_undo_takes_it_back(
    opened: MainWindow, settle: Settle
) -> None:
    before = times(opened)
    opened.panes[0].pointed.emit(3.2504)
    opened.commands["add_keypoint"].trigger()
    settle(opened)
    session = opened.session
    assert times(opened) == sorted([*before, 3.25])
    assert session.selection.keypoint == 4
    assert session.keypoints.state[4] is ReviewState.UNREVIEWED
    assert session.keypoints.offset_s[4] == pytest.approx(session.keypoints.offset_s[3], abs=0.01)
    session.move_keypoint(4, 3.6)
    settle(opened)
    assert session.keypoints.time_1_s[4] == 3.6
    opened.commands["undo"].trigger()
    opened.commands["undo"].trigger()
    settle(opened)
    assert times(opened) == before
    opened.commands["redo"].trigger()
    settle(opened)
    assert 3.25 in times(opened)


def test_where_nobody_pointed_it_is_the_middle_of_the_view(opened: MainWindow) -> None:
    opened.time.show_span(7.0, 8.0)
    opened.commands["add_keypoint"].trigger()
    assert 7.5 in times(opened)
    opened.commands["add_keypoint"].trigger()
    assert "There is a keypoint at 7.500 s" in opened.messages.message.text


def test_why_no_keypoint_is_added_is_said(opened: MainWindow) -> None:
    opened.time.show_span(-1.0, 8.0)
    before = times(opened)
    for time_s, said in (
        (3.0, "There is a keypoint at 3.000 s already; it is selected."),
        (-0.1, "Channel 0 does not run at -0.100 s; point at a moment within it."),
    ):
        opened.panes[0].pointed.emit(time_s)
        opened.commands["add_keypoint"].trigger()
        assert opened.messages.message.text == said
    assert times(opened) == before


def test_a_keypoint_is_removed_and_the_next_one_is_selected(
    opened: MainWindow, settle: Settle
) -> None:
    opened.session.selection.select_keypoint(19)
    opened.commands["remove_keypoint"].trigger()
    settle(opened)
    assert len(times(opened)) == 19
    assert opened.session.selection.keypoint == 18
    assert len(opened.session.current.machine.keypoints) == 19
    opened.commands["undo"].trigger()
    settle(opened)
    assert len(times(opened)) == 20


def test_another_interval_keeps_what_was_decided(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.session.move_keypoint(3, 3.6)
    settle(opened)
    monkeypatch.setattr(QInputDialog, "getDouble", lambda *_: (5.0, True))
    opened.commands["set_interval"].trigger()
    settle(opened)
    assert times(opened) == [0.0, 3.0, 5.0, 10.0, 15.0]
    assert opened.session.keypoints.time_1_s[1] == 3.6
    opened.commands["take_alignment"].trigger()
    settle(opened)
    assert len(opened.session.keypoints) == 5


def test_it_is_there_after_a_restart(
    make_window: Callable[..., MainWindow], stereo: Path, settle: Settle
) -> None:
    first = make_window()
    first.open([stereo])
    settle(first)
    first.session.placing.add(2.5)
    settle(first)
    first.close()
    again = make_window()
    again.open([stereo])
    settle(again)
    assert 2.5 in times(again)
    again.commands["undo"].trigger()
    assert 2.5 not in times(again)


def test_sync_points_are_imported_shown_and_taken_back(
    opened: MainWindow,
    settle: Settle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    table = tmp_path / "sync.csv"
    table.write_text("Time Channel 0,Time Channel 1,Uncertainty (ms),Kind\n4.0,4.4,2,clap\n")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(table), ""))
    opened.commands["import_sync"].trigger()
    settle(opened)
    sync = opened.session.current.state.sync
    assert (sync.time_1_s.tolist(), sync.kind) == ([4.4], ("clap",))
    assert "1 sync point leads the path of two birds.wav now." in opened.messages.message.text
    assert "sync points" in opened.drift.caption
    assert len(opened.session.current.alignment.decisions) == 1
    assert np.all(opened.session.current.machine.decisions == frozenset())
    opened.commands["remove_sync"].trigger()
    settle(opened)
    assert not len(opened.session.current.state.sync)
    opened.commands["undo"].trigger()
    settle(opened)
    assert len(opened.session.current.state.sync) == 1


def test_a_table_that_names_no_recording_is_of_the_one_shown(
    window: MainWindow, settle: Settle, tmp_path: Path
) -> None:
    for name in ("a.wav", "b.wav"):
        write_calls(tmp_path / name)
    window.open([tmp_path / "a.wav", tmp_path / "b.wav"])
    settle(window)
    table = tmp_path / "sync.csv"
    table.write_text("Time Channel 0,Time Channel 1\n3,3.1\n")
    shown = window.session.current
    assert shown is not None
    window.placing.read_sync(table)
    settle(window)
    told = {entry.recording.name: len(entry.state.sync) for entry in window.session.entries}
    assert told == {"a.wav": 0, "b.wav": 0} | {shown.recording.name: 1}
    assert f"leads the path of {shown.recording.name} now" in window.messages.message.text


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Time Channel 0,Time Channel 1\n400,401\n", "lies at 400 s on channel 0, past the end"),
        ("Time Channel 0,Time Channel 1\n1,x\n", "line 2: Time Channel 1 is 'x', not a number"),
        ("Filename,Time Channel 0,Time Channel 1\nb.wav,1,2\n", "names 'b.wav'"),
    ],
)
def test_a_table_that_does_not_fit_changes_nothing(
    opened: MainWindow, settle: Settle, tmp_path: Path, text: str, what: str
) -> None:
    table = tmp_path / "sync.csv"
    table.write_text(text)
    opened.placing.read_sync(table)
    settle(opened)
    assert what in opened.messages.message.text
    assert not len(opened.session.current.state.sync)
