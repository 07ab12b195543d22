"""What a person may choose about spectrograms, and that it shows at once."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import write_calls
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from app.frame.spectrogram_settings import remember, remembered
from app.render.spectrogram_look import ColourMap, SpectrogramLook
from app.render.tiles import TILE_COLUMNS, TileStore, draw
from app.work.spectrogram_job import FirstFrames, spectrogram_steps
from core.audio.recording import open_recording
from core.audio.spectra.frame_plan import FramePlan, FrameSettings, Taper
from core.audio.spectra.spectrogram import Spectrogram


def _brightness(window: MainWindow) -> float:
    image = window.panes[0].grab().toImage()
    middle = range(120, image.width() - 40, 7), range(60, image.height() - 40, 7)
    return float(
        np.mean([image.pixelColor(x, y).lightness() for x in middle[0] for y in middle[1]])
    )


def test_colours_levels_and_frequencies_change_without_new_frames(
    opened: MainWindow, settle: Callable[[MainWindow], None]
) -> None:
    frames = opened.workbench.spectrograms
    dark = _brightness(opened)
    opened.spectrogram_panel.colours.setCurrentText("Inverted grey")
    settle(opened)
    assert _brightness(opened) > dark + 100
    opened.spectrogram_panel.automatic.setChecked(False)
    opened.spectrogram_panel.darkest.setValue(-30)
    settle(opened)
    assert opened.tiles.levels(0)[0] < 100
    opened.spectrogram_panel.high.setValue(3.0)
    assert opened.panes[0].box.viewRange()[1] == pytest.approx([0.0, 3.0])
    assert opened.workbench.spectrograms is frames


def test_another_window_makes_new_frames_and_keeps_the_picture_until_then(
    opened: MainWindow, qtbot: QtBot, settle: Callable[[MainWindow], None]
) -> None:
    before = opened.workbench.spectrograms
    seen: list[bool] = []
    opened.workbench.spectrograms_changed.connect(
        lambda: seen.append(opened.workbench.spectrograms is not None)
    )
    opened.spectrogram_panel.window_ms.setValue(32.0)
    assert opened.workbench.spectrograms is before
    qtbot.waitUntil(lambda: opened.workbench.spectrograms is not before)
    settle(opened)
    assert seen == [True]
    assert opened.workbench.spectrograms[0].plan.window == 256
    assert opened.panes[0].is_covered
    opened.spectrogram_panel.reset.click()
    settle(opened)
    assert opened.workbench.spectrograms[0].plan == before[0].plan


def test_the_settings_are_reached_by_key_and_remembered(
    make_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make_window()
    qtbot.waitUntil(lambda: window.focusWidget() is not None and window.isActiveWindow())
    QTest.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.focusWidget() is window.spectrogram_panel.colours)
    QTest.keyClick(window.spectrogram_panel.colours, Qt.Key.Key_Down)
    assert window.display.look.colours is ColourMap.INFERNO
    window.close()
    assert make_window().display.look.colours is ColourMap.INFERNO


def test_nonsense_in_the_settings_falls_back(qapp, tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "x.ini"), QSettings.Format.IniFormat)
    chosen = (SpectrogramLook(ColourMap.GREY, 6, 40), FrameSettings(8, 0.5, 2, Taper.HAMMING))
    remember(settings, *chosen)
    assert remembered(settings) == chosen
    for name, text in (("colours", "mauve"), ("overlap", "7"), ("padding", "many")):
        remember(settings, *chosen)
        settings.setValue(f"spectrogram/{name}", text)
        look, frames = remembered(settings)
        assert look == (SpectrogramLook() if name == "colours" else chosen[0])
        assert frames == (chosen[1] if name == "colours" else FrameSettings())


@pytest.mark.parametrize("level", [0, 1, 3])
def test_tiles_show_the_maximum_of_their_frames(qtbot: QtBot, level: int) -> None:
    plan = FramePlan.for_channel(8000, 8000 * 120)
    spectrogram = Spectrogram(plan)
    codes = np.random.default_rng(0).integers(1, 255, (plan.frames, plan.bins), dtype=np.uint8)
    for first in (7001, 3000, 0):
        stop = {7001: plan.frames, 3000: 7001, 0: 3000}[first]
        spectrogram.add(codes[first:stop], first)
    tiles = TileStore()
    tiles.show((spectrogram, spectrogram))
    last = (plan.frames - 1) // (TILE_COLUMNS << level)
    for index in {0, 1, last}:
        if index > last:
            continue
        tiles.find(1, level, index)
        qtbot.waitUntil(lambda i=index: tiles.is_settled and tiles.find(1, level, i) is not None)
        stretch = codes[index * TILE_COLUMNS << level : (index + 1) * TILE_COLUMNS << level]
        wanted = [
            stretch[i : i + (1 << level)].max(axis=0) for i in range(0, len(stretch), 1 << level)
        ]
        tile = tiles.find(1, level, index)
        assert tile.key == (1, level, index)
        assert tile.image == draw(np.array(wanted), tiles.table(1))
    tiles.shut_down()


def test_tiles_of_a_recording_that_was_left_are_dropped(qtbot: QtBot) -> None:
    plan = FramePlan.for_channel(8000, 8000 * 60)
    old, new = Spectrogram(plan), Spectrogram(plan)
    old.add(np.full((plan.frames, plan.bins), 250, np.uint8))
    new.add(np.full((plan.frames, plan.bins), 20, np.uint8))
    tiles = TileStore()
    tiles.show((old, old))
    for index in range(8):
        tiles.find(0, 0, index)
    qtbot.wait(1)
    tiles.show((new, new))
    assert tiles.find(0, 0, 0) is None
    qtbot.waitUntil(lambda: tiles.is_settled and tiles.find(0, 0, 0) is not None)
    assert tiles.find(0, 0, 0).image == draw(new.columns(0, 0, TILE_COLUMNS), tiles.table(0))
    tiles.shut_down()


def test_frames_come_first_where_a_person_looks(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    write_calls(path, 45.0)
    recording = open_recording(path)
    steps = spectrogram_steps(recording, FrameSettings(), (30.0, 31.0))
    first = next(steps)
    assert isinstance(first, FirstFrames)
    assert first.spectrograms[0].level_db(31.0, 2000) is not None
    assert first.spectrograms[0].level_db(1.0, 2000) is None
    assert all(step is None for step in steps)
    whole, *_rest = spectrogram_steps(recording, FrameSettings())
    for a, b in zip(first.spectrograms, whole.spectrograms, strict=True):
        assert a.is_complete
        for level in (0, a.level_count - 1):
            np.testing.assert_array_equal(a.columns(level, 0, 10**6), b.columns(level, 0, 10**6))


def test_an_hour_fits_and_leaves_no_call_out() -> None:
    plan = FramePlan.for_channel(48_000, 48_000 * 3600, FrameSettings(overlap=0.9, padding=4))
    assert plan.frames * plan.bins <= 97e6
    assert plan.hop < plan.window
    usual = FramePlan.for_channel(48_000, 48_000 * 3600)
    assert usual.frames * usual.bins <= 97e6


def test_the_pane_reads_moments_frequency_and_level(opened: MainWindow) -> None:
    pane = opened.panes[0]
    assert pane.reading_text == ""
    spot = pane.box.mapToScene(pane.box.mapFromView(QPointF(5.05, 2.0))).toPoint()
    QTest.mouseMove(pane.viewport(), QPoint(spot.x(), spot.y()))
    assert pane.reading_text.startswith("ch 0 0:05.0")
    assert "ch 1 0:05.2" in pane.reading_text
    khz = next(part for part in pane.reading_text.split(" · ") if part.endswith("kHz"))
    assert float(khz.removesuffix(" kHz")) == pytest.approx(2.0, abs=0.05)
    assert pane.reading_text.endswith("dB")
    opened.time.zoom_in()
    assert pane.reading_text == ""
