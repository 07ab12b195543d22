"""Corrections that cannot be learned from are refused in a line that says why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.arrays import Floats
from core.errors import InputError
from core.keypoints import KeypointSet, ReviewState
from core.learn.corrections import Corrections, refuse_two_deployments, usable


def _with(corrections: Corrections, change) -> Corrections:
    rng = np.random.default_rng(0)
    return replace(
        corrections,
        recordings=tuple(
            replace(each, keypoints=change(each.keypoints, rng, number))
            for number, each in enumerate(corrections.recordings)
        ),
    )


def test_all_that_there_is_is_said_first(corrections):
    said = "6 recordings, 228 keypoints, two recorders; 5 recordings are the least"
    assert corrections.sentence() == said


def test_recorders_are_counted_by_their_names(corrections):
    first, *others = corrections.recordings

    def by(*names):
        named = zip(first.recording.channels, names, strict=True)
        channels = tuple(replace(channel, device=name) for channel, name in named)
        return replace(first, recording=replace(first.recording, channels=channels))

    pond, oak = by("shed", "pond"), by("shed", "oak")
    assert ", two recorders;" in Corrections((pond, *others)).sentence()
    assert ", 3 recorders;" in Corrections((pond, oak, *others)).sentence()


def test_nothing_has_no_recorders():
    assert Corrections(()).sentence() == "0 recordings, 0 keypoints; 5 recordings are the least"


def test_too_few_recordings_are_refused(corrections):
    some = Corrections(corrections.recordings[:4])
    with pytest.raises(InputError, match=r"hold 4 recordings with keypoints .* 5 are the least"):
        usable(some)


def test_recordings_with_hardly_a_keypoint_do_not_count(corrections):
    def hardly_any(kept: KeypointSet, _rng: object, number: int) -> KeypointSet:
        return kept if number < 5 else kept.kept(np.arange(len(kept)) < 2)

    found = usable(_with(corrections, hardly_any))
    assert len(found.recordings) == 5
    assert found.notes == ("5.wav: fewer than 3 keypoints",)


def test_keypoints_accepted_where_the_machine_put_them_teach_nothing(corrections):
    def accepted(kept: KeypointSet, _rng: object, _number: int) -> KeypointSet:
        return replace(kept, state=(ReviewState.ACCEPTED,) * len(kept))

    with pytest.raises(InputError, match="there is nothing to learn"):
        usable(_with(corrections, accepted))


def test_imported_times_that_a_person_accepted_do_teach(corrections):
    recordings = tuple(
        replace(
            each,
            keypoints=replace(each.keypoints, state=(ReviewState.ACCEPTED,) * len(each.keypoints)),
            is_imported=True,
        )
        for each in corrections.recordings
    )
    assert len(usable(Corrections(recordings)).recordings) == 6


@pytest.mark.parametrize("reach_s", [0.2, 0.5, 5.0])
def test_random_times_on_a_third_of_the_keypoints_are_refused(corrections, reach_s):
    def at_random(kept: KeypointSet, rng: np.random.Generator, _number: int) -> KeypointSet:
        off_s = rng.uniform(-reach_s, reach_s, len(kept)) * (rng.random(len(kept)) < 0.3)
        return replace(kept, time_1_s=kept.time_1_s + off_s)

    with pytest.raises(InputError, match=r"\d+% of the keypoints stand where no clock could be"):
        usable(_with(corrections, at_random))


def test_a_slip_of_the_mouse_is_left_out_and_told(corrections):
    def slipped(kept: KeypointSet, _rng: object, number: int) -> KeypointSet:
        return kept.move(20, float(kept.time_1_s[20]) + 0.7) if number == 2 else kept

    found = usable(_with(corrections, slipped))
    assert [len(each.keypoints) for each in found.recordings].count(37) == 1
    assert found.notes == ("2.wav: 1 keypoint stands apart from its neighbours",)


def test_drift_and_a_dropped_buffer_are_no_slips(corrections):
    def bent(kept: KeypointSet, _rng: object, _number: int) -> KeypointSet:
        bend_s = 0.02 * kept.time_0_s + 0.3 * (kept.time_0_s > 17)
        return replace(kept, time_1_s=np.minimum(kept.time_1_s + bend_s, 39.9))

    assert len(usable(_with(corrections, bent)).recordings) == 6


def test_sound_from_several_places_is_no_slip(corrections):
    """Three animals, whose calls reach the second recorder up to 0.1 s earlier or later."""

    def to_and_fro(kept: KeypointSet, rng: np.random.Generator, _number: int) -> KeypointSet:
        way_s = rng.choice((-0.1, 0.02, 0.1), len(kept)) + rng.normal(0.0, 0.01, len(kept))
        return replace(kept, time_1_s=kept.time_1_s + way_s)

    assert not usable(_with(corrections, to_and_fro)).notes


def test_moments_beyond_an_end_of_channel_1_say_nothing(corrections):
    def clipped(kept: KeypointSet, _rng: object, _number: int) -> KeypointSet:
        return replace(kept, time_1_s=np.where(kept.time_0_s < 10, 0.0, kept.time_1_s))

    found = usable(_with(corrections, clipped))
    assert all((each.keypoints.time_1_s > 1).all() for each in found.recordings)


@pytest.mark.parametrize(("offset_s", "slope"), [(2.5, 0.0), (0.0, 4e-3)])
def test_two_deployments_are_refused(corrections, offset_s, slope):
    def of_two(kept: KeypointSet, _rng: object, number: int) -> KeypointSet:
        more_s = (offset_s + slope * kept.time_0_s) * (number % 2)
        return replace(kept, time_1_s=kept.time_1_s - more_s + 3.0)

    with pytest.raises(InputError, match="two groups of 3 and 3 recordings"):
        refuse_two_deployments(_with(corrections, of_two).recordings)


def test_two_deployments_whose_scatter_nearly_meets_are_refused(corrections):
    """Offsets scatter by 0.3 s around two places 2 s apart: no wide gap lies between them."""
    twenty = replace(corrections, recordings=(corrections.recordings * 4)[:20])
    refused = 0
    for seed in range(50):
        rng = np.random.default_rng(seed)
        more_s = rng.normal(0, 0.3, 20) + np.repeat((0.0, 2.0), 10)

        def of_two(
            kept: KeypointSet, _rng: object, number: int, more_s: Floats = more_s
        ) -> KeypointSet:
            return replace(kept, time_1_s=kept.time_1_s + more_s[number])

        try:
            refuse_two_deployments(_with(twenty, of_two).recordings)
        except InputError:
            refused += 1
    assert refused >= 40


def test_the_scatter_of_one_deployment_is_no_second_one(corrections):
    """Of 200 deployments that scatter by 0.3 s and 100 ppm, hardly any is taken for two."""
    refused = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)

        def scattered(
            kept: KeypointSet, _rng: object, _number: int, rng: np.random.Generator = rng
        ) -> KeypointSet:
            line_s = rng.normal(0, 0.3) + rng.normal(0, 1e-4) * kept.time_0_s
            return replace(kept, time_1_s=kept.time_1_s + line_s)

        try:
            refuse_two_deployments(_with(corrections, scattered).recordings)
        except InputError:
            refused += 1
    assert refused <= 4
