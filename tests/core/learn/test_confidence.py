"""A calibration moves to what a person found right, as far as recordings can say."""

from __future__ import annotations

import numpy as np
import pytest

from core.align.calibration import MOST_CONFIDENT, MOST_UNSURE, shipped_calibration
from core.learn.confidence import Claimed, moved_calibration

SHIPPED = shipped_calibration("compact")


def _claimed(
    confidence: float,
    right: float,
    mass: float = 0.95,
    count: int = 50,
    *,
    is_aliased: bool = False,
) -> Claimed:
    is_right = np.arange(count) < right * count
    return Claimed(np.full(count, confidence), np.full(count, mass), is_right, is_aliased)


def _now(
    claimed: list[Claimed],
    confidence: float,
    mass: float = 0.95,
    *,
    knows_drift: bool = False,
    is_aliased: bool = False,
) -> float:
    calibration = moved_calibration(SHIPPED, claimed, knows_drift=knows_drift)
    claim, mass_of = np.array([confidence]), np.array([mass])
    return float(calibration.moved(claim, mass_of, is_aliased=is_aliased)[0])


def test_what_was_right_more_often_than_claimed_is_claimed_higher():
    assert _now([_claimed(0.92, 1.0)] * 10, 0.92) > 0.95
    assert _now([_claimed(0.7, 1.0)] * 10, 0.99, 0.999) <= MOST_CONFIDENT


def test_what_only_recordings_of_a_deployment_say_is_claimed_as_far_as_they_are_many():
    """They may all have been easy: the next one is not known by them."""
    claims = [_now([_claimed(0.85, 1.0, 0.999)] * count, 0.85, 0.999) for count in (3, 5, 10, 40)]
    assert claims == pytest.approx([MOST_UNSURE, 0.958, 0.977, MOST_CONFIDENT], abs=0.001)
    one_wrong = [_claimed(0.85, 1.0, 0.999)] * 9 + [_claimed(0.85, 0.0, 0.999)]
    assert _now(one_wrong, 0.85, 0.999) <= MOST_UNSURE
    assert _now([_claimed(0.85, 1.0, 0.999)] * 10, 0.95, 0.999) > 0.96


def test_where_a_second_alignment_fits_no_recordings_make_it_sure():
    """A deployment's recordings that were right said nothing of the next one's second alignment."""
    found = [_claimed(0.7, 1.0, 0.999)] * 40
    assert _now(found, 0.7, 0.999) > 0.95
    assert _now(found, 0.7, 0.999, is_aliased=True) == MOST_UNSURE
    aliased = [_claimed(0.7, 1.0, 0.999, is_aliased=True)] * 40
    assert _now(aliased, 0.7, 0.999) == MOST_UNSURE, "they confirm nothing for others either"


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


def test_one_recording_that_the_drift_found_by_luck_does_not_make_the_next_one_likely():
    """Of those in which nothing else tells, as many are right as the posterior says."""
    clear = [_claimed(0.95, 1.0, mass=0.999)] * 9
    lucky, unlucky = (
        _now([*clear, _claimed(0.002, right, mass=0.15)], 0.002, 0.15, knows_drift=True)
        for right in (1.0, 0.0)
    )
    assert 0.15 < unlucky < lucky < 0.35
    assert _now(clear, 0.2, 0.5, knows_drift=True) > 0.6


def test_claims_rise_with_claims_and_with_mass():
    found = [_claimed(0.7, 0.9)] * 5 + [_claimed(0.3, 0.1, 0.4)] * 5
    calibration = moved_calibration(SHIPPED, found, knows_drift=True)
    rising = np.linspace(0, 1, 101)
    assert (np.diff(calibration.moved(rising, np.full(101, 0.5), is_aliased=False)) >= 0).all()
    assert (np.diff(calibration.moved(np.full(101, 0.5), rising, is_aliased=False)) >= 0).all()


def test_the_shipped_calibration_moves_nothing():
    claim = np.linspace(0, 1, 11)
    assert SHIPPED.moved(claim, claim, is_aliased=True) is claim
