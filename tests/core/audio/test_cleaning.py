"""Cleaning for listening: noise is turned down, calls are left, and blocks leave no trace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.audio.aligned import ChannelSelection, Listening, Passage, render
from core.audio.recording import Recording, open_recording
from core.time_map import TimeMap

RATE_HZ = 32000
DURATION_S = 12.0
CALL_S = 0.15
STARTS_S = np.arange(0.8, DURATION_S - 0.5, 1.0)
NOISE = (0.01, 0.02)


def _calls() -> np.ndarray:
    time_s = np.arange(round(DURATION_S * RATE_HZ)) / RATE_HZ
    calls = np.zeros(len(time_s))
    for start_s in STARTS_S:
        at = (time_s >= start_s) & (time_s < start_s + CALL_S)
        within = (time_s[at] - start_s) / CALL_S
        sweep = np.sin(2 * np.pi * (2500 * time_s[at] + 300 * CALL_S * within**2))
        calls[at] = 0.2 * np.sin(np.pi * within) ** 0.5 * sweep
    return calls


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Calls in noise that is twice as loud in channel 1."""
    noise = np.random.default_rng(5).normal(size=(round(DURATION_S * RATE_HZ), 2)) * NOISE
    path = tmp_path_factory.mktemp("noisy") / "noisy.wav"
    sf.write(path, _calls()[:, None] + noise, RATE_HZ, subtype="FLOAT")
    return open_recording(path)


def _heard(recording: Recording, block_frames: int = 1024, **how: object) -> np.ndarray:
    listening = Listening((Passage(0.0, DURATION_S),), RATE_HZ, **how)
    return np.concatenate(list(render(recording, TimeMap.identity, listening, block_frames)))


def _db(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return 10 * np.log10(np.mean(part**2, axis=0) / np.mean(whole**2, axis=0))


def _is_call(margin_s: float) -> np.ndarray:
    time_s = np.arange(round(DURATION_S * RATE_HZ)) / RATE_HZ
    return np.any(
        [(time_s > s - margin_s) & (time_s < s + CALL_S + margin_s) for s in STARTS_S], axis=0
    )


def test_noise_falls_by_ten_decibels_and_calls_keep_theirs(recording: Recording) -> None:
    before, after = _heard(recording), _heard(recording, cleans=True)
    assert after.shape == before.shape
    between = ~_is_call(0.05)
    assert np.all(_db(after[between], before[between]) < -10)
    calls = _calls()[:, None][_is_call(0.0)]
    assert np.all(np.abs(_db(after[_is_call(0.0)], calls)) < 1)


@pytest.mark.parametrize("block_frames", [333, 5000])
def test_blocks_make_no_difference(recording: Recording, block_frames: int) -> None:
    whole = _heard(recording, 10**7, cleans=True)
    np.testing.assert_allclose(_heard(recording, block_frames, cleans=True), whole, atol=1e-6)


def test_where_the_gate_is_open_the_sound_is_as_it_was(tmp_path: Path) -> None:
    """Loud all over: only rare pauses tell the noise."""
    time_s = np.arange(4 * RATE_HZ) / RATE_HZ
    tone = 0.3 * np.sin(2 * np.pi * 1000 * time_s) * (np.mod(time_s, 1) < 0.4)
    noise = np.random.default_rng(1).normal(scale=1e-4, size=(len(tone), 2))
    path = tmp_path / "tone.wav"
    sf.write(path, tone[:, None] + noise, RATE_HZ, subtype="FLOAT")
    passage = (Passage(0.0, 4.0),)
    opened = open_recording(path)
    heard = [
        np.concatenate(
            list(render(opened, TimeMap.identity, Listening(passage, RATE_HZ, cleans=cleans)))
        )
        for cleans in (False, True)
    ]
    inside = (np.mod(time_s, 1) > 0.1) & (np.mod(time_s, 1) < 0.3)
    np.testing.assert_allclose(heard[1][inside], heard[0][inside], atol=2e-3)


@pytest.mark.parametrize("speed", [1.0, 0.5])
def test_each_ear_has_the_noise_of_what_it_hears(recording: Recording, speed: float) -> None:
    passages = (
        Passage(0.0, 3.0, ChannelSelection.CHANNEL_0),
        Passage(0.0, 3.0, ChannelSelection.CHANNEL_1),
    )
    levels = []
    for cleans in (False, True):
        listening = Listening(passages, RATE_HZ, speed, cleans=cleans)
        sound = np.concatenate(list(render(recording, TimeMap.identity, listening)))
        assert len(sound) == sum(listening.frames(passage) for passage in passages)
        first = listening.frames(passages[0])
        pause = slice(round(0.2 * RATE_HZ / speed), round(0.7 * RATE_HZ / speed))
        levels.append([np.mean(part[pause] ** 2) for part in (sound[:first], sound[first:])])
    assert np.all(10 * np.log10(np.divide(*levels)) > 10)


def test_a_passage_shorter_than_a_window_is_as_long_as_it_was(recording: Recording) -> None:
    listening = Listening((Passage(1.0, 1.005),), RATE_HZ, cleans=True)
    sound = np.concatenate(list(render(recording, TimeMap.identity, listening)))
    assert len(sound) == listening.frames(listening.passages[0])
