"""Where channel 1 lost a stretch, what matched before and after stays where it matched."""

from __future__ import annotations

import numpy as np
import pytest

from core.align.claims.monotone import never_back

LOST_S = 8.0
ROWS = 40
TIME_0_S = np.arange(ROWS) + 0.5


def falling(last_before: int) -> np.ndarray:
    """A path that falls back by what was lost after one of its rows, seconds on channel 1."""
    return TIME_0_S + 10.0 - LOST_S * (np.arange(ROWS) > last_before)


def test_rows_that_match_are_not_held_for_rows_that_only_follow():
    """The stretch is lost from row 20 to row 27; the path falls in it, too late or too early."""
    mass = np.where((np.arange(ROWS) < 20) | (np.arange(ROWS) >= 28), 1.0, 0.9)
    for last_before in (20, 23, 26):
        held_s = never_back(falling(last_before), mass, 100.0)
        assert held_s[:20] == pytest.approx(TIME_0_S[:20] + 10.0)
        assert held_s[28:] == pytest.approx(TIME_0_S[28:] + 10.0 - LOST_S)
        assert (np.diff(held_s) >= 0).all()


def test_where_nothing_tells_channel_1_stands_still_in_the_middle():
    held_s = never_back(falling(19), np.full(ROWS, 0.5), 100.0)
    fallen_to_s, fallen_from_s = TIME_0_S[20] + 2.0, TIME_0_S[19] + 10.0
    standing = np.flatnonzero(np.diff(held_s) == 0)
    assert held_s[standing] == pytest.approx((fallen_to_s + fallen_from_s) / 2, abs=0.6)
