"""What is learned helps recordings that it was not learned from, and harm is not offered."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from core.align.aligner import align
from core.align.alignment import Progress
from core.audio.recording import open_recording
from core.cli.batch.engines import OwnProcesses
from core.errors import InputError
from core.keypoints import KeypointSet
from core.learn import learning
from core.learn.comparison import Compared, Comparison, Judged
from core.learn.corrections import Corrections, usable
from core.learn.curve import LossPoint
from core.learn.kept import KeptSteps
from core.learn.learning import Learned, better_of, learn_steps
from core.learn.tiers import MINUTES, SECONDS, refuse_tier
from core.model.model import shipped_model
from core.steps import result_of, told_of
from tests.core.learn.conftest import needs_torch, recorded


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


def test_a_few_keypoints_of_each_recording_tell_the_usual_drift(corrections, networks):
    few = tuple(
        replace(each, keypoints=each.keypoints.kept(np.arange(len(each.keypoints)) % 9 == 0))
        for each in corrections.recordings
    )
    assert {len(each.keypoints) for each in few} == {5}
    fit = usable(replace(corrections, recordings=few))
    learned = result_of(learn_steps(fit, networks, shipped_model(networks)))
    assert learned.model.prior is not None
    assert learned.comparison.after.mae_ms < 0.5 * learned.comparison.before.mae_ms


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


@needs_torch
@pytest.mark.slow
def test_in_minutes_the_net_learns_the_recorders(
    corrections, networks, short_recipe, tmp_path, monkeypatch
):
    monkeypatch.setattr(learning, "better_of", lambda _, in_minutes: in_minutes)
    kept, found = KeptSteps.beside(tmp_path / "m.finchmodel"), usable(corrections)
    steps = learn_steps(found, networks, shipped_model(networks), 2, kept)
    told: list[Progress | LossPoint] = []
    learned = told_of(steps, told.append)
    points = [step for step in told if isinstance(step, LossPoint)]
    shares = [step.fraction for step in told if isinstance(step, Progress)]
    assert shares == sorted(shares)
    assert {(each.part, each.parts) for each in points} == {(part, 6) for part in range(6)}
    assert np.isfinite([each.left_out for each in points[:5]]).all()
    assert np.isnan(points[-1].left_out)
    model = learned.model
    assert model.adaptation is not None
    assert model.card is not None
    assert model.card.tier == 2
    assert model.adapted(networks)[0].model_id != networks[0].model_id
    # The same again finds all of it done; with other times it is other work.
    points.clear()
    assert kept.folder is not None
    names = {path.name for path in kept.folder.iterdir()}
    again = result_of(learn_steps(found, networks, shipped_model(networks), 2, kept))
    assert again.model.digest == model.digest
    assert {path.name for path in kept.folder.iterdir()} == names
    # So does another number of processes, each with its part.
    kept.clear()
    beside = result_of(
        learn_steps(found, networks, shipped_model(networks), 2, kept, OwnProcesses(2))
    )
    assert beside.model.digest == model.digest
    # On top of it, what takes seconds is compared with what it does, not with what is shipped.
    seconds = result_of(learn_steps(found, networks, model))
    assert seconds.comparison.before.mae_ms == pytest.approx(
        np.mean([each.before.mae_ms for each in seconds.comparison.recordings])
    )
    assert seconds.model.adaptation is None


def _of_errors(tier: int, before_ms: float, after_ms: float) -> Learned:
    model = replace(shipped_model(()), name=f"tier {tier}")
    told = [
        Compared(f"{number}.wav", 10, *(_judged(ms + number / 10) for ms in (before_ms, after_ms)))
        for number in range(8)
    ]
    return Learned(model, Comparison(tuple(told)))


def _judged(mae_ms: float) -> Judged:
    return Judged(np.full(10, mae_ms / 1000), np.full(10, 0.8), np.full(10, 0.9))


@pytest.mark.parametrize(
    ("before_ms", "seconds_ms", "minutes_ms", "tier", "beside"),
    [
        (100.0, 20.0, 5.0, 2, "tier 2 is better than tier 1: 5.3 ms with the net adapted, 20.3 "),
        (100.0, 5.0, 20.0, 1, "tier 1 is taken, because adapting the net does not make it better"),
        (100.0, 20.0, 19.9, 1, "tier 1 is taken"),
        (100.0, 20.0, 150.0, 1, "tier 1 is taken"),
        (100.0, 150.0, 20.0, 2, "tier 1 alone would not be offered, because what was learned is "),
        (100.0, 150.0, 101.0, 2, "neither tier is better than the model in use"),
    ],
)
def test_the_better_tier_is_offered_and_the_other_is_told(
    before_ms, seconds_ms, minutes_ms, tier, beside
):
    found = better_of(_of_errors(1, before_ms, seconds_ms), _of_errors(2, before_ms, minutes_ms))
    assert found.model.name == f"tier {tier}"
    assert found.beside.startswith(beside)
    assert found.comparison.before.mae_ms == pytest.approx(before_ms + 0.35)


@needs_torch
def test_recordings_too_short_to_adapt_to_are_refused(corrections, networks):
    short = tuple(
        replace(each, keypoints=each.keypoints.kept(each.keypoints.time_0_s < 8.0))
        for each in corrections.recordings
    )
    with pytest.raises(InputError, match=r"too few stretches of 16 s .*; use tier 1"):
        result_of(learn_steps(Corrections(short), networks, shipped_model(networks), 2))


def test_without_a_network_there_is_nothing_to_adapt():
    refuse_tier(SECONDS, "spectral")
    with pytest.raises(InputError, match="spectral evidence leaves out; use tier 1"):
        refuse_tier(MINUTES, "spectral")


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
