from __future__ import annotations

import numpy as np
import pytest

from core.align import pins
from core.align.alignment import Alignment, DecodedEvidence
from core.align.alignment_builder import (
    AFTER_END,
    GOES_BACK,
    PINNED,
    UNALIGNABLE,
    build_alignment,
)
from core.align.decoding import band
from core.align.decoding.decode import decode
from core.align.decoding.relatedness import local_relatedness
from core.align.limits import CERTAIN
from core.align.path import Refinement
from core.align.pins import realign, realign_steps
from core.align.scores import CandidateScores
from core.evidence.surface import ScoreSurface
from core.keypoints import KeypointSet, ReviewState, Source
from core.steps import reported, result_of


def machine(
    offset_s: np.ndarray, clear: np.ndarray, seed: int = 0, duration_1_s: float | None = None
) -> Alignment:
    """An alignment of a surface whose peaks follow `offset_s` where `clear`."""
    rng = np.random.default_rng(seed)
    rows = len(offset_s)
    first = np.full(rows, -2.0)
    grid = first[:, None] + 0.01 * np.arange(401)
    score = rng.normal(scale=0.5, size=grid.shape)
    score += 6 * clear[:, None] * np.exp(-0.5 * ((grid - offset_s[:, None]) / 0.015) ** 2)
    score -= np.log(np.mean(np.exp(score), axis=1, keepdims=True))
    surface = ScoreSurface(np.arange(rows, dtype=float), first, 0.01, score.astype(np.float32))
    return build_alignment(evidence_of(surface, duration_1_s or rows + 2.0), surface.time_0_s)


def evidence_of(surface: ScoreSurface, duration_1_s: float) -> DecodedEvidence:
    found = result_of(decode(surface))
    return DecodedEvidence(
        surface=surface,
        posterior=found.posterior,
        log_evidence=found.log_evidence,
        related=local_relatedness(found.row_evidence),
        refinement=Refinement.none(len(surface.time_0_s)),
        candidates=CandidateScores.none(),
        duration_1_s=duration_1_s,
        tolerance_s=0.05,
    )


@pytest.fixture(scope="module")
def unsure() -> tuple[Alignment, np.ndarray]:
    """Clear at both ends; in the middle the clock bends unheard."""
    time_s = np.arange(90.0)
    truth = 0.5 + 0.4 * np.exp(-0.5 * ((time_s - 45) / 9) ** 2)
    return machine(truth, (time_s < 22) | (time_s > 68)), truth


def errors(alignment: Alignment, truth: np.ndarray) -> np.ndarray:
    return np.abs(alignment.keypoints.offset_s - truth)


def test_correcting_one_fixes_many(unsure):
    alignment, truth = unsure
    fixed = alignment.keypoints.move(45, 45 + truth[45])
    again = realign(alignment, fixed)
    neighbours = np.r_[35:45, 46:56]
    assert errors(alignment, truth)[neighbours].mean() > 0.2
    assert errors(again, truth)[neighbours].mean() < 0.08
    assert again.keypoints.offset_s[45] == pytest.approx(truth[45], abs=0.002)
    assert again.keypoints.confidence[45] > 0.98
    assert again.keypoints.reason[45] == PINNED


def test_a_blind_accept_makes_no_neighbour_certain(unsure):
    alignment, _ = unsure
    before = alignment.keypoints
    was_unsure = before.confidence < CERTAIN

    def lifted(keypoints: KeypointSet) -> set[int]:
        sure = realign(alignment, keypoints).keypoints.confidence >= CERTAIN
        return set(np.flatnonzero(sure & was_unsure).tolist())

    unheard = set(range(32, 58))
    assert lifted(before.review(45, ReviewState.ACCEPTED)) & unheard == {45}
    assert len(lifted(before.move(45, float(before.time_1_s[45]))) & unheard) > 10


def test_accepting_what_is_heard_weighs_as_much_as_setting_it(unsure):
    alignment, _ = unsure
    keypoints = alignment.keypoints
    accepted = realign(alignment, keypoints.review(10, ReviewState.ACCEPTED))
    moved = realign(alignment, keypoints.move(10, float(keypoints.time_1_s[10])))
    np.testing.assert_array_equal(accepted.keypoints.confidence, moved.keypoints.confidence)
    assert accepted.keypoints.reason[10] == PINNED


def test_the_machine_never_moves_what_a_person_fixed(unsure):
    alignment, truth = unsure
    fixed = alignment.keypoints.move(45, 45 + truth[45]).review(30, ReviewState.ACCEPTED)
    merged = fixed.with_proposal(realign(alignment, fixed).keypoints)
    assert merged.time_1_s[45] == fixed.time_1_s[45]
    assert merged.time_1_s[30] == fixed.time_1_s[30]
    assert merged.source[45] is Source.HUMAN


def test_a_pin_wins_over_the_evidence(unsure):
    alignment, _ = unsure
    elsewhere = alignment.keypoints.move(10, 10 - 0.3)
    again = realign(alignment, elsewhere)
    assert again.keypoints.offset_s[10] == pytest.approx(-0.3, abs=0.01)


def test_unalignable_removes_evidence(unsure):
    alignment, _ = unsure
    set_aside = alignment.keypoints
    for index in range(22):
        set_aside = set_aside.review(index, ReviewState.UNALIGNABLE)
    again = realign(alignment, set_aside)
    assert again.keypoints.confidence[:10].max() < alignment.keypoints.confidence[:10].min()
    assert again.keypoints.reason[5] == UNALIGNABLE


def test_without_a_decision_nothing_changes(unsure):
    alignment, _ = unsure
    assert realign(alignment, alignment.keypoints) is alignment


def test_leading_the_path_can_be_stopped_on_the_way(unsure):
    alignment, _ = unsure
    shares = []
    steps = realign_steps(alignment, alignment.keypoints.move(20, 20.2))
    again = result_of(reported(steps, shares.append))
    assert len(shares) > 4
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
    assert again.decisions


def test_progress_counts_all_stretches_that_decisions_reach():
    """Two decisions out of each other's reach are two stretches, each half of the work."""
    alignment = machine(np.full(400, 0.3), np.arange(400) % 5 == 0)
    keypoints = alignment.keypoints.move(20, 20.3).move(350, 350.3)
    shares = list(realign_steps(alignment, keypoints))
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.5
    assert 0.5 in shares
    assert shares[-1] == pytest.approx(1)


def test_the_evidence_is_not_replaced_by_what_a_person_decided(unsure):
    """What is drawn, and what the next decision starts from, is what the channels say."""
    alignment, _ = unsure
    again = realign(alignment, alignment.keypoints.move(45, 45.9))
    assert again.surface is alignment.surface
    assert again.surface.score[45].max() < 8


@pytest.mark.parametrize("time_1_s", [0.3, 0.999, 91.5])
def test_a_keypoint_near_an_end_of_channel_1_is_a_pin(unsure, time_1_s):
    alignment, _ = unsure
    index = 0 if time_1_s < 1 else 89
    again = realign(alignment, alignment.keypoints.move(index, time_1_s))
    assert again.keypoints.reason[index] == PINNED


def test_decoding_near_the_pin_equals_decoding_everything(unsure):
    """Rows and offsets out of reach may be left out.

    Not to the last digit: near the pin alone, other drift models may be the likelier ones.
    """
    time_s = np.arange(400.0)
    truth = 0.3 * np.sin(time_s / 60)
    alignment = machine(truth, time_s % 7 < 2)
    fixed = alignment.keypoints.move(205, 205 + truth[205] + 0.05)
    near = realign(alignment, fixed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pins, "_REACH_ROWS", 10_000)
        patch.setattr(band, "_MARGIN_S", 10.0)
        everything = realign(alignment, fixed)
    np.testing.assert_allclose(near.path.offset_s, everything.path.offset_s, atol=0.007)
    np.testing.assert_allclose(
        near.keypoints.confidence, everything.keypoints.confidence, atol=0.03
    )


def test_a_pin_settles_an_alias():
    rng = np.random.default_rng(0)
    grid = -2.0 + 0.01 * np.arange(401)
    score = rng.normal(scale=0.3, size=(60, 401))
    for offset_s, height in ((0.2, 5.0), (0.96, 5.3)):
        score += height * np.exp(-0.5 * ((grid - offset_s) / 0.015) ** 2)
    score -= np.log(np.mean(np.exp(score), axis=1, keepdims=True))
    surface = ScoreSurface(np.arange(60.0), np.full(60, -2.0), 0.01, score.astype(np.float32))
    alignment = build_alignment(evidence_of(surface, 70.0), surface.time_0_s)
    assert alignment.alias is not None
    assert alignment.needs_review
    assert alignment.keypoints.confidence.max() < 0.9
    again = realign(alignment, alignment.keypoints.move(30, 30.2))
    assert again.alias is None
    np.testing.assert_allclose(again.keypoints.offset_s, 0.2, atol=0.02)


def test_a_path_that_goes_back_in_channel_1_is_told_and_its_keypoints_are_not_believed():
    truth = np.where(np.arange(60) < 30, 1.5, -1.5)
    alignment = machine(truth, np.ones(60, dtype=bool))
    time_1_s = alignment.keypoints.time_1_s
    assert (np.diff(time_1_s) >= 0).all()
    held = np.flatnonzero(np.abs(time_1_s - np.arange(60) - truth) > 0.1)
    assert len(held) >= 2
    assert set(held) <= set(range(28, 34))
    assert (alignment.keypoints.confidence[held] < 0.1).all()
    assert {alignment.keypoints.reason[row] for row in held} == {GOES_BACK}
    assert alignment.needs_review
    assert any("goes back in channel 1" in warning for warning in alignment.warnings)
    assert alignment.keypoints.confidence[40:].min() > 0.5


@pytest.mark.parametrize(("step_s", "told"), [(0.3, False), (1.5, True)])
def test_a_step_of_seconds_sends_a_sure_file_to_review_and_a_dropped_buffer_does_not(step_s, told):
    """Forward in channel 1, so that time goes back nowhere."""
    truth = np.where(np.arange(120) < 40, 0.1, 0.1 + step_s)
    alignment = machine(truth, np.ones(120, dtype=bool))
    assert errors(alignment, truth).max() < 0.02
    said = "at 40 s the offset steps by +1.5 s: did a recorder stop there?"
    assert (said in alignment.warnings) is told
    assert alignment.needs_review is told


def test_accepting_everything_keeps_everything(unsure):
    alignment, _ = unsure
    accepted = alignment.keypoints
    for index in range(len(accepted)):
        accepted = accepted.review(index, ReviewState.ACCEPTED)
    again = realign(alignment, accepted)
    assert isinstance(accepted, KeypointSet)
    np.testing.assert_allclose(again.keypoints.time_1_s, accepted.time_1_s, atol=0.01)


def test_a_pin_among_many_equals_starting_over():
    """Only what the new pin reaches is decoded, beside pins that reach each other."""
    time_s = np.arange(500.0)
    truth = 0.3 * np.sin(time_s / 60)
    alignment = machine(truth, time_s % 7 < 2)
    keypoints, last, rows = alignment.keypoints, None, []
    with pytest.MonkeyPatch.context() as patch:
        redecode = pins._redecode
        patch.setattr(
            pins,
            "_redecode",
            lambda *given: rows.append(given[3].stop - given[3].start) or redecode(*given),
        )
        for index in (40, 440, 120, 360, 200, 280, 240):
            error_s = 0.04 * np.cos(index)
            keypoints = keypoints.move(index, index + truth[index] + error_s)
            last = realign(alignment, keypoints, last)
        assert max(rows) <= 161
    for decided in (keypoints, keypoints.review(240, ReviewState.UNREVIEWED)):
        going_on, afresh = realign(alignment, decided, last), realign(alignment, decided)
        np.testing.assert_allclose(going_on.path.offset_s, afresh.path.offset_s, atol=0.007)
        # What is decoded; the calibration's curve is steep and would magnify it.
        np.testing.assert_allclose(going_on.statistics.mass, afresh.statistics.mass, atol=0.02)


def test_going_on_from_the_last_result_equals_starting_over():
    time_s = np.arange(700.0)
    truth = 0.3 * np.sin(time_s / 60)
    alignment = machine(truth, time_s % 7 < 2)
    keypoints = alignment.keypoints
    last = None
    for index, error_s in ((100, 0.04), (600, -0.05), (350, 0.03)):
        keypoints = keypoints.move(index, index + truth[index] + error_s)
        last = realign(alignment, keypoints, last)
        afresh = realign(alignment, keypoints)
        np.testing.assert_allclose(last.posterior, afresh.posterior, atol=1e-6)
    released = keypoints.review(600, ReviewState.UNREVIEWED)
    going_on, afresh = realign(alignment, released, last), realign(alignment, released)
    np.testing.assert_allclose(going_on.posterior, afresh.posterior, atol=1e-6)
    assert realign(alignment, alignment.keypoints, last) is alignment


def test_a_keypoint_on_the_end_of_channel_1_is_no_pin_of_an_offset():
    """The moment lies there or beyond, so the path before it stays where the evidence is."""
    time_s = np.arange(60.0)
    truth = np.full(60, 0.5)
    alignment = machine(truth, (time_s > 8) & (time_s < 40), duration_1_s=45.0)
    ends = alignment.keypoints
    assert ends.time_1_s[50] == 45.0
    for index in range(46, 60):
        ends = ends.review(index, ReviewState.ACCEPTED)
    again = realign(alignment, ends)
    np.testing.assert_allclose(again.path.offset_s[:45], truth[:45], atol=0.02)
    assert set(again.keypoints.reason[46:]) == {AFTER_END}
    assert again.keypoints.confidence[50] > 0.98


def test_the_end_of_channel_1_rules_out_what_lies_before_it():
    time_s = np.arange(60.0)
    truth = 0.5 + np.where(time_s > 30, 0.03 * (time_s - 30), 0.0)
    alignment = machine(truth, time_s < 25, duration_1_s=50.0)
    assert alignment.keypoints.time_1_s[49] < 49.8
    again = realign(alignment, alignment.keypoints.move(49, 50.0))
    assert again.path.offset_s[49] > 0.99
    assert again.keypoints.reason[49] == AFTER_END


def test_the_start_of_channel_1_bounds_from_the_other_side():
    truth = np.full(40, -5.0 + 3.5)
    alignment = machine(truth, np.arange(40.0) > 10)
    starts = alignment.keypoints.review(0, ReviewState.ACCEPTED)
    assert starts.time_1_s[0] == 0.0
    again = realign(alignment, starts)
    np.testing.assert_allclose(again.path.offset_s, truth, atol=0.03)


def test_accepting_what_lies_before_channel_1_makes_nothing_else_doubtful():
    alignment = machine(np.full(90, -1.8), np.arange(90) % 3 == 2)
    keypoints = alignment.keypoints
    assert keypoints.time_1_s[:2].tolist() == [0.0, 0.0]
    accepted = keypoints.review(0, ReviewState.ACCEPTED).review(1, ReviewState.ACCEPTED)
    again = realign(alignment, accepted)
    assert alignment.alias is None
    assert again.alias is None
    np.testing.assert_allclose(
        again.keypoints.confidence[2:], keypoints.confidence[2:], atol=0.03, rtol=0
    )


def test_of_two_pins_on_one_row_neither_overwrites_the_other(unsure):
    """Half-second keypoints share a row, which has its own moment."""
    alignment, _ = unsure
    rows_s = alignment.surface.time_0_s
    time_0_s = np.arange(0.0, 89.0, 0.5)
    keypoints = KeypointSet(
        time_0_s, time_0_s + np.interp(time_0_s, rows_s, alignment.path.offset_s)
    )
    on_it, beside = (int(np.searchsorted(time_0_s, moment_s)) for moment_s in (45.0, 45.5))
    assert list(alignment.surface.nearest_rows(time_0_s[[on_it, beside]])) == [45, 45]
    both = keypoints.move(on_it, 45.0 + 0.9).move(beside, 45.5 + 0.94)
    led = realign(alignment, both)
    assert led.path.offset_s[45] == pytest.approx(0.9, abs=0.005)
    ((row, reason, _, _),) = led.decisions
    assert (row, reason) == (45, PINNED)
    aside = keypoints.move(on_it, 45.0 + 0.9).review(beside, ReviewState.UNALIGNABLE)
    assert realign(alignment, aside).path.offset_s[45] == pytest.approx(0.9, abs=0.005)
