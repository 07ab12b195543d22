"""Labels are where the other recorder heard them, with their confidence, or are named."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.align.calibration import MOST_CONFIDENT
from core.carry import carry
from core.keypoints import KeypointSet, ReviewState, machine_keypoints
from core.labels import Label, Labels, Tier
from core.time_map import TimeMap

TRUE = TimeMap.linear(0.5, 1000.0)
SECONDS = np.arange(0.0, 61.0)


def keypoints(confidence: float = 0.8) -> KeypointSet:
    return machine_keypoints(SECONDS, TRUE.to_channel_1(SECONDS), np.full(61, confidence))


def labels(*some: Label) -> Labels:
    return Labels((Tier("song", some), Tier("empty", ())), 60.0)


def test_a_label_is_carried_both_ways_with_all_that_it_says() -> None:
    label = Label(10.25, 12.5, "ä", 900.0, 8000.0, others=(("bird", "3"),))
    there = carry(labels(label), keypoints(), (60.0, 61.0), 1)
    (found,) = there.labels
    assert (found.start_s, found.end_s) == pytest.approx(TRUE.to_channel_1((10.25, 12.5)))
    assert found.text == "ä"
    assert (found.low_hz, found.high_hz, found.others) == (900.0, 8000.0, (("bird", "3"),))
    assert found.confidence == 0.8
    assert there.origins == (label,)
    assert [tier.name for tier in there.labels.tiers] == ["song", "empty"]
    assert there.labels.end_s == 61.0
    (back,) = carry(there.labels, keypoints(), (60.0, 61.0), 0).labels
    assert (back.start_s, back.end_s) == pytest.approx((10.25, 12.5), abs=1e-9)


def test_a_label_is_as_sure_as_the_least_sure_keypoint_around_it() -> None:
    sure = np.full(61, 0.9)
    sure[11], sure[30], sure[40] = 0.25, math.nan, 0.1
    kept = machine_keypoints(SECONDS, TRUE.to_channel_1(SECONDS), sure)
    kept = kept.review(40, ReviewState.ACCEPTED)
    found = carry(
        labels(Label(10.2, 10.4), Label(9.0, 9.0), Label(29.5, 30.5), Label(40.0, 40.0)),
        kept,
        (60.0, 61.0),
        1,
    ).labels
    assert [label.confidence for label in found] == [0.25, 0.9, 0.9, MOST_CONFIDENT]


def test_a_label_that_is_carried_on_by_way_of_a_third_recorder_is_as_sure_as_both_ways() -> None:
    there = carry(labels(Label(10.0, 11.0)), keypoints(0.8), (60.0, 61.0), 1).labels
    (onward,) = carry(there, keypoints(0.9), (60.0, 61.0), 1).labels
    assert onward.confidence == pytest.approx(0.72)


def test_what_is_outside_of_either_recording_is_left_out_and_named() -> None:
    found = carry(
        labels(
            Label(-3.0, -2.0, "early"),
            Label(5.0, 5.0, "in"),
            Label(59.9, 59.95, "gone"),
            Label(70.0, 71.0, "late"),
        ),
        keypoints(),
        (60.0, 60.2),
        1,
    )
    assert [label.text for label in found.labels] == ["in"]
    assert [each.sentence() for each in found.left_out] == [
        "'early' of 'song' at -3.000 s is left out: it lies before channel 0 starts",
        "'gone' of 'song' at 59.900 s is left out: after channel 1 ends",
        "'late' of 'song' at 70.000 s is left out: it lies after channel 0 ends, at 60.000 s",
    ]


def test_a_label_that_is_there_in_part_is_cut_and_named() -> None:
    found = carry(labels(Label(59.0, 61.0, "x")), keypoints(), (60.0, 61.0), 1)
    (label,) = found.labels
    assert label.end_s == pytest.approx(TRUE.to_channel_1(60.0))
    assert [each.why for each in found.cut] == ["is carried in part: it ends after channel 0 ends"]


def test_where_a_person_said_that_there_is_no_such_moment_nothing_is_carried() -> None:
    kept = keypoints().review([20, 21, 22], ReviewState.UNALIGNABLE)
    found = carry(labels(Label(20.8, 21.2, "no"), Label(25.0, 26.0, "yes")), kept, (60.0, 61.0), 1)
    assert [label.text for label in found.labels] == ["yes"]
    assert [each.why for each in found.left_out] == [
        "is left out: no keypoint there that counts",
    ]


def test_without_the_audio_the_last_keypoint_is_the_end() -> None:
    found = carry(labels(Label(59.0, 59.5), Label(60.5, 61.0)), keypoints(), None, 1)
    assert len(found.labels) == len(found.left_out) == 1
    assert found.labels.end_s is None
