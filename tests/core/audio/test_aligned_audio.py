"""What a person hears: both channels on channel 0's clock."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.audio.aligned import FADE_S, ChannelSelection, Listening, Passage, alternating, render
from core.audio.recording import Recording, open_recording
from core.errors import InputError
from core.time_map import TimeMap

RATE_HZ = 8000
KNOTS_S = np.arange(7.0)
WINDING = TimeMap(KNOTS_S, KNOTS_S * 1.0008 + 0.21 + 0.004 * np.sin(KNOTS_S))

World = Callable[[np.ndarray], np.ndarray]


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., Recording]:
    """Two recorders hear the same world; channel 1's clock runs by the time map."""

    def make(
        world: World, time_map: TimeMap, rate_hz: int = RATE_HZ, duration_s: float = 6.0
    ) -> Recording:
        clock_s = np.arange(round(duration_s * rate_hz)) / rate_hz
        heard = np.stack([world(clock_s), world(time_map.to_channel_0(clock_s))], axis=1)
        path = tmp_path / f"{rate_hz}.wav"
        sf.write(path, heard, rate_hz, subtype="FLOAT")
        return open_recording(path)

    return make


def heard(
    recording: Recording, time_map: TimeMap, listening: Listening, block_frames: int = 1024
) -> np.ndarray:
    return np.concatenate(list(render(recording, lambda: time_map, listening, block_frames)))


def moments_s(listening: Listening, passage: Passage) -> np.ndarray:
    return passage.start_s + np.arange(listening.frames(passage)) * listening.step_s


def inner(sound: np.ndarray, rate_hz: int) -> np.ndarray:
    """Without the fades."""
    fade = round(FADE_S * rate_hz)
    return sound[fade:-fade]


def tone(hz: float) -> World:
    return lambda time_s: 0.5 * np.sin(2 * np.pi * hz * time_s)


def birds(time_s: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(4)
    parts = zip(rng.uniform(300, 3000, 40), rng.uniform(0, 6.28, 40), strict=True)
    return 0.02 * sum(np.sin(2 * np.pi * hz * time_s + phase) for hz, phase in parts)


@pytest.mark.parametrize(
    ("source_hz", "device_hz", "speed", "tone_hz"),
    [
        (48000, 44100, 1.0, 3000.0),
        (48000, 48000, 1.0, 9000.0),
        (22050, 48000, 1.0, 4000.0),
        (48000, 44100, 0.5, 12000.0),
        (192000, 48000, 1.0, 15000.0),
    ],
)
def test_a_tone_keeps_its_frequency_and_phase(
    record: Callable[..., Recording], source_hz: int, device_hz: int, speed: float, tone_hz: float
) -> None:
    recording = record(tone(tone_hz), WINDING, source_hz, duration_s=3.0)
    passage = Passage(0.5, 2.0)
    listening = Listening((passage,), device_hz, speed)
    sound = inner(heard(recording, WINDING, listening), device_hz)
    expected = inner(tone(tone_hz)(moments_s(listening, passage)), device_hz)
    # At a knot, where the rate changes, 0.1 degrees of phase; elsewhere far less.
    np.testing.assert_allclose(sound, np.stack([expected] * 2, axis=1), atol=1e-3)
    away = np.abs((moments_s(listening, passage) + 0.5) % 1.0 - 0.5) > 0.01
    np.testing.assert_allclose(
        sound[inner(away, device_hz), 1], expected[inner(away, device_hz)], atol=5e-5
    )


def test_aligned_channels_agree_at_lag_zero(record: Callable[..., Recording]) -> None:
    recording = record(birds, WINDING)
    sound = heard(recording, WINDING, Listening((Passage(0.5, 4.5),), 44100))
    left, right = sound.T
    lags = range(-3, 4)
    likeness = [np.corrcoef(np.roll(left, lag), right)[0, 1] for lag in lags]
    assert lags[int(np.argmax(likeness))] == 0
    assert max(likeness) > 0.99999
    raw = recording.read(0, 0.5, 4.5), recording.read(1, 0.5, 4.5)
    assert abs(np.corrcoef(*raw)[0, 1]) < 0.2


@pytest.mark.parametrize("high_pass_hz", [0.0, 500.0])
def test_blocks_make_no_difference(record: Callable[..., Recording], high_pass_hz: float) -> None:
    recording = record(birds, WINDING)
    passages = (Passage(0.3, 1.7), Passage(2.0, 3.1, ChannelSelection.CHANNEL_1))
    listening = Listening(passages, 11025, high_pass_hz=high_pass_hz)
    whole = heard(recording, WINDING, listening, 10**6)
    np.testing.assert_allclose(heard(recording, WINDING, listening, 700), whole, atol=1e-6)
    assert len(whole) == sum(listening.frames(passage) for passage in passages)


def test_what_the_device_cannot_play_does_not_come_back_as_another_tone(
    record: Callable[..., Recording],
) -> None:
    recording = record(tone(30000.0), TimeMap.identity(), 96000, duration_s=2.0)
    sound = heard(recording, TimeMap.identity(), Listening((Passage(0.5, 1.5),), 44100))
    assert np.abs(inner(sound, 44100)).max() < 0.5e-3


def test_silence_where_channel_1_holds_no_sound(record: Callable[..., Recording]) -> None:
    recording = record(birds, TimeMap.identity(), duration_s=3.0)
    late = TimeMap.linear(1.0, 0.0)
    sound = heard(recording, late, Listening((Passage(0.0, 3.0),), RATE_HZ))
    assert np.abs(sound[: 2 * RATE_HZ - 100, 1]).max() > 0.1
    assert np.all(sound[2 * RATE_HZ + 100 :, 1] == 0)
    assert np.abs(sound[2 * RATE_HZ + 100 :, 0]).max() > 0.1
    early = heard(recording, TimeMap.linear(-1.0, 0.0), Listening((Passage(0.0, 3.0),), RATE_HZ))
    assert np.all(early[: RATE_HZ - 100, 1] == 0)


def test_one_channel_is_heard_in_both_ears(record: Callable[..., Recording]) -> None:
    recording = record(lambda t: birds(t) + 0.1 * (t > 3), TimeMap.linear(0.5, 0.0))
    for mode in (ChannelSelection.CHANNEL_0, ChannelSelection.CHANNEL_1):
        listening = Listening((Passage(1.0, 2.0, mode),), RATE_HZ)
        sound = heard(recording, TimeMap.identity(), listening)
        np.testing.assert_array_equal(sound[:, 0], sound[:, 1])
        both = heard(recording, TimeMap.identity(), Listening((Passage(1.0, 2.0),), RATE_HZ))
        np.testing.assert_array_equal(sound[:, 0], both[:, int(mode is ChannelSelection.CHANNEL_1)])


def test_no_click_where_a_passage_begins_ends_or_loops(
    record: Callable[..., Recording],
) -> None:
    recording = record(lambda t: 0.5 + tone(200.0)(t), TimeMap.identity())
    listening = Listening((Passage(1.0, 1.5),), RATE_HZ, loops=True)
    blocks = render(recording, TimeMap.identity, listening)
    sound = np.concatenate([next(blocks) for _ in range(12)])
    assert len(sound) > 2 * listening.frames(listening.passages[0])
    assert np.abs(sound[0]).max() < 1e-3
    # The steepest that a fade over 5 ms, or the tone itself, can be.
    assert np.abs(np.diff(sound, axis=0)).max() < 0.12


def test_a_correction_is_heard_at_once_and_without_a_click(
    record: Callable[..., Recording],
) -> None:
    recording = record(tone(150.0), TimeMap.linear(0.303, 0.0))
    maps = [TimeMap.identity(), TimeMap.linear(0.303, 0.0)]
    listening = Listening((Passage(1.0, 2.0),), RATE_HZ)
    blocks: list[np.ndarray] = []
    for block in render(recording, lambda: maps[len(blocks) >= 8], listening, 500):
        blocks.append(block)  # noqa: PERF402 (the map looks at it)
    sound = np.concatenate(blocks)
    expected = tone(150.0)(moments_s(listening, listening.passages[0]))
    corrected = slice(9 * 500, -100)
    np.testing.assert_allclose(sound[corrected, 1], expected[corrected], atol=1e-3)
    assert np.abs(sound[200:4000, 1] - expected[200:4000]).max() > 0.1
    assert np.abs(np.diff(sound[:, 1])).max() < 0.08


@pytest.mark.parametrize("speed", [1.0, 0.5])
def test_the_high_pass_is_meant_in_the_recording(
    record: Callable[..., Recording], speed: float
) -> None:
    recording = record(lambda t: 0.3 + tone(100.0)(t) + tone(2000.0)(t), TimeMap.identity())
    listening = Listening((Passage(0.5, 2.5),), RATE_HZ, speed, high_pass_hz=500.0)
    sound = heard(recording, TimeMap.identity(), listening)[:, 0]
    # No thump from the offset at the start, and what stays is the high tone.
    assert np.abs(sound).max() < 0.75
    settled = sound[len(sound) // 4 : -200]
    spectrum = np.abs(np.fft.rfft(settled * np.hanning(len(settled)))) * 4 / len(settled)
    hz = np.fft.rfftfreq(len(settled), listening.step_s)
    assert spectrum[np.abs(hz - 2000) < 30].max() == pytest.approx(0.5, rel=0.05)
    assert spectrum[hz < 300].max() < 0.001


def test_an_absurd_time_map_is_silent_and_reads_little(
    record: Callable[..., Recording], monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = record(birds, TimeMap.identity())
    steep = TimeMap(np.array([0.0, 1.0, 1.001, 2.0]), np.array([0.0, 1.0, 5.0, 5.00001]))
    sound = heard(recording, steep, Listening((Passage(0.5, 2.0),), RATE_HZ))
    assert np.abs(sound[: RATE_HZ // 2 - 50, 1]).max() > 0.1
    assert np.all(sound[RATE_HZ // 2 + 50 :, 1] == 0)


def test_memory_does_not_grow_with_the_sound(record: Callable[..., Recording]) -> None:
    recording = record(np.sin, TimeMap.identity(), 48000, duration_s=8.0)

    def peak_bytes(end_s: float) -> int:
        tracemalloc.start()
        for _block in render(
            recording, TimeMap.identity, Listening((Passage(0.0, end_s),), RATE_HZ), 256
        ):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak_bytes(0.1)  # the kernel stays
    short, long = peak_bytes(1.5), peak_bytes(8.0)
    assert long < short + 100_000  # 8 s of both channels are 3 MB


def test_where_the_sound_is(record: Callable[..., Recording]) -> None:
    listening = Listening(alternating(2.0, 4.0, 1.0), 1000, speed=0.5)
    assert listening.locate(0) == (2.0, ChannelSelection.CHANNEL_0)
    assert listening.locate(1000) == (pytest.approx(2.5), ChannelSelection.CHANNEL_0)
    assert listening.locate(2500) == (pytest.approx(2.25), ChannelSelection.CHANNEL_1)
    assert listening.locate(4500) == (pytest.approx(3.25), ChannelSelection.CHANNEL_0)
    assert listening.locate(99999) == (4.0, ChannelSelection.CHANNEL_1)
    looped = replace(listening, loops=True)
    assert looped.locate(8000 + 2500) == (pytest.approx(2.25), ChannelSelection.CHANNEL_1)


def test_alternating_ends_where_it_should() -> None:
    for end_s in (3.7, 3.2, 2.3):
        passages = alternating(2.0, end_s, 1.0)
        assert passages[-1].end_s == end_s
        for a, b in zip(passages[::2], passages[1::2], strict=True):
            assert (a.start_s, a.end_s) == (b.start_s, b.end_s)
            assert (a.heard, b.heard) == (ChannelSelection.CHANNEL_0, ChannelSelection.CHANNEL_1)


def test_damaged_audio_says_so(tmp_path: Path) -> None:
    samples = np.zeros((RATE_HZ, 2), dtype=np.float32)
    samples[600, 1] = np.nan
    path = tmp_path / "nan.wav"
    sf.write(path, samples, RATE_HZ, subtype="FLOAT")
    with pytest.raises(InputError, match="NaN"):
        heard(open_recording(path), TimeMap.identity(), Listening((Passage(0, 1),), RATE_HZ))
