"""Why two seconds match: asked for by a key, found in the background, shown where it is proved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from fakes import fake_steps
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
RATE_HZ = 16000


@pytest.fixture
def heard_by_both(
    make_window: Callable[..., MainWindow], tmp_path: Path, settle: Callable[[MainWindow], None]
) -> MainWindow:
    """One call that both channels hear, at 10 s, and others that one of them hears."""
    rng = np.random.default_rng(2)
    time_s = np.arange(20 * RATE_HZ) / RATE_HZ
    sound = rng.normal(scale=0.01, size=(len(time_s), 2))
    for channel, others in ((0, 8), (1, 8)):
        starts_s = [s for s in rng.uniform(1, 19, others) if abs(s - 10) > 1]
        for start_s, hz in [(10.1, 3000.0), *((s, rng.uniform(1000, 5000)) for s in starts_s)]:
            at = np.clip((time_s - start_s) / 0.12, 0.0, 1.0)
            sound[:, channel] += 0.2 * np.sin(np.pi * at) ** 2 * np.sin(2 * np.pi * hz * time_s)
    path = tmp_path / "two.wav"
    sf.write(path, sound, RATE_HZ)
    window = make_window(fake_steps)
    window.open([path])
    settle(window)
    return window


def _at_ten(window: MainWindow, time_1_s: float) -> None:
    index = int(np.argmin(np.abs(window.session.keypoints.time_0_s - 10.0)))
    window.review.go_to(index)
    window.session.move_keypoint(index, time_1_s)


def test_lines_join_what_both_hear_and_nothing_elsewhere(
    heard_by_both: MainWindow, qtbot: QtBot
) -> None:
    window, clips = heard_by_both, heard_by_both.keypoint.clips
    at_s = float(window.session.keypoints.time_0_s[10])
    _at_ten(window, at_s)
    overlaid = clips.grab().toImage()
    QTest.keyClick(window, Key.Key_Y, Shift)
    assert window.commands["why_match"].isChecked()
    assert "hiding parts" in clips.answer.said
    qtbot.waitUntil(lambda: clips.answer.parts is not None, timeout=20000)
    assert "lowers the score more than chance" in clips.answer.said
    assert len(clips.answer.parts.time_0_s) > 0
    assert clips.grab().toImage() != overlaid
    _at_ten(window, 15.0)
    qtbot.waitUntil(lambda: clips.answer.said.startswith("No lines: "), timeout=20000)
    assert "proves no match" in clips.answer.said or "Nothing single" in clips.answer.said
    assert len(clips.answer.parts.time_0_s) == 0
    QTest.keyClick(window, Key.Key_Y, Shift)
    assert clips.answer is None


def test_nothing_is_computed_unless_it_is_wanted(heard_by_both: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(heard_by_both, Key.Key_N)
    qtbot.wait(300)
    assert heard_by_both.matches.is_idle
    assert heard_by_both.keypoint.clips.answer is None


def test_stepping_on_leaves_no_answer_of_before(heard_by_both: MainWindow, qtbot: QtBot) -> None:
    heard_by_both.commands["why_match"].trigger()
    for _ in range(4):
        QTest.keyClick(heard_by_both, Key.Key_N)
    answered: list[object] = []
    heard_by_both.matches.answered.connect(answered.append)
    qtbot.waitUntil(lambda: any(a is not None and a.parts for a in answered), timeout=20000)
    assert len([a for a in answered if a is not None and a.parts]) == 1
