from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.time_map import TimeMap

steps_s = st.lists(st.floats(1e-3, 100.0), min_size=1, max_size=20)
moments_s = st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=30)


@st.composite
def time_maps(draw: st.DrawFn) -> TimeMap:
    gaps_0_s = draw(steps_s)
    count = len(gaps_0_s)
    rates = draw(st.lists(st.floats(0.5, 2.0), min_size=count, max_size=count))
    knots_0_s = np.cumsum([draw(st.floats(-10, 10)), *gaps_0_s])
    gaps_1_s = [gap * rate for gap, rate in zip(gaps_0_s, rates, strict=True)]
    knots_1_s = np.cumsum([draw(st.floats(-10, 10)), *gaps_1_s])
    return TimeMap(knots_0_s, knots_1_s)


@given(time_maps(), moments_s)
def test_the_inverse_undoes_the_map(time_map: TimeMap, times_s: list[float]) -> None:
    there = time_map.to_channel_1(times_s)
    assert time_map.to_channel_0(there) == pytest.approx(times_s, abs=1e-6)
    assert time_map.inverse().to_channel_1(there) == pytest.approx(times_s, abs=1e-6)


@given(time_maps(), moments_s)
def test_later_stays_later(time_map: TimeMap, times_s: list[float]) -> None:
    times = np.unique(np.round(times_s, 3))
    assert np.all(np.diff(time_map.to_channel_1(times)) > 0)


@given(st.floats(-5, 5), st.floats(-50_000, 50_000), moments_s)
def test_a_linear_map_has_one_drift_and_an_offset_that_grows_with_it(
    offset_s: float, drift_ppm: float, times_s: list[float]
) -> None:
    time_map = TimeMap.linear(offset_s, drift_ppm)
    expected = [offset_s + t * drift_ppm * 1e-6 for t in times_s]
    assert time_map.offset_s(times_s) == pytest.approx(expected, abs=1e-6)
    assert time_map.drift_ppm(times_s) == pytest.approx([drift_ppm] * len(times_s), abs=1e-3)


def test_identity_leaves_time_alone_in_any_shape() -> None:
    times_s = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(TimeMap.identity().to_channel_1(times_s), times_s)


def test_end_slopes_go_on_and_drift_at_a_knot_is_that_to_its_right() -> None:
    time_map = TimeMap(np.array([0.0, 10.0, 20.0]), np.array([0.0, 10.1, 20.1]))
    assert time_map.to_channel_1(-10.0) == pytest.approx(-10.1)
    assert time_map.to_channel_1(30.0) == pytest.approx(30.1)
    assert time_map.drift_ppm([0.0, 9.9, 10.0, 25.0]) == pytest.approx([1e4, 1e4, 0, 0], abs=1e-6)


@given(time_maps(), st.floats(0.0, 2.0), st.integers(2, 40))
@example(TimeMap(np.array([1.0, 1.001]), np.array([0.0, 0.001])), 1.0, 4)
def test_keypoints_clipped_to_the_recording_give_the_map_where_it_is_not_clipped(
    time_map: TimeMap, shift_s: float, count: int
) -> None:
    time_0_s = np.arange(float(count))
    true_1_s = time_map.to_channel_1(time_0_s)
    low_s, high_s = true_1_s[0] + shift_s, true_1_s[-1] - shift_s
    kept = (true_1_s >= low_s) & (true_1_s <= high_s)
    if kept.sum() < 2:
        return
    clipped = TimeMap.from_keypoints(time_0_s, np.clip(true_1_s, low_s, high_s))
    assert clipped.to_channel_1(time_0_s[kept]) == pytest.approx(true_1_s[kept], abs=1e-6)


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=30),
)
def test_any_keypoints_give_a_map_that_only_runs_forwards(
    pairs: list[tuple[float, float]],
) -> None:
    time_0_s, time_1_s = zip(*sorted(pairs), strict=True)
    time_map = TimeMap.from_keypoints(time_0_s, time_1_s)
    assert np.all(np.diff(time_map.knots_1_s) > 0)


def test_repeated_keypoints_at_both_ends_carry_no_slope() -> None:
    time_map = TimeMap.from_keypoints([0, 1, 2, 3, 4, 5], [0, 0, 0.5, 1.5, 2.0, 2.0])
    assert time_map.knots_0_s.tolist() == [1, 2, 3, 4]
    assert time_map.offset_s(-3.0) == pytest.approx(-3 * 0.5 - 0.5 + 3)


@pytest.mark.parametrize(
    ("time_0_s", "time_1_s", "knots_0_s"),
    [
        ([0, 1, 2, 3], [0.0, 0.9e-6, 1.0, 2.0], [1, 2, 3]),
        ([0, 1, 2, 3], [0.0, 1.1e-6, 1.0, 2.0], [0, 1, 2, 3]),
        ([0, 1, 2, 3, 4], [0.0, 0.9e-6, 1.8e-6, 1.0, 2.0], [2, 3, 4]),
        ([0, 1, 2, 3], [0.0, 1.0, 1.0 + 0.9e-6, 2.0], [0, 1, 3]),
        ([0, 1, 2, 3], [0.0, 1.0, 1.0 + 1.1e-6, 2.0], [0, 1, 2, 3]),
        ([0, 1, 2, 3, 4], [0.0, 1.0, 1.0, 1.0 + 1.8e-6, 3.0], [0, 1, 4]),
        ([0, 1, 2, 3, 4], [0.0, 1.0, 1.0, 1.0 + 2.2e-6, 3.0], [0, 1, 3, 4]),
    ],
    ids=["start", "start moves", "long start", "middle", "middle moves", "long", "long moves"],
)
def test_a_clock_stands_still_below_a_millionth_of_a_second_a_second(
    time_0_s: list[float], time_1_s: list[float], knots_0_s: list[float]
) -> None:
    assert TimeMap.from_keypoints(time_0_s, time_1_s).knots_0_s.tolist() == knots_0_s


def test_one_keypoint_is_a_constant_offset() -> None:
    assert TimeMap.from_keypoints([3.0], [4.5]).offset_s([0.0, 100.0]).tolist() == [1.5, 1.5]


@pytest.mark.parametrize(
    ("knots_0_s", "knots_1_s"),
    [
        ([0.0], [0.0]),
        ([0.0, 1.0], [0.0, np.nan]),
        ([0.0, np.inf], [0.0, 1.0]),
        ([0.0, 1.0], [1.0, 1.0]),
        ([1.0, 0.0], [0.0, 1.0]),
        ([0.0, 1.0, 2.0], [0.0, 1.0]),
        ([[0.0, 1.0]], [[0.0, 1.0]]),
    ],
)
def test_knots_that_are_no_clock_are_refused(knots_0_s: list, knots_1_s: list) -> None:
    with pytest.raises(ValueError, match=r"knots|equally|clocks|increasing|finite|dimension"):
        TimeMap(np.array(knots_0_s), np.array(knots_1_s))


def test_no_keypoints_are_refused() -> None:
    with pytest.raises(ValueError, match="non-empty"):
        TimeMap.from_keypoints([], [])


def test_the_knots_cannot_be_changed() -> None:
    knots = np.array([0.0, 1.0])
    time_map = TimeMap(knots, knots)
    knots[1] = 5.0
    assert time_map.knots_0_s.tolist() == [0.0, 1.0]
    with pytest.raises(ValueError, match="read-only"):
        time_map.knots_0_s[0] = 2.0
