"""What the compact net learns from.

Recording D with drifts of ours, simulated scenes, and scenes of real song and
soundscape under permissive licences, heard by two simulated recorders.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr
from numpy.typing import NDArray

from benchmarks.accuracy.sets import make_drift_set, recordings
from core.arrays import Floats
from core.audio.spectra.levels import FFT, HOP, RATE_HZ, log_mel
from core.audio.spectra.power import frame_power
from core.simulate import DriftSpec, SceneSpec, simulate_scene
from core.simulate.scene import render_stems
from core.simulate.sounds import Sound

Frames = NDArray[np.float32]

SCENE_S = 60.0
DRIFT_SEEDS = range(100, 106)
SCENE_SEEDS = range(6000, 6090)
CLIP_SEEDS = range(6500, 6560)
CLIP_FOLDERS = ("zebra_finch", "other_finch_and_tit", "soundscape")
"""Of the development audio; all under MIT or BSD licences."""


@dataclass(frozen=True, eq=False)
class Example:
    """Two channels and the true offset between them.

    Parameters
    ----------
    power : tuple of two ndarray of float16, shape (T, BANDS)
        Natural logarithm of the power in mel bands, every 10 ms.
    offset_s : ndarray, shape (T,)
        True offset at every frame of channel 0, seconds.
    inside : ndarray of bool, shape (T,)
        Whether channel 1 holds that moment.
    """

    power: tuple[NDArray[np.float16], NDArray[np.float16]]
    offset_s: Frames
    inside: NDArray[np.bool_]


@dataclass(frozen=True)
class Piece:
    """A piece of a recording as something that sounds."""

    samples: Frames

    @property
    def duration_s(self) -> float:
        """Length, seconds."""
        return len(self.samples) / RATE_HZ

    def render(self, sample_rate_hz: int) -> Floats:
        """Its samples."""
        assert sample_rate_hz == RATE_HZ
        return self.samples.astype(np.float64)


def real_examples(shared: Path, seeds: Sequence[int] = DRIFT_SEEDS) -> Iterator[Example]:
    """Recording D with drifts drawn anew."""
    with tempfile.TemporaryDirectory() as place:
        for seed in seeds:
            for regime in ("moderate", "hard"):
                folder = Path(place) / f"{regime}{seed}"
                make_drift_set(shared, folder, [f"--seed={seed}", f"--regime={regime}", "--only=D"])
                yield from _of_folder(folder)


def simulated_examples(seeds: Sequence[int] = SCENE_SEEDS) -> Iterator[Example]:
    """Simulated aviaries and field scenes."""
    rng = np.random.default_rng(0)
    for number, seed in enumerate(seeds):
        spec = SceneSpec(
            shared_share=rng.uniform(0.3, 0.9),
            density=rng.uniform(0.4, 1.5),
            bumps=rng.uniform(0.3, 3.0),
        )
        scene = simulate_scene(
            "zebra_finch" if number % 3 else "aru",
            seed,
            SCENE_S,
            snr_db=rng.uniform(-5.0, 30.0),
            spec=spec,
            drift=DriftSpec.hard() if number % 2 else DriftSpec.moderate(),
        )
        yield _example(scene.samples, scene.time_map.to_channel_1)


def clip_examples(shared: Path) -> Iterator[Example]:
    """Pieces of real recordings, each sung from one of four places."""
    paths = [p for name in CLIP_FOLDERS for p in sorted((shared / "data/sources" / name).glob("*"))]
    clips = [_at_rate(path) for path in paths]
    for seed in CLIP_SEEDS:
        rng = np.random.default_rng(seed)
        kind = "zebra_finch" if seed % 2 else "aru"
        spec = SceneSpec(shared_share=rng.uniform(0.4, 0.9), sources=4)
        drift = DriftSpec.hard() if seed % 4 < 2 else DriftSpec.moderate()
        own = [clips[i] for i in rng.choice(len(clips), 6, replace=False)]

        def happening(
            span_s: tuple[float, float],
            rng: np.random.Generator = rng,
            own: list[Frames] = own,
            share: float = spec.shared_share,
        ) -> tuple[list[Sound], list[Sound]]:
            return list(_pieces(own, rng, span_s, share)), []

        stems = render_stems(kind, seed, SCENE_S, RATE_HZ, drift, spec, happening=happening)
        samples = stems.mix(rng.uniform(-5.0, 30.0), RATE_HZ)
        yield _example(samples, stems.time_map.to_channel_1)


def _pieces(
    clips: list[Frames], rng: np.random.Generator, span_s: tuple[float, float], share: float
) -> Iterator[Sound]:
    now_s = span_s[0]
    while now_s < span_s[1]:
        clip = clips[rng.integers(len(clips))]
        length = int(rng.uniform(0.05, 1.2) * RATE_HZ)
        start = int(rng.integers(max(1, len(clip) - length)))
        piece = clip[start : start + length] * np.hanning(min(length, len(clip) - start)) ** 0.25
        level = 0.1 * 10 ** (rng.uniform(-10.0, 5.0) / 20) / (np.sqrt(np.mean(piece**2)) + 1e-6)
        heard = (
            (True, True)
            if rng.random() < share
            else ((True, False), (False, True))[rng.integers(2)]
        )
        what = Piece((level * piece).astype(np.float32))
        yield Sound(now_s, int(rng.integers(4)), what, heard)
        now_s += rng.exponential(0.7)


def log_mel_of(samples: Frames) -> Frames:
    """Log power in mel bands of a channel at 16 kHz, frame t centred on t * 10 ms."""
    return log_mel(frame_power(np.pad(samples, FFT // 2), FFT, HOP))


def _at_rate(path: Path) -> Frames:
    samples, rate_hz = sf.read(path, dtype="float32", always_2d=True)
    return np.asarray(soxr.resample(samples[:, 0], rate_hz, RATE_HZ))


def _of_folder(folder: Path) -> Iterator[Example]:
    for path, truth in recordings(folder):
        samples, _ = sf.read(path, dtype="float32")
        yield _example(samples, partial(np.interp, xp=truth.time_0_s, fp=truth.time_1_s))


def _example(samples: Frames, to_channel_1: Callable[[Floats], Floats]) -> Example:
    power = [log_mel_of(samples[:, channel]) for channel in (0, 1)]
    time_s = np.arange(len(power[0])) * HOP / RATE_HZ
    time_1_s = to_channel_1(time_s)
    inside = (time_1_s > 0) & (time_1_s < len(samples) / RATE_HZ)
    return Example(
        (power[0].astype(np.float16), power[1].astype(np.float16)),
        (time_1_s - time_s).astype(np.float32),
        inside,
    )
