"""Times that come from a table are compared with what is heard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import write_calls
from fakes import curve_s
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from app.look.keypoint_style import needs_look
from app.review.triage import Column

Settle = Callable[[MainWindow], None]

WRONG = {"a.wav": (), "b.wav": (4, 12)}
"""Keypoints that the table has half a second late."""


@pytest.fixture
def tabled(window: MainWindow, tmp_path: Path, settle: Settle) -> MainWindow:
    """Two recordings with a table that has the fake aligner's times, but for some."""
    folder = tmp_path / "garden"
    (folder / "audio").mkdir(parents=True)
    lines = ["Filename,Time Channel 0,Time Channel 1"]
    for name, wrong in WRONG.items():
        write_calls(folder / "audio" / name, 20.0 if name == "a.wav" else 21.0)
        for second in range(18):
            time_1_s = second + curve_s(second) + 0.5 * (second in wrong)
            lines.append(f"{name},{second}.0,{time_1_s:.4f}")
    (folder / "annotations.csv").write_text("\n".join(lines))
    window.open([folder])
    settle(window)
    return window


def test_a_table_is_named_and_compared_when_asked(tabled: MainWindow, settle: Settle) -> None:
    message = tabled.messages.message
    assert message.text.startswith("These times come from annotations.csv")
    before = {e.recording.name: e.keypoints.time_1_s for e in tabled.session.entries}
    assert all(entry.run is None for entry in tabled.session.entries)
    QTest.mouseClick(tabled.messages._act, Qt.MouseButton.LeftButton)
    settle(tabled)
    for entry in tabled.session.entries:
        assert (entry.keypoints.time_1_s == before[entry.recording.name]).all()
    uncertain = {row.name: row.uncertain for row in tabled.queue.rows.values()}
    # Of every recording, the fake is unsure of two.
    assert uncertain == {"a.wav": 2, "b.wav": 4}


def test_tab_steps_through_disagreements_and_says_how_far_they_are(
    tabled: MainWindow, settle: Settle, qtbot: QtBot
) -> None:
    QTest.mouseClick(tabled.messages._act, Qt.MouseButton.LeftButton)
    settle(tabled)
    tabled.recordings.sort_by(Column.CONFIDENCE, Qt.SortOrder.AscendingOrder)
    tabled.session.selection.select_recording(tabled.queue.order[0])
    assert tabled.session.current.recording.name == "b.wav"
    QTest.keyClick(tabled, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert tabled.session.selection.keypoint == 4
    said = "0.50 s later than the path."
    qtbot.waitUntil(lambda: tabled.keypoint.reason_text == said)


def test_disagreements_come_largest_first(tabled: MainWindow, settle: Settle) -> None:
    QTest.mouseClick(tabled.messages._act, Qt.MouseButton.LeftButton)
    settle(tabled)
    tabled.session.selection.select_first(tabled.queue.order[-1:])
    confidence = []
    while tabled.session.current.recording.name == "b.wav" and len(confidence) < 5:
        QTest.keyClick(tabled, Qt.Key.Key_T)
        if tabled.session.current.recording.name == "b.wav":
            at = tabled.session.selection.keypoint
            confidence.append((float(tabled.session.keypoints.confidence[at]), at))
    assert len(confidence) == 4
    assert confidence[2:] == sorted(confidence[2:])
    assert {at for _, at in confidence[:2]} == set(WRONG["b.wav"])
    assert tabled.session.current.recording.name == "a.wav", "after the last of one recording"
    said = "4 uncertain keypoints stay behind in b.wav; this is a.wav."
    assert tabled.messages.message.text == said


def test_disagreements_begin_with_the_largest_wherever_one_is(
    tabled: MainWindow, settle: Settle
) -> None:
    QTest.mouseClick(tabled.messages._act, Qt.MouseButton.LeftButton)
    settle(tabled)
    tabled.session.selection.select_recording(tabled.queue.order[-1])
    wrong = WRONG[tabled.session.current.recording.name]
    doubted = np.flatnonzero(needs_look(tabled.session.keypoints)).tolist()
    tabled.review.go_to(next(at for at in doubted if at not in wrong))
    for keys in (1, 2):
        QTest.keyClick(tabled, Qt.Key.Key_T)
        assert tabled.session.selection.keypoint in wrong, keys
    QTest.keyClick(tabled, Qt.Key.Key_Return)
    QTest.keyClick(tabled, Qt.Key.Key_T)
    assert tabled.session.selection.keypoint in wrong, "the other one is still undecided"


def test_the_comparison_is_there_after_a_restart(
    tabled: MainWindow, make_window: Callable[..., MainWindow], settle: Settle, tmp_path: Path
) -> None:
    QTest.mouseClick(tabled.messages._act, Qt.MouseButton.LeftButton)
    settle(tabled)
    tabled.close()
    again = make_window()
    again.open([tmp_path / "garden"])
    settle(again)
    uncertain = {row.name: row.uncertain for row in again.queue.rows.values()}
    assert uncertain == {"a.wav": 2, "b.wav": 4}
