"""A calibration moves to what a person found right, as far as recordings can say."""

from __future__ import annotations

import numpy as np
import pytest

from core.align.calibration import MOST_CONFIDENT, MOST_UNSURE, shipped_calibration
from core.learn.confidence import Claimed, moved_calibration

SHIPPED = shipped_calibration("compact")


def _claimed(confidence: float, right: float, mass: float = 0.95, count: int = 50) -> Claimed:
    is_right = np.arange(count) < right * count
    return Claimed(np.full(count, confidence), np.full(count, mass), is_right)


def _now(
    claimed: list[Claimed], confidence: float, mass: float = 0.95, *, knows_drift: bool = False
) -> float:
    calibration = moved_calibration(SHIPPED, claimed, knows_drift=knows_drift)
    return float(calibration.moved(np.array([confidence]), np.array([mass]))[0])


def test_what_was_right_more_often_than_claimed_is_claimed_higher():
    assert _now([_claimed(0.92, 1.0)] * 10, 0.92) > 0.95
    assert _now([_claimed(0.7, 1.0)] * 10, 0.99, 0.999) <= MOST_CONFIDENT


def test_a_few_recordings_are_no_ground_for_being_sure():
    """They may all have been easy: the next one is not known by them."""
    assert _now([_claimed(0.7, 1.0)] * 10, 0.7) == MOST_UNSURE


def test_what_was_wrong_is_claimed_lower():
    assert _now([_claimed(0.9, 0.5)] * 10, 0.9) == pytest.approx(0.5, abs=0.1)


def test_few_recordings_move_it_less_however_many_keypoints_they_have():
    few = _now([_claimed(0.1, 0.5, count=5000)], 0.1)
    many = _now([_claimed(0.1, 0.5, count=50)] * 20, 0.1)
    assert 0.1 < few < many < 0.55


def test_a_posterior_that_told_right_from_wrong_is_believed():
    """Nothing was claimed of either kind, for other reasons; the posterior knew."""
    right, wrong = _claimed(0.02, 1.0, mass=0.98), _claimed(0.02, 0.0, mass=0.2)
    both = [right, right, wrong] * 4
    assert _now(both, 0.02, 0.98) > 0.8
    assert _now(both, 0.02, 0.2) < 0.2


def test_with_the_usual_drift_the_posterior_is_believed_before_anything_showed_it():
    """All were claimed and right; now one is not claimed for doubts that the drift settles."""
    found = [_claimed(0.95, 1.0, mass=0.97)] * 9 + [_claimed(0.01, 0.0, mass=0.15)]
    assert _now(found, 0.03, 0.85) < 0.4
    assert _now(found, 0.03, 0.85, knows_drift=True) > 0.6
    assert _now(found, 0.03, 0.15, knows_drift=True) < 0.3


def test_claims_rise_with_claims_and_with_mass():
    found = [_claimed(0.7, 0.9)] * 5 + [_claimed(0.3, 0.1, 0.4)] * 5
    calibration = moved_calibration(SHIPPED, found, knows_drift=True)
    rising = np.linspace(0, 1, 101)
    assert (np.diff(calibration.moved(rising, np.full(101, 0.5))) >= 0).all()
    assert (np.diff(calibration.moved(np.full(101, 0.5), rising)) >= 0).all()


def test_the_shipped_calibration_moves_nothing():
    claim = np.linspace(0, 1, 11)
    assert SHIPPED.moved(claim, claim) is claim
