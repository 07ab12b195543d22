"""Ways round by a third recorder: they close where all is right, and find what is not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest

from core.align.closure import Leg, closures, suspects
from core.keypoints import KeypointSet, ReviewState, machine_keypoints
from core.time_map import TimeMap

MOTIF_S = 0.72
CLOCKS = {
    "ref": TimeMap.identity(),
    "a": TimeMap.linear(0.4, 80.0),
    "b": TimeMap.linear(-1.3, -40.0),
    "c": TimeMap.linear(2.1, 15.0),
}
"""From the reference to each."""


def _leg(
    zero: str, one: str, wrong_s: float = 0.0, part: float = 1.0, confidence: float = 0.95
) -> Leg:
    """Two recorders as aligned to a few milliseconds, wrong by so much in the first part."""
    rng = np.random.default_rng(len(zero) + 7 * ord(one[0]))
    time_0_s = np.arange(5.0, 55.0)
    true_s = CLOCKS[one].to_channel_1(CLOCKS[zero].to_channel_0(time_0_s))
    time_1_s = true_s + rng.normal(scale=0.002, size=len(true_s))
    time_1_s[: round(part * len(time_1_s))] += wrong_s
    kept = machine_keypoints(time_0_s, np.sort(time_1_s), np.full(len(time_0_s), confidence))
    return Leg(zero, one, kept, 0.05)


def _each_with_each(wrong: Sequence[str] = (), **how: float) -> list[Leg]:
    return [
        _leg(zero, one, **(how if (zero, one) == tuple(wrong) else {}))
        for zero, one in combinations(CLOCKS, 2)
    ]


def test_what_is_right_closes_to_the_accuracy_of_its_legs() -> None:
    found = closures(_each_with_each())
    assert len(found) == 4
    assert all(closure.closes for closure in found)
    assert max(closure.typical_s for closure in found) < 0.008
    assert min(len(closure.time_s) for closure in found) >= 45
    assert suspects(found) == {}


@pytest.mark.parametrize("part", [1.0, 0.3])
@pytest.mark.parametrize("pair", list(combinations(CLOCKS, 2)))
def test_of_four_recorders_the_one_alignment_that_is_off_by_a_motif_is_found(
    pair: tuple[str, str], part: float
) -> None:
    legs = _each_with_each(pair, wrong_s=MOTIF_S, part=part)
    found = closures(legs)
    wrong = suspects(found)
    assert [(legs[leg].zero, legs[leg].one) for leg in wrong] == [pair]
    (ways,) = wrong.values()
    assert len(ways) == 2
    assert [way.apart_s for way in ways] == pytest.approx([MOTIF_S] * 2, abs=0.02)
    assert sum(closure.closes for closure in found) == 2


def test_of_three_recorders_any_may_be_wrong() -> None:
    legs = [_leg("ref", "a"), _leg("ref", "b", MOTIF_S), _leg("a", "b")]
    assert list(suspects(closures(legs))) == [0, 1, 2]


def test_thousands_of_pairs_that_make_no_round_cost_nothing() -> None:
    kept = _leg("ref", "a").keypoints
    assert closures([Leg(f"a{n}", f"b{n}", kept, 0.05) for n in range(5000)]) == ()
    assert closures([Leg("ref", f"b{n}", kept, 0.05) for n in range(5000)]) == ()


def test_legs_may_lead_either_way() -> None:
    legs = [_leg("a", "ref"), _leg("b", "ref"), _leg("b", "a")]
    (closure,) = closures(legs)
    assert closure.closes
    assert closure.typical_s < 0.008


def test_a_guess_contradicts_nobody() -> None:
    legs = [_leg("ref", "a"), _leg("ref", "b", MOTIF_S, confidence=0.3), _leg("a", "b")]
    (closure,) = closures(legs)
    assert len(closure.time_s) == 0
    assert closure.closes
    assert np.isnan(closure.typical_s)
    assert suspects([closure]) == {}


def test_what_a_person_decided_counts_whatever_the_machine_thought_of_it() -> None:
    sure = _leg("ref", "b", MOTIF_S, confidence=0.3)
    kept = sure.keypoints.review(range(20), ReviewState.ACCEPTED)
    kept = kept.review(range(20, 50), ReviewState.UNALIGNABLE)
    legs = [_leg("ref", "a"), Leg("ref", "b", kept, 0.05), _leg("a", "b")]
    (closure,) = closures(legs)
    assert 15 <= len(closure.time_s) <= 20
    assert not closure.closes


def test_without_three_there_is_no_way_round() -> None:
    assert closures([_leg("ref", "a"), _leg("ref", "b"), _leg("ref", "c")]) == ()
    assert closures([_leg("ref", "a"), _leg("ref", "a")]) == ()
    assert closures([]) == ()


def test_recordings_that_share_no_moment_are_not_compared() -> None:
    early = machine_keypoints(np.arange(3.0), np.arange(3.0) + 0.4, np.full(3, 0.9))
    legs = [Leg("ref", "a", early, 0.05), _leg("ref", "b"), _leg("a", "b")]
    (closure,) = closures(legs)
    assert len(closure.time_s) == 0


def test_one_keypoint_is_enough_to_ask() -> None:
    one = KeypointSet(np.array([10.0]), np.array([10.4]))
    (closure,) = closures([Leg("ref", "a", one, 0.05), _leg("ref", "b"), _leg("a", "b")])
    assert closure.closes
