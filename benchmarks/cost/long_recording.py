"""Long two-channel recordings, written block by block, with a drift that never stops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile as sf
import soxr
from numpy.typing import NDArray

from benchmarks.common.places import CACHE
from core.arrays import Floats
from core.keypoints import KeypointSet, keypoint_grid, machine_keypoints
from core.simulate import DriftSpec, simulate_scene

RATE_HZ = 48000
SEEDS = (7500, 7501, 7502, 7503)
SNR_DB = 10.0
_TILE_S = 75.0
_BLOCK_S = 20.0


def offset_s(time_0_s: Floats) -> Floats:
    """True offset: swings of 3.5 s an hour and half and 0.15 s in four minutes, to 0.8 %."""
    slow = 3.5 * np.sin(2 * np.pi * time_0_s / 5400.0)
    return np.asarray(slow + 0.15 * np.sin(2 * np.pi * time_0_s / 240.0))


def build(duration_s: float, rate_hz: int = RATE_HZ) -> tuple[Path, KeypointSet]:
    """Make a recording of this length unless it is there; returns it with its truth."""
    path = CACHE / "long" / f"{round(duration_s)}s_{rate_hz}hz.wav"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.wav")
        _write(part, _tiles(rate_hz), duration_s, rate_hz)
        part.rename(path)
    time_0_s = keypoint_grid(duration_s)
    time_1_s = np.clip(time_0_s + offset_s(time_0_s), 0.0, duration_s)
    return path, machine_keypoints(time_0_s, time_1_s)


def _tiles(rate_hz: int) -> NDArray[np.float32]:
    """Five minutes heard by both recorders with perfect clocks; tiled, they go on for hours.

    The aligner looks for no offset beyond two minutes, so it never meets the next tile.
    """
    kept = CACHE / "long" / f"tiles_{rate_hz}hz.npy"
    if not kept.exists():
        scenes = [
            simulate_scene(
                seed=seed,
                duration_s=_TILE_S,
                sample_rate_hz=max(rate_hz, 16_000),
                snr_db=SNR_DB,
                drift=DriftSpec.none(),
            ).samples
            for seed in SEEDS
        ]
        tiles = np.concatenate(scenes)
        np.save(kept, soxr.resample(tiles, max(rate_hz, 16_000), rate_hz))
    return np.asarray(np.load(kept))


def _write(path: Path, tiles: NDArray[np.float32], duration_s: float, rate_hz: int) -> None:
    count, block = round(duration_s * rate_hz), round(_BLOCK_S * rate_hz)
    # A day is more than the 4 GiB that a header of WAV can tell.
    with sf.SoundFile(path, "w", rate_hz, 2, "PCM_16", format="RF64") as file:
        for start in range(0, count, block):
            sample = np.arange(start, min(start + block, count))
            world = _world_s(sample / rate_hz) * rate_hz
            left = np.floor(world).astype(np.int64)
            share = (world - left).astype(np.float32)
            heard_1 = tiles[left % len(tiles), 1] * (1 - share)
            heard_1 += tiles[(left + 1) % len(tiles), 1] * share
            file.write(np.stack([tiles[sample % len(tiles), 0], heard_1], axis=1))


def _world_s(time_1_s: Floats) -> Floats:
    """Channel-0 time of consecutive channel-1 samples.

    The offset is so flat that ten steps to the fixed point are exact, and that
    a line between moments 10 ms apart is within a nanosecond.
    """
    coarse_1_s = np.arange(time_1_s[0], time_1_s[-1] + 0.01, 0.01)
    coarse_0_s = coarse_1_s
    for _ in range(10):
        coarse_0_s = coarse_1_s - offset_s(coarse_0_s)
    return np.interp(time_1_s, coarse_1_s, coarse_0_s)
