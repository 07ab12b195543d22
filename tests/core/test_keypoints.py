from __future__ import annotations

import numpy as np
import pytest

from core.keypoints import KeypointSet, ReviewState, Source, keypoint_grid, machine_keypoints


def _set() -> KeypointSet:
    return machine_keypoints([0, 1, 2], [0.5, 1.5, 2.5], [0.9, 0.8, 0.7], ("a", "b", "c"))


def test_what_nobody_said_has_a_plain_default() -> None:
    keypoints = machine_keypoints([0, 1], [0, 1])
    assert keypoints.state == (ReviewState.UNREVIEWED,) * 2
    assert keypoints.source == (Source.MACHINE,) * 2
    assert np.isnan(keypoints.confidence).all()
    assert keypoints.reason == ("", "")
    assert keypoints.time_0_text is None


def test_an_empty_set_is_a_set() -> None:
    assert len(machine_keypoints([], [])) == 0


def test_a_move_makes_a_new_set_that_a_person_corrected() -> None:
    before = _set()
    after = before.move(1, 1.75)
    assert before.time_1_s.tolist() == [0.5, 1.5, 2.5]
    assert after.time_1_s.tolist() == [0.5, 1.75, 2.5]
    assert after.offset_s.tolist() == [0.5, 0.75, 0.5]
    assert after.is_pinned.tolist() == [False, True, False]
    assert after.source[1] is Source.HUMAN
    assert not before.is_reviewed.any()


def test_a_proposal_never_changes_what_a_person_decided() -> None:
    reviewed = _set().move(0, 9.0).review(1, ReviewState.ACCEPTED)
    proposal = machine_keypoints([0, 1, 2], [1, 2, 3], [0.1, 0.2, 0.3], ("x", "y", "z"))
    merged = reviewed.with_proposal(proposal)
    assert merged.time_1_s.tolist() == [9.0, 1.5, 3.0]
    assert merged.confidence.tolist() == [0.9, 0.8, 0.3]
    assert merged.reason == ("a", "b", "z")
    assert merged.state == reviewed.state


def test_a_keypoint_that_takes_over_a_proposal_is_the_machines_again() -> None:
    """A person moved two and took the decision on one of them back."""
    moved = _set().move(0, 9.0).move(1, 9.5).review(0, ReviewState.UNREVIEWED)
    merged = moved.with_proposal(machine_keypoints([0, 1, 2], [1, 2, 3]))
    assert merged.source == (Source.MACHINE, Source.HUMAN, Source.MACHINE)


def test_a_proposal_for_other_keypoints_is_refused() -> None:
    with pytest.raises(ValueError, match="other keypoints"):
        _set().with_proposal(machine_keypoints([0, 1, 3], [0, 1, 3]))


def test_keypoints_that_cannot_be_aligned_do_not_bend_the_time_map() -> None:
    keypoints = _set().move(1, 1.9).review(1, ReviewState.UNALIGNABLE)
    assert keypoints.time_map().offset_s([0.0, 1.0, 2.0]).tolist() == [0.5, 0.5, 0.5]
    for index in range(3):
        keypoints = keypoints.review(index, ReviewState.UNALIGNABLE)
    assert keypoints.time_map().offset_s(7.0) == 0


def test_repeated_keypoints_are_allowed_and_decreasing_ones_refused() -> None:
    assert len(machine_keypoints([0, 0, 1], [0, 0, 1])) == 3
    with pytest.raises(ValueError, match="order of channel 0"):
        machine_keypoints([1, 0], [0, 1])


@pytest.mark.parametrize(
    ("time_0_s", "time_1_s", "confidence"),
    [([0, 1], [0], None), ([0, np.nan], [0, 1], None), ([0], [np.inf], None), ([0], [0], [1, 1])],
)
def test_what_does_not_fit_together_is_refused(
    time_0_s: list[float], time_1_s: list[float], confidence: list[float] | None
) -> None:
    with pytest.raises(ValueError, match=r"entries|finite"):
        machine_keypoints(time_0_s, time_1_s, confidence)


def test_times_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValueError, match="read-only"):
        _set().time_1_s[0] = 1.0


def test_the_grid_ends_before_the_recording_does() -> None:
    assert keypoint_grid(3.0).tolist() == [0, 1, 2]
    assert keypoint_grid(3.2).tolist() == [0, 1, 2, 3]
    assert keypoint_grid(1.0, 0.25).tolist() == [0, 0.25, 0.5, 0.75]
