"""The true time map of a scene."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from core.arrays import Floats
from core.simulate.spec import Chance, DriftSpec, rng_for
from core.time_map import TimeMap

KNOT_STEP_S = 0.1
BEND_STEP_S = 40.0
MAX_BEND_SLOPE = 0.03
JUMP_EDGE_S = 1e-4
"""How long a jump takes: short against a sample pair, long enough to stay invertible."""
JUMP_MARGIN = 0.1
"""Share of the recording kept free of jumps at either end."""


def draw_time_map(spec: DriftSpec, seed: int, duration_s: float) -> TimeMap:
    """Draw the map from the clock of channel 0 to that of channel 1.

    Parameters
    ----------
    spec : DriftSpec
    seed : int
    duration_s : float
        Length of channel 0, seconds; knots lie in [0, duration_s].

    Returns
    -------
    TimeMap
        Knots every 0.1 s or closer. In a dropped buffer world time runs on
        while channel 1 all but stands still; in a filled gap the reverse.
    """
    rng = rng_for(seed, Chance.DRIFT)
    offset_s = _signed(rng, spec.offset_s)
    drift = _signed(rng, spec.drift_ppm) * 1e-6
    bend = _bend(rng, _signed(rng, spec.bend_s), duration_s)
    starts_s, sizes_s = _jumps(rng, spec, duration_s)
    ends_s = starts_s + np.maximum(-sizes_s, 0.0) + JUMP_EDGE_S

    grid_s = np.linspace(0.0, duration_s, max(2, round(duration_s / KNOT_STEP_S) + 1))
    inside = (grid_s[:, None] > starts_s - JUMP_EDGE_S) & (grid_s[:, None] < ends_s + JUMP_EDGE_S)
    knots_s = np.sort(np.concatenate([grid_s[~inside.any(axis=1)], starts_s, ends_s]))

    wander = np.diff(drift * knots_s + bend(knots_s))
    pieces = np.searchsorted(knots_s, starts_s)
    wander[pieces] = 0.0
    room_s = 1.9 * spec.max_offset_s - np.abs(sizes_s).sum()
    reach_s = float(np.ptp(np.cumsum(np.append(0.0, wander))))
    wander *= min(1.0, room_s / reach_s) if reach_s > 0 else 1.0
    wander[pieces] = sizes_s

    curve_s = np.append(0.0, np.cumsum(wander))
    bound_s = 0.99 * spec.max_offset_s
    offset_s = float(np.clip(offset_s, -bound_s - curve_s.min(), bound_s - curve_s.max()))
    return TimeMap(knots_s, knots_s + offset_s + curve_s)


def _signed(rng: np.random.Generator, magnitude: tuple[float, float]) -> float:
    return float(rng.uniform(*magnitude) * rng.choice((-1.0, 1.0)))


def _bend(rng: np.random.Generator, size_s: float, duration_s: float) -> CubicSpline[np.float64]:
    """Smooth random departure from a straight line, of largest magnitude `size_s`."""
    points_s = np.linspace(0.0, duration_s, max(4, round(duration_s / BEND_STEP_S) + 1))
    values = np.cumsum(rng.standard_normal(len(points_s)))
    values -= np.linspace(values[0], values[-1], len(values))
    values /= np.abs(values).max()
    slopes = CubicSpline(points_s, values)(np.linspace(0.0, duration_s, 20 * len(points_s)), 1)
    steepest = float(np.abs(slopes).max())
    return CubicSpline(
        points_s, values * np.sign(size_s) * min(abs(size_s), MAX_BEND_SLOPE / steepest)
    )


def _jumps(rng: np.random.Generator, spec: DriftSpec, duration_s: float) -> tuple[Floats, Floats]:
    """Moments (ascending) and signed sizes of the steps, seconds.

    Each has its own share of the recording and fits in the first half of it.
    """
    share_s = duration_s * (1.0 - 2.0 * JUMP_MARGIN) / max(1, spec.jumps)
    position = np.arange(spec.jumps) + rng.uniform(0.0, 0.5, spec.jumps)
    sizes_s = np.minimum(rng.uniform(*spec.jump_s, spec.jumps), 0.4 * share_s)
    signs = rng.permutation(np.resize([-1.0, 1.0], spec.jumps))
    return duration_s * JUMP_MARGIN + position * share_s, sizes_s * signs
