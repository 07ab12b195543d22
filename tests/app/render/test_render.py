import numpy as np
import pytest
from fakes import fake_alignment
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.base.time_format import time_text
from app.base.time_view import TimeView
from app.render.clips import overlay
from app.render.colours import levels, spectrogram_table
from app.render.heat_item import HeatItem, heat_codes
from app.render.spectrogram_item import SpectrogramItem
from app.render.spectrogram_look import SpectrogramLook
from app.render.tiles import TileStore, draw
from app.settings.preferences import PreferenceStore
from app.views.timeline.hand_tool import HandTool
from app.views.timeline.time_plot import TimePlot, left_px
from core.audio.spectra.frame_plan import FramePlan
from core.audio.spectra.spectrogram import Spectrogram
from core.evidence.surface import ScoreSurface
from core.keypoints import keypoint_grid
from core.time_map import TimeMap

RATE_HZ = 16_000
QUIET, LOUD = 40, 220


def _with_clicks(clicks_s: list[float], duration_s: float = 20.0) -> Spectrogram:
    spectrogram = Spectrogram(FramePlan.for_channel(RATE_HZ, round(duration_s * RATE_HZ)))
    codes = np.full((spectrogram.plan.frames, spectrogram.plan.bins), QUIET, dtype=np.uint8)
    for click_s in clicks_s:
        codes[round(click_s / spectrogram.plan.hop_s)] = LOUD
    spectrogram.add(codes)
    return spectrogram


def _bright_columns(plot: TimePlot) -> list[float]:
    """Times at which the plot shows a click."""
    image = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.bits(), np.uint8).reshape(image.height(), -1, 4)[:, :, :3]
    middle = pixels[image.height() // 2 : image.height() // 2 + 20].astype(int).sum(axis=(0, 2))
    # Left of the spectrogram stands the axis, and around it all the sign of the focus.
    middle[: left_px() + 2] = middle[-2:] = 0
    bright = np.flatnonzero(middle > 0.5 * middle.max())
    groups = np.split(bright, np.flatnonzero(np.diff(bright) > 3) + 1)
    left = plot.box.mapToScene(plot.box.boundingRect().topLeft()).x()
    scale = plot.view.span_s / plot.box.width()
    return [plot.view.start_s + (float(g.mean()) + 0.5 - left) * scale for g in groups]


@pytest.fixture
def shown(qtbot: QtBot):
    """A plot with the spectrogram of channel 1, and a way to wait for its tiles."""
    tiles = TileStore()
    view = TimeView()
    view.set_duration(20.0)
    plot = TimePlot(view, HandTool(PreferenceStore(remembers=False)), "test")
    plot.resize(900, 200)
    item = SpectrogramItem(1, tiles)
    tiles.tiles_ready.connect(item.update)
    plot.addItem(item, ignoreBounds=True)
    plot.box.setYRange(0, 8, padding=0)

    def show(spectrogram: Spectrogram, warp: TimeMap | None = None) -> TimePlot:
        tiles.show((spectrogram, spectrogram))
        item.show_spectrogram(spectrogram)
        item.set_warp(warp)
        plot.show()
        for _ in range(3):
            qtbot.wait(30)
            qtbot.waitUntil(lambda: tiles.is_settled)
        return plot

    yield show
    plot.close()
    tiles.shut_down()


@pytest.mark.parametrize("span", [(0.0, 20.0), (5.0, 12.0), (9.7, 10.9)])
def test_clicks_stand_where_they_sound(shown, span: tuple[float, float]) -> None:
    clicks_s = [5.5, 10.0, 10.6, 11.4]
    plot = shown(_with_clicks(clicks_s))
    plot.view.show_span(*span)
    plot = shown(_with_clicks(clicks_s))
    expected = [c for c in clicks_s if span[0] < c < span[1]]
    assert _bright_columns(plot) == pytest.approx(expected, abs=0.006 + 0.002 * (span[1] - span[0]))


def test_the_warped_view_moves_clicks_by_the_time_map(shown) -> None:
    warp = TimeMap(np.array([0.0, 8.0, 12.0, 20.0]), np.array([0.5, 8.7, 12.4, 20.9]))
    heard_s = np.array([6.0, 9.0, 10.5, 13.0])
    plot = shown(_with_clicks(warp.to_channel_1(heard_s).tolist(), 21.5), warp)
    plot.view.show_span(5.0, 14.0)
    plot = shown(_with_clicks(warp.to_channel_1(heard_s).tolist(), 21.5), warp)
    assert _bright_columns(plot) == pytest.approx(heard_s.tolist(), abs=0.02)


@pytest.mark.parametrize("span", [(0.0, 20.0), (6.0, 11.0)])
def test_warped_events_stand_within_a_pixel_of_the_time_map(shown, span) -> None:
    knots_0_s = np.linspace(0.0, 20.0, 41)
    # A clock 4 % fast that swings by 0.2 s besides, and starts a second late.
    warp = TimeMap(knots_0_s, 1.0 + 1.04 * knots_0_s + 0.2 * np.sin(knots_0_s))
    heard_s = np.array([0.4, 6.5, 8.0, 9.7, 10.6, 19.4])
    spectrogram = _with_clicks(warp.to_channel_1(heard_s).tolist(), 23.0)
    plot = shown(spectrogram, warp)
    plot.view.show_span(*span)
    plot = shown(spectrogram, warp)
    expected_s = heard_s[(heard_s > span[0]) & (heard_s < span[1])]
    pixel_s = plot.view.span_s / plot.box.width()
    off_s = np.abs(np.array(_bright_columns(plot)) - expected_s)
    assert off_s.max() <= pixel_s + spectrogram.plan.hop_s / 2


@pytest.mark.parametrize("drift", [0.0, 0.02])
def test_clicks_move_with_the_view(shown, drift: float) -> None:
    warp = TimeMap(np.array([0.0, 10.0, 20.0]), np.array([0.0, 10.0 + 10 * drift, 20.0]))
    heard_s = np.array([6.0, 9.0, 10.5, 13.0])
    spectrogram = _with_clicks(warp.to_channel_1(heard_s).tolist())
    plot = shown(spectrogram, warp)
    plot.view.show_span(5.0, 12.0)
    plot = shown(spectrogram, warp)
    for step in range(1, 41):
        start_s = 5.0 + 0.0523 * (step if step <= 30 else 60 - step)
        plot.view.show_span(start_s, start_s + 7.0)
        expected_s = heard_s[(heard_s > start_s + 0.1) & (heard_s < start_s + 6.9)]
        pixel_s = plot.view.span_s / plot.box.width()
        shown_s = np.array(_bright_columns(plot))
        shown_s = shown_s[(shown_s > start_s + 0.1) & (shown_s < start_s + 6.9)]
        assert shown_s == pytest.approx(expected_s, abs=1.5 * pixel_s + spectrogram.plan.hop_s / 2)


def test_one_frame_is_seen_in_the_whole_hour(shown) -> None:
    clicks_s = [400.0, 1800.0, 3000.0]
    spectrogram = _with_clicks(clicks_s, 3600.0)
    plot = shown(spectrogram)
    plot.view.set_duration(3600.0)
    plot.view.fit()
    plot = shown(spectrogram)
    assert _bright_columns(plot) == pytest.approx(clicks_s, abs=10.0)


def test_growing_spectrograms_replace_their_tiles(qtbot: QtBot) -> None:
    tiles = TileStore()
    whole = _with_clicks([1.0, 6.0], 10.0)
    growing = Spectrogram(whole.plan)
    tiles.show((growing, growing))
    growing.add(whole.columns(0, 0, 500))
    for filled in (500, 1000):
        tiles.refresh()
        assert tiles.find(0, 0, 0) is None or filled > 500
        qtbot.waitUntil(
            lambda n=filled: (t := tiles.find(0, 0, 0)) is not None and t.version[0] == n
        )
        growing.add(whole.columns(0, 500, 1000) if filled == 500 else whole.columns(0, 0, 0))
    tile = tiles.find(0, 0, 0)
    table = spectrogram_table(*tiles.levels(0))
    assert tile.image == draw(whole.columns(0, 0, 1024), table) or tile.version[0] == 1000
    tiles.shut_down()


def test_a_coarser_tile_stands_in(qtbot: QtBot) -> None:
    tiles = TileStore()
    spectrogram = _with_clicks([1.0], 60.0)
    tiles.show((spectrogram, spectrogram))
    assert tiles.find(0, 2, 0) is None
    qtbot.waitUntil(lambda: tiles.find(0, 2, 0) is not None)
    assert tiles.find(0, 0, 3).key == (0, 2, 0)
    qtbot.waitUntil(lambda: tiles.find(0, 0, 3).key == (0, 0, 3))
    tiles.shut_down()


def test_levels_follow_noise_and_survive_silence() -> None:
    histogram = np.zeros(256, dtype=np.int64)
    assert levels(histogram, SpectrogramLook()) == (0, 255)
    histogram[0] = 10_000
    assert levels(histogram, SpectrogramLook()) == (0, 255)
    histogram[60:80] = 1000
    histogram[200] = 100
    low, high = levels(histogram, SpectrogramLook())
    assert 68 <= low <= 90
    assert high >= 200
    table = spectrogram_table(low, high)
    assert table[low] == table[0]
    assert table[255] == table[high]


def test_equal_channels_overlay_to_grey(qapp) -> None:
    spectrogram = _with_clicks([10.0])
    image = overlay(
        (spectrogram, spectrogram), ((60, 200), (60, 200)), TimeMap.identity(), 10.0, 10.0
    )
    middle = image.pixelColor(image.width() // 2, image.height() // 2)
    assert middle.red() == middle.green() == middle.blue() > 200
    apart = overlay(
        (spectrogram, spectrogram), ((60, 200), (60, 200)), TimeMap.identity(), 10.0, 10.2
    )
    middle = apart.pixelColor(image.width() // 2, image.height() // 2)
    assert middle.red() == middle.blue() > 200
    assert middle.green() == 0


def test_the_last_of_two_surfaces_is_shown(qtbot: QtBot) -> None:
    first, last = (fake_alignment(keypoint_grid(length_s)).surface for length_s in (20.0, 10.0))
    item = HeatItem()
    item.show_surface(first)
    item.show_surface(last)
    qtbot.waitUntil(lambda: item.is_settled)
    assert item.boundingRect().right() == pytest.approx(last.time_0_s[-1] + 0.5)
    item.show_surface(None)
    assert item.boundingRect().isEmpty()
    item.shut_down()


def test_a_day_whose_offsets_lie_minutes_apart_is_drawn_in_a_small_picture(qtbot: QtBot) -> None:
    rows_s = np.arange(86_400.0)
    first_s = np.where(rows_s < 43_200, -100.0, 100.0)
    surface = ScoreSurface(rows_s, first_s, 0.01, np.ones((86_400, 11), dtype=np.float32))
    item = HeatItem()
    item.show_surface(surface)
    qtbot.waitUntil(lambda: item.is_settled)
    rect, image = item.boundingRect(), item._picture.image
    assert image.sizeInBytes() < 40_000_000
    assert rect.width() == pytest.approx(86_400.0)
    assert (rect.top(), rect.bottom()) == pytest.approx((-100.005, 100.105))
    item.shut_down()


def test_heat_keeps_weak_and_missing_evidence_dark() -> None:
    score = np.array([[-3.0, 0.0, np.nan], [1.0, 2.0, 4.0]], dtype=np.float32)
    codes = heat_codes(score)
    assert codes[0].tolist() == [0, 0, 0]
    assert codes[1, 2] == 255
    assert heat_codes(np.zeros((3, 3), np.float32)).max() == 0


@pytest.mark.parametrize(
    ("time_s", "decimals", "text"),
    [
        (0, 0, "0:00"),
        (59.96, 1, "1:00.0"),
        (75.25, 2, "1:15.25"),
        (3725, 0, "1:02:05"),
        (-1.5, 1, "-0:01.5"),
    ],
)
def test_times_as_text(time_s: float, decimals: int, text: str) -> None:
    assert time_text(time_s, decimals) == text
