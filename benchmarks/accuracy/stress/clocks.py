"""Exact clocks of channel 1, drawn by the laws of the development drift tool and with faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from core.arrays import Floats
from core.time_map import TimeMap

GRID_S = 0.01
EDGE_S = 1e-4
"""What channel 1 moves on in a lost stretch, and how long a filled gap takes: invertible."""
WITHIN_S = 5.0
KNOTS = 7
TRIES = 1000

Curve = Callable[[Floats], Floats]
Step = tuple[float, float]
"""Moment and size, seconds: below 0, so much sound is lost from there; above, silence is put in."""


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """Where keypoints of channel 0 are in channel 1; arrays of shape (K,), seconds.

    Parameters
    ----------
    time_0_s : ndarray
    time_1_s : ndarray
        NaN where channel 1 does not have the moment.
    end_1_s : ndarray
        The end of channel 1 beyond which the moment lies; NaN where it lies beyond none.
    """

    time_0_s: Floats
    time_1_s: Floats
    end_1_s: Floats

    @classmethod
    def nowhere(cls, time_0_s: Floats) -> Truth:
        """Nothing in common."""
        none = np.full(len(time_0_s), np.nan)
        return cls(time_0_s, none, none)

    def as_challenge(self) -> Truth:
        """As the challenge's tables have it: what lies beyond an end lies at it."""
        at_end = np.where(np.isnan(self.time_1_s), self.end_1_s, self.time_1_s)
        return Truth(self.time_0_s, at_end, self.end_1_s)


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """When channel 1 heard what channel 0 heard.

    Parameters
    ----------
    time_map : TimeMap
        Channel 0 to channel 1.
    lost_s : tuple of (float, float)
        Stretches of channel-0 time that channel 1 lost, seconds.
    """

    time_map: TimeMap
    lost_s: tuple[tuple[float, float], ...] = ()

    def truth(self, time_0_s: Floats, duration_1_s: float) -> Truth:
        """Where channel 1 of this length has moments of channel 0."""
        time_1_s = self.time_map.to_channel_1(time_0_s)
        end_s = np.clip(time_1_s, 0.0, duration_1_s)
        is_inside = time_1_s == end_s
        is_lost = np.zeros(len(time_0_s), dtype=bool)
        for first_s, last_s in self.lost_s:
            is_lost |= (time_0_s > first_s) & (time_0_s < last_s)
        return Truth(
            time_0_s,
            np.where(is_inside & ~is_lost, time_1_s, np.nan),
            np.where(is_inside, np.nan, end_s),
        )


def clock_along(offset_s: Curve, duration_s: float, steps: Sequence[Step] = ()) -> Clock:
    """A smooth clock with steps; the offset rests while a stretch is lost.

    Parameters
    ----------
    offset_s : callable
        Offset at channel-0 moments, before any step, seconds.
    duration_s : float
    steps : sequence of Step
        Ascending, none begins within another.
    """
    pieces = [(at_s, at_s + max(0.0, -size_s) + EDGE_S) for at_s, size_s in steps]
    grid_s = np.linspace(0.0, duration_s, round(duration_s / GRID_S) + 1)
    for first_s, last_s in pieces:
        grid_s = grid_s[(grid_s < first_s - EDGE_S) | (grid_s > last_s + EDGE_S)]
    knots_s = np.sort(np.append(grid_s, pieces))
    move_s = np.diff(offset_s(knots_s))
    for (first_s, _), (_, size_s) in zip(pieces, steps, strict=True):
        move_s[np.searchsorted(knots_s, first_s)] = size_s
    offsets_s = offset_s(knots_s[:1]) + np.append(0.0, np.cumsum(move_s))
    return Clock(TimeMap(knots_s, knots_s + offsets_s), tuple(pieces))


def drawn(rng: np.random.Generator, duration_s: float, kind: str, *, hard: bool = False) -> Clock:
    """A clock by the laws of ``make_drift_set.py``, within 5 s.

    Parameters
    ----------
    rng : numpy.random.Generator
    duration_s : float
    kind : str
        "linear", "smooth" or "steps".
    hard : bool
        Slopes to a few percent, else to 0.8 %.
    """
    slope_sd, bend_s = (0.008, 0.12) if hard else (0.003, 0.04)
    for _ in range(TRIES):
        offset_s = _line(rng.uniform(-4.0, 4.0), rng.normal(0.0, slope_sd))
        if kind != "linear":
            offset_s = _sum(offset_s, _bend(rng, duration_s, bend_s))
        clock = clock_along(offset_s, duration_s, _few_steps(rng, duration_s, kind))
        if np.abs(clock.time_map.offset_s(clock.time_map.knots_0_s)).max() < WITHIN_S:
            return clock
    raise RuntimeError("no clock within the bounds")


def moderate(rng: np.random.Generator, duration_s: float, number: int) -> Clock:
    """An easy clock, straight and bent in turn: where the trouble lies elsewhere."""
    return drawn(rng, duration_s, ("linear", "smooth")[number % 2])


def linear(rng: np.random.Generator, duration_s: float, _number: int) -> Clock:
    """A straight one: what a few sounds in a whole file can tell."""
    return drawn(rng, duration_s, "linear")


def field(rng: np.random.Generator, duration_s: float, _number: int) -> Clock:
    """Two recorders of one make: within 0.5 s, to 500 ppm, bent by 10 ms."""
    line = _line(rng.uniform(-0.45, 0.45), rng.uniform(-5e-4, 5e-4))
    return clock_along(_sum(line, _bend(rng, duration_s, 0.004)), duration_s)


def sine(rng: np.random.Generator, duration_s: float, _number: int) -> Clock:
    """A clock that runs too fast and too slow in turn, by up to 3 %."""
    period_s, steepest = rng.uniform(20.0, 60.0), rng.uniform(0.01, 0.03)
    size_s, phase = steepest * period_s / (2 * np.pi), rng.uniform(0.0, 2 * np.pi)
    start_s = rng.uniform(-4.0, 4.0)

    def offset_s(time_s: Floats) -> Floats:
        return start_s + size_s * np.sin(2 * np.pi * time_s / period_s + phase)

    return clock_along(offset_s, duration_s)


def lost_buffers(rng: np.random.Generator, duration_s: float, number: int) -> Clock:
    """1 to 10 buffers of 20 to 200 ms are lost."""
    count = int(rng.integers(1, 11))
    at_s = (np.arange(count) + rng.uniform(0.1, 0.9, count)) * duration_s / count
    return _losing(rng, duration_s, number, at_s, rng.uniform(0.02, 0.2, count))


def lost_stretch(rng: np.random.Generator, duration_s: float, number: int) -> Clock:
    """2 to 5 s are lost, once."""
    at_s = duration_s * rng.uniform(0.2, 0.75, 1)
    return _losing(rng, duration_s, number, at_s, rng.uniform(2.0, 5.0, 1))


def restarted(rng: np.random.Generator, duration_s: float, number: int) -> Clock:
    """The recorder stopped for 1 to 8 s; both halves within 5 s."""
    at_s = duration_s * rng.uniform(0.3, 0.65, 1)
    return _losing(rng, duration_s, number, at_s, rng.uniform(1.0, 8.0, 1))


def restarted_far(rng: np.random.Generator, duration_s: float, _number: int) -> Clock:
    """The recorder stopped for 3 to 10 s, as in `restarted`; offsets of up to 25 s."""
    start_s = rng.choice((-1.0, 1.0)) * rng.uniform(0.0, 15.0)
    step = duration_s * rng.uniform(0.3, 0.65), -rng.uniform(3.0, 10.0)
    return clock_along(_line(start_s, rng.normal(0.0, 1e-3)), duration_s, [step])


def leaving(rng: np.random.Generator, duration_s: float, _number: int) -> Clock:
    """Inside 5 s at first, outside from the middle on."""
    side = rng.choice((-1.0, 1.0))
    return clock_along(_line(side * 4.6, side * 0.8 / duration_s), duration_s)


def outside(rng: np.random.Generator, duration_s: float, _number: int, *, by_s: float) -> Clock:
    """An offset that lies outside 5 s from start to end; drift to 1000 ppm."""
    slope = rng.uniform(-1e-3, 1e-3)
    return clock_along(
        _line(rng.choice((-1.0, 1.0)) * by_s - slope * duration_s / 2, slope), duration_s
    )


def _losing(
    rng: np.random.Generator, duration_s: float, number: int, at_s: Floats, size_s: Floats
) -> Clock:
    """An easy clock that loses stretches, and stays within 5 s all the same."""
    gone_s = float(size_s.sum())
    start_s = rng.uniform(max(-4.0, gone_s - 4.3), 4.3)
    line = _line(start_s, rng.uniform(-4e-3, 4e-3) if gone_s < 3.0 else rng.uniform(-2e-3, 2e-3))
    offset_s = _sum(line, _bend(rng, duration_s, 0.04)) if number % 2 else line
    return clock_along(
        offset_s, duration_s, list(zip(at_s.tolist(), (-size_s).tolist(), strict=True))
    )


def _line(start_s: float, slope: float) -> Curve:
    return lambda time_s: start_s + slope * time_s


def _sum(one: Curve, other: Curve) -> Curve:
    return lambda time_s: one(time_s) + other(time_s)


def _bend(rng: np.random.Generator, duration_s: float, step_s: float) -> Curve:
    """A random walk of normal steps of `step_s`, made smooth."""
    knots_s = np.linspace(0.0, duration_s, KNOTS)
    curve = CubicSpline(knots_s, np.cumsum(rng.normal(0.0, step_s, KNOTS)))
    return lambda time_s: np.asarray(curve(time_s))


def _few_steps(rng: np.random.Generator, duration_s: float, kind: str) -> list[Step]:
    if kind != "steps":
        return []
    count = int(rng.integers(1, 3))
    at_s = (0.1 + 0.8 * (np.arange(count) + rng.uniform(0.0, 0.95, count)) / count) * duration_s
    size_s = rng.choice((-1, 1), count) * rng.uniform(0.05, 0.35, count)
    return [(float(a), float(s)) for a, s in zip(at_s, size_s, strict=True)]
