"""Where a time map is known, and why not elsewhere."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

from core.keypoints import KeypointSet, ReviewState, machine_keypoints
from core.known_map import KnownMap, Unknown

ACCEPTED, UNALIGNABLE = ReviewState.ACCEPTED, ReviewState.UNALIGNABLE


def _keypoints(offset_s: float = 0.25, count: int = 10, **states: range) -> KeypointSet:
    time_s = np.arange(count, dtype=float)
    keypoints = machine_keypoints(time_s, time_s + offset_s)
    for state, which in states.items():
        keypoints = keypoints.review(list(which), ReviewState(state))
    return keypoints


def test_only_what_was_reviewed_is_known():
    known = KnownMap.of(_keypoints(accepted=range(3, 6)), 10.0, 12.0)
    np.testing.assert_allclose(known.known_s, [[2.5, 5.5]])
    assert [stretch.reason for stretch in known.unknown] == [Unknown.UNSETTLED] * 2
    assert known.keypoints == 3
    assert known.is_known([2.4, 2.6, 5.4, 5.6]).tolist() == [False, True, True, False]


def test_unreviewed_keypoints_count_where_wanted_and_unalignable_ones_never():
    keypoints = _keypoints(unalignable=range(4, 6))
    assert KnownMap.of(keypoints, 10.0, 12.0).is_empty
    known = KnownMap.of(keypoints, 10.0, 12.0, with_unreviewed=True)
    np.testing.assert_allclose(known.known_s, [[0.0, 3.5], [5.5, 10.0]])


def test_nothing_is_known_where_channel_1_does_not_run():
    known = KnownMap.of(_keypoints(-2.25, accepted=range(10)), 10.0, 6.0)
    np.testing.assert_allclose(known.known_s, [[2.25, 8.25]])
    assert known.unknown == ((0.0, 2.25, Unknown.BEFORE), (8.25, 10.0, Unknown.AFTER))


def test_nothing_is_known_far_from_keypoints():
    keypoints = _keypoints(count=4, accepted=range(4))
    np.testing.assert_allclose(KnownMap.of(keypoints, 60.0, 60.0).known_s, [[0.0, 4.0]])
    sparse = KeypointSet(np.array([0.0, 600.0]), np.array([0.5, 600.5]), (ACCEPTED,) * 2)
    np.testing.assert_allclose(KnownMap.of(sparse, 900.0, 950.0).known_s, [[0.0, 900.0]])


def test_a_jump_is_known_on_neither_clock():
    time_s = np.arange(10.0)
    jumping = machine_keypoints(time_s, time_s + np.where(time_s < 5, 0.2, 1.6))
    known = KnownMap.of(jumping, 10.0, 12.0, with_unreviewed=True)
    np.testing.assert_allclose(known.known_s, [[0.0, 4.0], [5.0, 10.0]])
    assert known.unknown == ((4.0, 5.0, Unknown.JUMP),)


@pytest.mark.parametrize("repeats", [1, 3])
def test_known_and_unknown_make_up_channel_0(repeats):
    rng = np.random.default_rng(2)
    time_s = np.repeat(np.sort(rng.uniform(0, 100, 60)), repeats)
    keypoints = machine_keypoints(time_s, time_s * 1.001 + 3)
    keypoints = keypoints.review([*range(10, 20), *range(40, 45)], ACCEPTED)
    known = KnownMap.of(keypoints.review([12, 41], UNALIGNABLE), 100.0, 70.0)
    spans = sorted(chain(known.known_s.tolist(), ([a, b] for a, b, _ in known.unknown)))
    assert spans[0][0] == 0
    assert spans[-1][1] == 100.0
    np.testing.assert_array_equal([b for _, b in spans[:-1]], [a for a, _ in spans[1:]])


def test_a_day_of_keypoints_is_no_work():
    time_s = np.arange(86_400.0)
    known = KnownMap.of(
        machine_keypoints(time_s, time_s), time_s[-1], time_s[-1], with_unreviewed=True
    )
    assert len(known.known_s) == 1


def test_nothing_is_known_between_the_files_of_either_channel():
    gaps_s = np.array([[2.0, 2.5]]), np.array([[6.25, 7.25]])
    known = KnownMap.of(_keypoints(accepted=range(10)), 10.0, 12.0, gaps_s=gaps_s)
    np.testing.assert_allclose(known.known_s, [[0.0, 2.0], [2.5, 6.0], [7.0, 10.0]])
    assert {stretch.reason for stretch in known.unknown} == {Unknown.GAP}


def test_keypoints_clipped_to_the_ends_of_channel_1_bend_no_time_map():
    time_s = np.arange(20.0)
    true_1_s = time_s * 1.0002 - 3.4
    clipped = machine_keypoints(time_s, np.clip(true_1_s, 0.0, 12.05))
    known = KnownMap.of(clipped, 20.0, 12.05, with_unreviewed=True)
    np.testing.assert_allclose(known.known_s, [[3.4 / 1.0002, 15.45 / 1.0002]], atol=1e-9)
    assert [stretch.reason for stretch in known.unknown] == [Unknown.BEFORE, Unknown.AFTER]
    within = (time_s > 3.4) & (time_s < 15.4)
    np.testing.assert_allclose(known.time_map.to_channel_1(time_s[within]), true_1_s[within])
