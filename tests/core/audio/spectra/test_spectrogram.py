from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.audio.recording import open_recording
from core.audio.spectra.frame_plan import FramePlan
from core.audio.spectra.spectrogram import FLOOR_DB, STEP_DB, Spectrogram, frame_blocks

RATE_HZ = 16_000


def _recording(path: Path, samples: np.ndarray, rate_hz: int = RATE_HZ):
    sf.write(path, np.stack([samples, samples], axis=1), rate_hz, subtype="FLOAT")
    return open_recording(path)


def _filled(recording, block_s: float = 10.0) -> Spectrogram:
    source = recording.channels[0]
    spectrogram = Spectrogram(FramePlan.for_channel(source.sample_rate_hz, source.frames))
    for codes in frame_blocks(recording, 0, spectrogram.plan, block_s):
        spectrogram.add(codes)
    return spectrogram


def _level(spectrogram: Spectrogram, level: int) -> np.ndarray:
    return spectrogram.columns(level, 0, spectrogram.plan.frames)


def test_a_full_scale_sine_reads_zero_decibels_at_its_frequency(tmp_path: Path) -> None:
    time_s = np.arange(2 * RATE_HZ) / RATE_HZ
    recording = _recording(tmp_path / "sine.wav", np.sin(2 * np.pi * 3000 * time_s))
    spectrogram = _filled(recording)
    middle = spectrogram.columns(0, 0, 10**9)[spectrogram.plan.frames // 2]
    loudest = int(np.argmax(middle))
    assert loudest * spectrogram.plan.bin_hz == pytest.approx(3000, abs=spectrogram.plan.bin_hz)
    assert FLOOR_DB + STEP_DB * middle[loudest] == pytest.approx(0, abs=STEP_DB)


@pytest.mark.parametrize("block_s", [0.003, 0.0501, 0.7, 1.0, 60.0])
def test_blocks_join_without_a_seam(tmp_path: Path, block_s: float) -> None:
    noise = np.random.default_rng(0).normal(scale=0.1, size=RATE_HZ * 3 + 17)
    recording = _recording(tmp_path / "noise.wav", noise)
    whole = _filled(recording, 100.0)
    tiled = _filled(recording, block_s)
    assert tiled.is_complete
    for level in range(whole.level_count):
        np.testing.assert_array_equal(_level(whole, level), _level(tiled, level))
    np.testing.assert_array_equal(whole.histogram, tiled.histogram)


@pytest.mark.parametrize("samples", [1, 7, 79, 80, 81, 400])
@pytest.mark.parametrize("rate_hz", [8000, 16_000, 44_100, 192_000])
def test_short_channels_and_any_rate(tmp_path: Path, samples: int, rate_hz: int) -> None:
    spectrogram = _filled(_recording(tmp_path / "short.wav", np.ones(samples), rate_hz))
    assert spectrogram.is_complete
    assert spectrogram.plan.top_hz <= max(rate_hz / 2, 12_100) + spectrogram.plan.bin_hz


def test_a_click_survives_every_level_of_the_pyramid() -> None:
    spectrogram = Spectrogram(FramePlan.for_channel(RATE_HZ, RATE_HZ * 600))
    frames = np.zeros((spectrogram.plan.frames, spectrogram.plan.bins), dtype=np.uint8)
    frames[77_777, 100] = 200
    for first in range(0, len(frames), 997):
        spectrogram.add(frames[first : first + 997])
    assert spectrogram.level_count > 5
    for level in range(spectrogram.level_count):
        codes = _level(spectrogram, level)
        assert codes[77_777 >> level, 100] == 200
        assert codes.sum() == 200


def test_level_has_at_most_one_column_a_pixel() -> None:
    spectrogram = Spectrogram(FramePlan.for_channel(RATE_HZ, RATE_HZ * 600))
    assert [spectrogram.level_for(f) for f in (0.1, 1.0, 1.1, 2.0, 3.0, 4.1)] == [0, 0, 1, 1, 2, 3]
    assert spectrogram.level_for(1e9) == spectrogram.level_count - 1


def test_frames_are_looked_up_by_time_and_zero_outside() -> None:
    spectrogram = Spectrogram(FramePlan.for_channel(RATE_HZ, RATE_HZ))
    spectrogram.add(np.full((100, spectrogram.plan.bins), 7, dtype=np.uint8))
    codes = spectrogram.at(np.array([-1.0, 0.0, 0.4949, 0.51, 99.0]))
    assert codes[:, 0].tolist() == [0, 7, 7, 0, 0]
