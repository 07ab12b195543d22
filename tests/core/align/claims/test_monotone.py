"""Where channel 1 lost a stretch, what matched before and after stays where it matched."""

from __future__ import annotations

import numpy as np
import pytest

from core.align.claims.monotone import never_back

LOST_S = 8.0
ROWS = 40
TIME_0_S = np.arange(ROWS) + 0.5


def falling(last_before: int) -> np.ndarray:
    """A path that falls back by what was lost after one of its rows, seconds on channel 1.

    From there on the clock is slow by 2 ms a second.
    """
    after = np.maximum(np.arange(ROWS) - last_before - 1, 0)
    return TIME_0_S + 10.0 - LOST_S * (np.arange(ROWS) > last_before) - 0.002 * after


def test_rows_that_match_are_not_held_for_more_that_only_follow():
    """The stretch is lost from row 20 to row 27; the path falls in it, too late or too early."""
    sure = np.where((np.arange(ROWS) < 20) | (np.arange(ROWS) >= 28), 0.99, 0.89)
    for last_before in (20, 23, 26):
        path_s = falling(last_before)
        held_s = never_back(path_s, sure, 100.0)
        assert held_s[:20] == pytest.approx(path_s[:20])
        assert held_s[28:] == pytest.approx(path_s[28:])
        assert (np.diff(held_s) >= 0).all()


def test_where_nothing_tells_channel_1_stands_still_in_the_middle():
    path_s = falling(19)
    held_s = never_back(path_s, np.full(ROWS, 0.5), 100.0)
    standing = np.flatnonzero(np.diff(held_s) == 0)
    assert held_s[standing] == pytest.approx((path_s[19] + path_s[20]) / 2, abs=0.6)


def test_what_lies_beyond_the_end_of_channel_1_does_not_outvote_what_matches_inside():
    """A recorder lost 42 s, and half of the file was put after its end before the path falls."""
    time_0_s = np.arange(100.0)
    path_s = time_0_s - 42.0 * (time_0_s >= 90)
    matches = (time_0_s < 48) | (time_0_s >= 90)
    sure = np.select([matches, path_s < 60.0], [0.98, 0.6], 0.96)
    held_s = never_back(path_s, sure, 60.0)
    assert held_s[:48] == pytest.approx(path_s[:48])
    assert held_s[90:] == pytest.approx(path_s[90:])
