"""What every adapter shares: recordings in, channel-1 times out, one JSON line each."""

from __future__ import annotations

import contextlib
import json
import sys
import time
import traceback
from collections.abc import Callable

import numpy as np
import soundfile as sf

Align = Callable[[np.ndarray, int, np.ndarray], np.ndarray]
"""(samples of shape (frames, 2), sample rate in Hz, channel-0 times) -> channel-1 times."""


def serve(align: Align) -> None:
    """Align every recording named on standard input and time it, compilation left out."""
    jobs = json.load(sys.stdin)
    out = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        _warm_up(align)
        for job in jobs:
            samples, rate_hz = sf.read(job["path"])
            time_0_s = np.array(job["time_0_s"])
            started_s = time.process_time()
            try:
                times = np.clip(align(samples, rate_hz, time_0_s), 0.0, len(samples) / rate_hz)
                answer = {"time_1_s": times.tolist()}
            except Exception as error:  # noqa: BLE001 - whatever it is, the table says so
                traceback.print_exc()
                answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
            answer["cpu_s"] = time.process_time() - started_s
            print(json.dumps(answer), file=out, flush=True)


def through_path(path: np.ndarray, hop_s: float, time_0_s: np.ndarray) -> np.ndarray:
    """Channel-1 times from a warping path of frame pairs, shape (steps, 2), any order.

    Where one frame of channel 0 meets several of channel 1, their mean counts.
    """
    frame_0, inverse = np.unique(path[:, 0], return_inverse=True)
    frame_1 = np.bincount(inverse, path[:, 1]) / np.bincount(inverse)
    return np.interp(time_0_s, frame_0 * hop_s, frame_1 * hop_s)


def _warm_up(align: Align) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (20 * 16000, 2))
    with contextlib.suppress(Exception):
        align(noise, 16000, np.arange(20.0))
