"""What is learned helps recordings that it was not learned from, and harm is not offered."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from core.align.aligner import align
from core.audio.recording import open_recording
from core.errors import InputError
from core.keypoints import KeypointSet
from core.learn.corrections import Corrections, usable
from core.learn.tier_one import Learned, learn_steps
from core.model.model import shipped_model
from core.steps import result_of
from tests.core.learn.conftest import recorded


@pytest.fixture(scope="module")
def learned(corrections, networks) -> Learned:
    return result_of(learn_steps(usable(corrections), networks, shipped_model(networks)))


def _moved(corrections: Corrections, move) -> Corrections:
    """The same with other times on channel 1."""
    return replace(
        corrections,
        recordings=tuple(
            replace(each, keypoints=replace(each.keypoints, time_1_s=move(number, each.keypoints)))
            for number, each in enumerate(corrections.recordings)
        ),
    )


def test_a_deployment_with_little_to_hear_gets_better_and_is_offered(learned):
    comparison = learned.comparison
    assert learned.obstacle == ""
    assert comparison.after.mae_ms < 0.5 * comparison.before.mae_ms
    assert comparison.better > comparison.worse
    assert learned.model.prior is not None
    assert learned.model.card is not None
    assert len(learned.model.card.learned_from) == 6
    assert learned.model.card.after == comparison.after


def test_a_recording_that_nobody_reviewed_gets_better(learned, networks, tmp_path):
    truth = recorded(tmp_path / "new.wav", 200)
    recording, model = open_recording(tmp_path / "new.wav"), learned.model
    before = align(recording, truth.time_0_s, learned=networks)
    after = align(
        recording, truth.time_0_s, learned=networks, prior=model.prior, tuning=model.tuning
    )
    errors_s = [np.abs(a.keypoints.time_1_s - truth.time_1_s).mean() for a in (before, after)]
    assert errors_s[1] < 0.5 * errors_s[0]
    assert after.evidence.tuned_by == f"{model.name} {model.digest}"
    assert before.evidence.tuned_by == ""


def test_what_was_learned_is_the_same_every_time(learned, corrections, networks):
    again = result_of(learn_steps(usable(corrections), networks, shipped_model(networks)))
    assert again.model.digest == learned.model.digest


def test_learning_anew_from_the_same_is_no_gain(learned, corrections, networks):
    again = result_of(learn_steps(usable(corrections), networks, learned.model))
    assert "changes nothing" in again.obstacle or "worse" in again.obstacle
    assert all(each.was_learned_from for each in again.comparison.recordings)


def test_it_can_be_cancelled_between_any_two_steps(corrections, networks):
    steps = learn_steps(usable(corrections), networks, shipped_model(networks))
    shares = [step.fraction for step in islice(steps, 30)]
    steps.close()
    assert shares == sorted(shares)
    assert 0 < shares[-1] < 1


def test_one_sound_under_several_drifts_is_one_recording(corrections, networks):
    first = corrections.recordings[0]
    same = tuple(replace(first, fingerprint=f"{number}") for number in range(5))
    with pytest.raises(InputError, match="hold 1 different recordings, and 5 are the least"):
        result_of(learn_steps(Corrections(same), networks, shipped_model(networks)))


def test_times_that_contradict_what_is_heard_are_refused(corrections, networks):
    """As if the recorders were swapped: every offset has the other sign."""

    def swapped(_: int, truth: KeypointSet) -> np.ndarray:
        return np.maximum(truth.time_0_s - truth.offset_s, 0.0)

    with pytest.raises(InputError, match=r"contradict what is clearly heard .* swapped\?"):
        result_of(
            learn_steps(usable(_moved(corrections, swapped)), networks, shipped_model(networks))
        )


def test_a_few_wrong_recordings_do_not_make_a_model(corrections, networks):
    """Half of the recordings were set a fifth of a second too late, evenly."""

    def late(number: int, truth: KeypointSet) -> np.ndarray:
        return truth.time_1_s + 0.2 * (number % 2)

    found = _moved(corrections, late)
    try:
        learned = result_of(learn_steps(usable(found), networks, shipped_model(networks)))
    except InputError as error:
        assert error.fix.startswith(("look at them again", "learn from each group"))  # noqa: PT017
    else:
        assert learned.obstacle
