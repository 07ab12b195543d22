"""How many keys a review takes, pressed as a person would press them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import write_calls
from fakes import curve_s, fake_alignment
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.base.messages import Kind
from app.frame.main_window import MainWindow
from core.align.alignment import Alignment, Progress
from core.audio.recording import Recording
from core.keypoints import KeypointSet, machine_keypoints

Key, Modifier = Qt.Key, Qt.KeyboardModifier

KEYPOINTS = 115
WRONG = np.arange(6, KEYPOINTS, 11)
ERRORS_S = np.array([0.07, -0.12, 0.234, -0.31, 0.055, 0.18, -0.09, 0.4, -0.26, 0.105])
RIGHT_WITHIN_S = 0.02
MOST_PRESSES = 60


def wrong_in_ten_places(
    _recording: Recording, time_0_s: np.ndarray, **_: object
) -> Iterator[object]:
    """An aligner that is off at ten keypoints, where it is unsure; the evidence is right."""
    found = fake_alignment(time_0_s)
    offset_s = curve_s(time_0_s)
    offset_s[WRONG] += ERRORS_S
    confidence = np.full(len(time_0_s), 0.98)
    confidence[WRONG] = 0.4
    reason = tuple("one clear peak" if c > 0.5 else "two offsets fit" for c in confidence)
    yield Progress("decoding the path", 0.9)
    yield replace(
        found, keypoints=machine_keypoints(time_0_s, time_0_s + offset_s, confidence, reason)
    )


def staying(
    machine: Alignment, _keypoints: KeypointSet, _last: Alignment | None, *_: object
) -> Iterator[Alignment]:
    """A path that helps nobody: every wrong keypoint is left to the person."""
    yield machine


class Reviewer:
    """Looks at the screen and presses keys."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.presses = 0

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Modifier.NoModifier) -> None:
        """Press one key and count it."""
        self.presses += 1
        QTest.keyClick(self.window, key, modifier)

    @property
    def error_s(self) -> float:
        """How far the selected keypoint is from where the person sees it must be."""
        session = self.window.session
        keypoints, selected = session.keypoints, session.selection.keypoint
        truth_s = curve_s(keypoints.time_0_s)[selected]
        return float(keypoints.offset_s[selected] - truth_s)

    def put_right_by_hand(self) -> None:
        """Nudge until it fits."""
        for step_s, modifier in ((0.1, Modifier.ControlModifier), (0.01, Modifier.ShiftModifier)):
            for _ in range(round(abs(self.error_s) / step_s)):
                self.press(Key.Key_Comma if self.error_s > 0 else Key.Key_Period, modifier)

    def put_right(self) -> None:
        """Snap to a peak, and nudge what is still off."""
        self.press(Key.Key_S)
        if abs(self.error_s) > RIGHT_WITHIN_S:
            self.put_right_by_hand()

    def review(self, put_right: Callable[[], None]) -> None:
        """Visit what is uncertain, put it right, and accept the rest at once."""
        while True:
            self.press(Key.Key_N, Modifier.ShiftModifier)
            said = self.window.messages.message
            if said is not None and "No uncertain keypoint is left" in said.text:
                break
            put_right()
        self.press(Key.Key_A, Modifier.ShiftModifier)


@pytest.fixture
def reviewer(
    make_window: Callable[..., MainWindow], tmp_path: Path, settle: Callable[[MainWindow], None]
) -> Reviewer:
    """A recording of two minutes on the screen, and someone in front of it."""
    path = tmp_path / "aviary.wav"
    write_calls(path, KEYPOINTS - 0.5)
    window = make_window(wrong_in_ten_places)
    window.workbench.redecoding.steps = staying
    window.open([path])
    settle(window)
    assert len(window.session.keypoints) == KEYPOINTS
    return Reviewer(window)


def is_all_right(window: MainWindow) -> bool:
    """Whether everything is decided, and decided well."""
    keypoints = window.session.keypoints
    away_s = np.abs(keypoints.offset_s - curve_s(keypoints.time_0_s))
    return bool(keypoints.is_reviewed.all()) and bool(np.all(away_s <= RIGHT_WITHIN_S))


def test_a_recording_of_two_minutes_takes_under_sixty_presses(
    reviewer: Reviewer, settle: Callable[[MainWindow], None]
) -> None:
    window = reviewer.window
    reviewer.review(reviewer.put_right)
    settle(window)
    assert is_all_right(window)
    assert reviewer.presses < MOST_PRESSES
    assert window.messages.message.kind is Kind.INFO
    assert "is done: all 115 keypoints" in window.messages.message.text


def test_nudging_alone_gets_there_too(
    reviewer: Reviewer, settle: Callable[[MainWindow], None]
) -> None:
    reviewer.review(reviewer.put_right_by_hand)
    settle(reviewer.window)
    assert is_all_right(reviewer.window)
    assert reviewer.presses < MOST_PRESSES
