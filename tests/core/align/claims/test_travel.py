"""Sounds from different distances are told from clocks that drift."""

import numpy as np
import pytest

from core.align.alignment import Travel
from core.align.claims.confidence import estimate
from core.align.claims.travel import heard_travel_s
from core.align.decoding.decode import decode
from core.evidence.surface import ScoreSurface
from core.evidence.terms import likelihood_ratios
from core.steps import result_of

ROWS = 80
TIME_S = np.arange(ROWS, dtype=float)


def heard(offset_s: np.ndarray) -> float:
    """What is heard where each row has one clear peak."""
    grid_s = -1.0 + 0.01 * np.arange(201)
    peaks = 9.0 * np.exp(-0.5 * ((grid_s - offset_s[:, None]) / 0.015) ** 2)
    noise = np.random.default_rng(0).normal(scale=0.5, size=peaks.shape)
    score = likelihood_ratios((peaks + noise).astype(np.float32))
    surface = ScoreSurface(TIME_S, np.full(ROWS, -1.0), 0.01, score)
    decoded = result_of(decode(surface))
    return heard_travel_s(surface, estimate(surface, decoded.posterior), decoded.log_shares)


def in_turn(places_s: list[float]) -> np.ndarray:
    """Animals at a few places call for some seconds each."""
    rng = np.random.default_rng(1)
    turns = [np.full(rng.integers(2, 5), rng.choice(places_s)) for _ in range(ROWS)]
    return np.concatenate(turns)[:ROWS]


@pytest.mark.parametrize("farthest_s", [0.05, 0.13])
def test_places_that_call_in_turn_are_heard_to_be_apart(farthest_s):
    places_s = [-farthest_s, -0.3 * farthest_s, 0.4 * farthest_s, farthest_s]
    found_s = heard(0.2 + 1e-4 * TIME_S + in_turn(places_s))
    assert farthest_s < found_s < 4 * farthest_s


@pytest.mark.parametrize(
    "clock_s",
    [
        0.3 + 1e-3 * TIME_S,
        0.1 * np.sin(2 * np.pi * TIME_S / 25.0),
        0.4 - 0.1 * np.searchsorted([15.0, 31.0, 40.0, 58.0, 71.0], TIME_S),
        np.where((TIME_S > 30) & (TIME_S < 50), 0.2, -0.1),
    ],
    ids=["steady", "wandering", "dropped buffers", "there and back once"],
)
def test_a_clock_is_no_travel(clock_s):
    assert heard(clock_s) < 0.01


def test_only_more_than_the_tolerance_is_told():
    assert Travel(0.04).sentences(0.05) == ()
    (told,) = Travel(0.12).sentences(0.05)
    assert "120 ms" in told
    assert "spacing" in told
