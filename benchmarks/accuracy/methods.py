"""Every way to align that is measured, FinchSync and the alternatives, behind one call."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import soundfile as sf

from benchmarks.accuracy import crosscorrelation, linear
from benchmarks.accuracy.outside import Adapter, Answer
from core.arrays import Floats
from core.keypoints import KeypointSet

REACH_S = 5.0
"""Largest offset every method may look for, as in the challenge."""

Job = tuple[Path, KeypointSet]
"""A recording and its truth; only the oracle looks at the truth's channel-1 times."""


@dataclass(frozen=True, slots=True)
class Method:
    """One alternative.

    Parameters
    ----------
    name : str
        Key in the results.
    title : str
        As shown in tables.
    run : callable
        Recordings and truths -> one answer each.
    """

    name: str
    title: str
    run: Callable[[Sequence[Job]], list[Answer]]


def _each(
    one: Callable[[Floats, int, KeypointSet], Floats],
) -> Callable[[Sequence[Job]], list[Answer]]:
    def run(jobs: Sequence[Job]) -> list[Answer]:
        answers = []
        for path, truth in jobs:
            samples, rate_hz = sf.read(path)
            started_s = time.process_time()
            times = one(samples, rate_hz, truth)
            answers.append(Answer(times, "", time.process_time() - started_s))
        return answers

    return run


def _outside(script: str, *arguments: str) -> Callable[[Sequence[Job]], list[Answer]]:
    adapter = Adapter(script, arguments)
    return lambda jobs: adapter.align([(path, truth.time_0_s) for path, truth in jobs])


ALTERNATIVES = (
    Method("no_sync", "no sync", _each(lambda _samples, _rate, truth: truth.time_0_s)),
    Method(
        "gcc_phat",
        "GCC-PHAT, one offset a file",
        _each(lambda x, r, k: crosscorrelation.one_delay(x, r, k.time_0_s, REACH_S)),
    ),
    Method(
        "gcc_phat_windows",
        "GCC-PHAT, 2.5 s window a keypoint",
        _each(lambda x, r, k: crosscorrelation.delay_per_window(x, r, k.time_0_s, REACH_S)),
    ),
    Method(
        "spectral_10x10",
        "log-mel correlation, best of 10 x 10 lines",
        _each(lambda x, r, k: linear.best_by_spectra(x, r, k.time_0_s, REACH_S)),
    ),
    Method(
        "oracle_10x10",
        "oracle, best of 10 x 10 lines",
        _each(lambda x, r, k: linear.best_by_oracle(len(x) / r, k.time_0_s, REACH_S, k.time_1_s)),
    ),
    Method("librosa_dtw", "librosa DTW, log-mel, 20 ms", _outside("librosa_dtw.py", "20")),
    Method("synctoolbox", "synctoolbox MrMsDTW", _outside("synctoolbox_mrmsdtw.py")),
    Method("double_ender", "double-ender-sync", _outside("double_ender.py")),
)
