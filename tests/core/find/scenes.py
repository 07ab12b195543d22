"""Calls in noise at known moments, and an encoder that needs no net."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile as sf

from core.audio.recording import Recording, open_recording
from core.find.frames import EVERY, MOMENT_WIDTH, STEP_S, WIDTH, Frames
from core.find.index import ChannelFrames, Label, RecordingFrames, of_parts

RATE_HZ = 16_000


def call(start_hz: float, end_hz: float, duration_s: float = 0.2) -> np.ndarray:
    """A whistle that glides."""
    time_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    sweep_hz = start_hz + (end_hz - start_hz) * time_s / duration_s / 2
    return 0.3 * np.sin(2 * np.pi * sweep_hz * time_s) * np.hanning(len(time_s))


def write(
    path: Path,
    calls: tuple[Sequence[tuple[float, np.ndarray]], Sequence[tuple[float, np.ndarray]]],
    duration_s: float = 12.0,
    seed: int = 0,
) -> Recording:
    """A stereo file with calls at given seconds of its channels."""
    rng = np.random.default_rng(seed)
    samples = rng.normal(scale=0.003, size=(round(duration_s * RATE_HZ), 2))
    for channel, own in enumerate(calls):
        for at_s, sound in own:
            first = round(at_s * RATE_HZ)
            samples[first : first + len(sound), channel] += sound
    path.parent.mkdir(parents=True, exist_ok=True)
    sf.write(path, samples.astype(np.float32), RATE_HZ)
    return open_recording(path)


class Noise:
    """Frames that differ from recording to recording, and mean nothing."""

    def __init__(self, digest: str = "0" * 16) -> None:
        self.digest = digest
        self.embedded: list[str] = []

    def frames(self, recording: Recording, channel: int) -> Iterator[Frames]:
        self.embedded.append(f"{recording.name} {channel}")
        rng = np.random.default_rng(channel)
        left = round(recording.durations_s[channel] / STEP_S)
        while left > 0:
            count = min(left, 1000 // EVERY)
            yield Frames(unit(rng, count), unit(rng, count, MOMENT_WIDTH))
            left -= count


def unit(rng: np.random.Generator, count: int, width: int = WIDTH) -> np.ndarray:
    """Rows of length one."""
    rows = rng.standard_normal((count, width))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def in_memory(*channels: tuple[np.ndarray, np.ndarray]) -> list[RecordingFrames]:
    """Frames of recordings from their rows."""
    return [
        RecordingFrames(Label((), "", "", (len(zero), len(one))), (_alone(zero), _alone(one)))
        for zero, one in channels
    ]


def _alone(kinds: np.ndarray) -> ChannelFrames:
    moments = np.zeros((len(kinds), MOMENT_WIDTH), dtype=np.float32)
    return of_parts([Frames(kinds, moments)])
