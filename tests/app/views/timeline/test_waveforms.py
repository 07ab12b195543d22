"""Waveforms: there on demand, made in the background, at the moments of the spectrograms."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
from pointing import LEFT, drag, in_plot
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from app.look.palette import DARK
from app.views.timeline.waveform_plot import WaveformPlot
from core.audio.recording import Recording

Settle = Callable[[MainWindow], None]


def show(window: MainWindow, settle: Settle) -> None:
    QTest.keyClick(window, Qt.Key.Key_V)
    settle(window)


def heights_px(plot: WaveformPlot) -> tuple[np.ndarray, np.ndarray]:
    """Where the columns of a waveform are on the time axis, and how high it is in each."""
    image = plot.grab().toImage()
    colour = (DARK.channel_0, DARK.channel_1)[plot.channel].lower()
    left, right = (in_plot(plot, end).x() for end in plot.box.viewRange()[0])
    columns = np.arange(left + 1, right - 1)
    found = [
        sum(image.pixelColor(int(x), y).name() == colour for y in range(plot.height()))
        for x in columns
    ]
    time_s = [plot.box.mapSceneToView(plot.mapToScene(int(x), 5)).x() for x in columns]
    return np.array(time_s), np.array(found)


def test_a_key_shows_and_hides_them(opened: MainWindow, settle: Settle) -> None:
    waves = opened.workspace.waves
    assert not any(wave.isVisible() for wave in waves)
    assert opened.waveforms.pair is None
    show(opened, settle)
    assert all(wave.isVisible() for wave in waves)
    show(opened, settle)
    assert not any(wave.isVisible() for wave in waves)
    assert opened.waveforms.pair is None, "and their memory is free"


@pytest.mark.parametrize("channel", [0, 1])
def test_calls_stand_where_they_are_heard(opened: MainWindow, settle: Settle, channel: int) -> None:
    """Both channels of the recording have a call at every full second of their own clocks."""
    opened.commands["warp"].trigger()
    opened.time.show_span(4.5, 8.5)
    show(opened, settle)
    time_s, high_px = heights_px(opened.workspace.waves[channel])
    is_call = np.mod(time_s, 1.0) < 0.095
    is_quiet = (np.mod(time_s, 1.0) > 0.12) & (np.mod(time_s, 1.0) < 0.98)
    assert high_px[is_call].min() > 30
    assert high_px[is_quiet].max() < 12


def test_channel_1_moves_with_the_warp(opened: MainWindow, settle: Settle) -> None:
    show(opened, settle)
    opened.time.show_span(4.5, 8.5)
    time_s, high_px = heights_px(opened.workspace.waves[1])
    onsets_s = time_s[1:][(high_px[1:] > 20) & (high_px[:-1] <= 20)]
    wanted_s = opened.session.time_map().to_channel_0(np.arange(5.0, 9.0))
    inside = [t for t in wanted_s if 4.5 < t < 8.5]
    assert onsets_s == pytest.approx(inside, abs=0.02)


def test_no_sound_is_read_in_the_windows_thread(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: list[threading.Thread] = []
    both = Recording.both

    def noted(self: Recording, *arguments: object) -> object:
        readers.append(threading.current_thread())
        return both(self, *arguments)

    monkeypatch.setattr(Recording, "both", noted)
    show(opened, settle)
    assert readers
    assert threading.main_thread() not in readers


def test_regions_and_clicks_are_as_over_the_spectrograms(
    opened: MainWindow, settle: Settle, qtbot: QtBot
) -> None:
    show(opened, settle)
    opened.time.show_span(8.0, 13.0)
    wave = opened.workspace.waves[0]
    drag(wave.viewport(), in_plot(wave, 9.3), in_plot(wave, 11.6), qtbot)
    region = opened.session.selection.region
    assert (region.start_s, region.end_s) == pytest.approx((9.3, 11.6), abs=0.02)
    assert wave.region.item.span_s == opened.panes[0].region.item.span_s
    QTest.mouseClick(wave.viewport(), LEFT, pos=in_plot(wave, 12.5))
    qtbot.waitUntil(lambda: opened.playback.cursor is not None)
    assert opened.playback.cursor.time_s == pytest.approx(12.5, abs=0.02)
