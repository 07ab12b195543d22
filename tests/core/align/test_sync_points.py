"""Sync points lead the path, each as far as it is certain, and are told where they cannot be."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile as sf

from core.align.aligner import align
from core.align.alignment_builder import PINNED, SYNCED
from core.align.pins import realign
from core.align.sections.plan import Bounds
from core.audio.recording import open_recording
from core.sync_points import SyncPoints

from .test_pins import errors, machine


@pytest.fixture(scope="module")
def unsure():
    """Clear at both ends; in the middle the clock bends unheard."""
    time_s = np.arange(90.0)
    truth = 0.5 + 0.4 * np.exp(-0.5 * ((time_s - 45) / 9) ** 2)
    return machine(truth, (time_s < 22) | (time_s > 68)), truth


def at(truth: np.ndarray, *rows: int, sd_s: float = 0.002) -> SyncPoints:
    time_0_s = np.array(rows, dtype=float)
    return SyncPoints(time_0_s, time_0_s + truth[list(rows)], np.full(len(rows), sd_s))


def test_the_path_goes_through_them_and_its_neighbours_follow(unsure) -> None:
    alignment, truth = unsure
    led = realign(alignment, alignment.keypoints, sync=at(truth, 36, 45, 54))
    assert np.all(errors(led, truth)[[36, 45, 54]] < 0.001)
    before = np.median(errors(alignment, truth)[30:60])
    assert np.median(errors(led, truth)[30:60]) < before / 3
    assert led.keypoints.reason[45] == SYNCED
    assert led.keypoints.confidence[45] == pytest.approx(0.99)
    assert np.array_equal(led.surface.score, alignment.surface.score)
    again = realign(alignment, alignment.keypoints, led)
    assert again is alignment, "taken away, nothing of them is left"


def test_an_uncertain_one_is_no_more_certain_than_it_says(unsure) -> None:
    alignment, truth = unsure
    led = realign(alignment, alignment.keypoints, sync=at(truth, 45, sd_s=0.05))
    assert led.keypoints.confidence[45] == pytest.approx(0.683, abs=0.01)


def test_what_a_person_decided_goes_before(unsure) -> None:
    alignment, truth = unsure
    kept = alignment.keypoints.move(45, 45.0 + truth[45] + 0.2)
    led = realign(alignment, kept, sync=at(truth, 45))
    assert led.keypoints.reason[45] == PINNED
    assert errors(led, truth)[45] == pytest.approx(0.2, abs=0.02)


def test_several_of_one_row_count_by_their_precision(unsure) -> None:
    alignment, truth = unsure
    time_0_s = np.array([44.9, 45.1])
    offset_s = truth[45] + np.array([-0.04, 0.01])
    sync = SyncPoints(time_0_s, time_0_s + offset_s, np.array([0.02, 0.01]))
    led = realign(alignment, alignment.keypoints, sync=sync)
    assert errors(led, truth)[45] < 0.005


def test_one_that_contradicts_what_is_heard_is_told(unsure) -> None:
    alignment, truth = unsure
    assert not realign(alignment, alignment.keypoints, sync=at(truth, 10)).warnings
    led = realign(alignment, alignment.keypoints, sync=at(truth + 0.3, 10))
    assert led.warnings == ("the sync point at 10.00 s is 0.30 s off what is heard there",)
    assert led.needs_review


def test_one_outside_of_what_was_compared_is_told(unsure) -> None:
    alignment, truth = unsure
    led = realign(alignment, alignment.keypoints, sync=at(truth + 60, 10))
    (warning,) = led.warnings
    assert warning.startswith("the sync point at 10.00 s lies outside of the offsets that were")


@pytest.mark.parametrize("bounds", [Bounds(), Bounds(section_s=30)], ids=["whole", "sections"])
def test_they_tell_where_to_look_for_offsets_that_no_search_reaches(tmp_path, bounds) -> None:
    rate, rng = 8000, np.random.default_rng(7)
    sound = np.zeros(230 * rate, dtype=np.float32)
    for start in rng.integers(0, len(sound) - rate, 300):
        tone = np.sin(2 * np.pi * rng.uniform(900, 3500) * np.arange(rate // 5) / rate)
        sound[start : start + len(tone)] += tone * np.hanning(len(tone))
    late = 150
    first, second = sound[late * rate :], sound[: 230 * rate]
    noise = rng.normal(scale=0.01, size=len(second)).astype(np.float32)
    sf.write(tmp_path / "0.wav", 0.2 * first, rate)
    sf.write(tmp_path / "1.wav", 0.2 * second + noise, rate)
    recording = open_recording(tmp_path / "0.wav", tmp_path / "1.wav")
    sync = SyncPoints(np.array([10.0]), np.array([10.0 + late + 0.8]), np.array([0.5]))
    found = align(recording, sync=sync, bounds=bounds)
    assert np.median(np.abs(found.keypoints.offset_s - late)) < 0.005
