"""Why a keypoint is as sure as it is, in one click."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from conftest import RATE_HZ, write_calls
from fakes import fake_alignment
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from core.align.alignment import Alias
from core.audio.recording import Recording


def aliased(_recording: Recording, time_0_s: np.ndarray, **_: object) -> Iterator[object]:
    yield fake_alignment(time_0_s, alias=Alias(0.71, 1.8))


def why(window: MainWindow) -> QToolButton:
    (found,) = (b for b in window.keypoint.findChildren(QToolButton) if b.text() == "Why?")
    return found


@pytest.fixture
def half_silent(
    make_window: Callable[..., MainWindow], tmp_path: Path, settle: Callable[[MainWindow], None]
) -> MainWindow:
    """Calls in channel 0 all along; nothing but noise in the second half of channel 1."""
    path = tmp_path / "half.wav"
    write_calls(path)
    samples, _ = sf.read(path)
    noise = np.random.default_rng(2).normal(scale=0.01, size=len(samples) // 2)
    samples[len(samples) - len(noise) :, 1] = noise
    sf.write(path, samples, RATE_HZ)
    window = make_window(aliased)
    window.open([path])
    settle(window)
    return window


def test_one_click_tells_everything_that_counts_in_figures(
    half_silent: MainWindow, qtbot: QtBot
) -> None:
    window = half_silent
    window.review.go_to(17)
    qtbot.waitUntil(lambda: window.keypoint.reason_text.startswith("Two offsets"))
    qtbot.mouseClick(why(window), Qt.MouseButton.LeftButton)
    popup = window.keypoint.explanation
    assert popup.isVisible()
    assert "better than a random offset would" in popup.text
    assert "0.71 s later fits almost as well" in popup.text
    assert "right means within 50 ms" in popup.text
    assert "Nothing stands out from the background in channel 1." in popup.text
    assert "dB in channel 0" in popup.text
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()


def test_the_key_does_the_same_and_what_is_told_is_of_the_keypoint(
    half_silent: MainWindow,
) -> None:
    half_silent.review.go_to(3)
    QTest.keyClick(half_silent, Qt.Key.Key_Y)
    popup = half_silent.keypoint.explanation
    assert popup.isVisible()
    assert "dB in channel 0" in popup.text
    assert "dB in channel 1" in popup.text
    screen = half_silent.screen().availableGeometry()
    assert screen.adjusted(0, 0, 4, 4).contains(popup.geometry()), "but for an edge of the system"


def test_before_aligning_it_says_that(
    make_window: Callable[..., MainWindow], stereo: Path, settle: Callable[[MainWindow], None]
) -> None:
    window = make_window(aligns=False)
    window.open([stereo])
    settle(window)
    window.review.go_to(2)
    window.keypoint.explain()
    assert window.keypoint.explanation.text.startswith("Not aligned yet.")
