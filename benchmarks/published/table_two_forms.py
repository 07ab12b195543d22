"""Choosing a line from a table of predictions: which lines are tried, and how they are scored."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.accuracy.methods import REACH_S
from core.align.candidates import baseline_candidates
from core.align.scores import PredictionScores
from core.arrays import Floats
from core.nets.table import PairTable

BASELINE_AXIS = 10
FINE_AXIS = 101
"""Lines 100 ms apart, as fine as the tables."""

FORMS: dict[str, Callable[[PredictionScores], Floats]] = {
    "binary count": lambda s: s.count.astype(np.float64),
    "Eq. 2 as published": lambda s: s.published,
    "Eq. 2 normalised": lambda s: s.normalised,
    "positive predictions alone": lambda s: s.positive,
    "top quarter alone": lambda s: s.top,
    "votes alone, sum": lambda s: s.votes,
    "votes alone, mean": lambda s: s.votes / np.maximum(s.used, 1),
    "level alone": lambda s: s.level,
}
"""Scores of lines: those that were proposed, then the parts of the confidence-weighted one."""


def chosen_times(
    table: PairTable, durations_s: tuple[float, float], axis: int, reach_s: float = REACH_S
) -> dict[str, Floats]:
    """Channel-1 times of the line that each form ranks first; of equal ones, the first.

    Parameters
    ----------
    table : PairTable
    durations_s : tuple of two floats
        Lengths of both channels, seconds.
    axis : int
        Offsets, and slopes, that make up the lines.
    reach_s : float
        Largest offset, seconds.

    Returns
    -------
    dict of str to ndarray, shape (K,)
        By form; seconds.
    """
    offset_s, drift_ppm, time_1_s = baseline_candidates(table.time_0_s, durations_s, reach_s, axis)
    scores = table.rank(time_1_s)
    usable = scores.used > 0
    times = {}
    for name, form in FORMS.items():
        best = int(np.where(usable, form(scores), -np.inf).argmax())
        line = offset_s[best] + table.time_0_s * (1.0 + drift_ppm[best] * 1e-6)
        times[name] = np.clip(line, 0.0, durations_s[1])
    return times
