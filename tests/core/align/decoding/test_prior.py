"""The usual drift of a pair: what is learned, what it carries, and when it is outvoted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import soundfile as sf
from scipy.stats import norm

from core.align.aligner import AlignOptions, align
from core.align.alignment import DecodedEvidence
from core.align.alignment_builder import OUTVOTED, build_alignment
from core.align.calibration import MOST_UNSURE
from core.align.decoding.carried import decode_carried
from core.align.decoding.decode import decode
from core.align.decoding.drift_models import DRIFT_MODELS
from core.align.decoding.prior import DriftPrior
from core.align.decoding.prior_fit import fit_prior, usable
from core.align.decoding.relatedness import local_relatedness
from core.align.path import Refinement
from core.align.pins import realign
from core.align.scores import CandidateScores
from core.audio.recording import open_recording
from core.evidence.surface import ScoreSurface
from core.keypoints import KeypointSet, ReviewState
from core.simulate import DriftSpec, simulate_scene
from core.steps import result_of

ROWS = 60
TIME_S = np.arange(float(ROWS))


def bend(time_s: np.ndarray) -> np.ndarray:
    return 0.08 * np.sin(2 * np.pi * time_s / 120.0)


def reviewed(count: int, seed: int = 0, offset_s: float = 1.1) -> list[KeypointSet]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        time_s = np.arange(rng.uniform(70, 95))
        line_s = rng.normal(offset_s, 0.3) + rng.normal(140e-6, 100e-6) * time_s
        found.append(KeypointSet(time_s, time_s + line_s + bend(time_s)))
    return found


def prior(**changes: object) -> DriftPrior:
    time_s = np.arange(100.0)
    made = DriftPrior(time_s, 0.5 + bend(time_s), 0.1, 100e-6, 0.0, 1e-5, 10)
    return replace(made, **changes)  # type: ignore[arg-type]


def surface(score: np.ndarray) -> ScoreSurface:
    first = np.full(len(score), -2.0)
    score = score - np.log(np.mean(np.exp(score), axis=1, keepdims=True))
    return ScoreSurface(TIME_S[: len(score)], first, 0.01, score.astype(np.float32))


def calls(offset_s: np.ndarray, heard: set[int], height: float = 7.0) -> ScoreSurface:
    """Nothing to hear but at a few rows."""
    grid = -2.0 + 0.01 * np.arange(401)
    score = np.zeros((ROWS, 401))
    for row in heard:
        score[row] = height * np.exp(-0.5 * ((grid - offset_s[row]) / 0.015) ** 2)
    return surface(score)


def carried(evidence: ScoreSurface, by: DriftPrior | None) -> DecodedEvidence:
    decoded, use = result_of(decode_carried(evidence, by))
    return DecodedEvidence(
        surface=evidence,
        posterior=decoded.posterior,
        log_evidence=decoded.log_evidence,
        related=local_relatedness(decoded.row_evidence),
        refinement=Refinement.none(ROWS),
        candidates=CandidateScores.none(),
        duration_1_s=100.0,
        tolerance_s=0.05,
        prior=use,
    )


def test_the_pairs_own_drift_is_learned_with_its_bend():
    learned = fit_prior(reviewed(40))
    usual_s = learned.usual_offset_s(TIME_S)
    beside = (
        usual_s - bend(TIME_S) - np.polyval(np.polyfit(TIME_S, usual_s - bend(TIME_S), 1), TIME_S)
    )
    assert np.abs(beside).max() < 2e-3
    assert usual_s[0] == pytest.approx(1.1, abs=0.15)
    assert learned.offset_sd_s == pytest.approx(0.3, rel=0.25)
    assert learned.slope_sd == pytest.approx(100e-6, rel=0.25)


def test_what_only_chance_bent_is_taken_for_straight():
    rng = np.random.default_rng(1)
    noisy = [
        KeypointSet(one.time_0_s, one.time_1_s - bend(one.time_0_s) + rng.normal(0, 0.01, len(one)))
        for one in reviewed(10)
    ]
    curve_s = fit_prior(noisy).offset_s
    grid = np.arange(len(curve_s))
    assert np.std(curve_s - np.polyval(np.polyfit(grid, curve_s, 1), grid)) < 2e-3


def test_fewer_recordings_make_a_wider_prior():
    few, many = (fit_prior(reviewed(count)) for count in (3, 40))
    assert few.offset_sd_s > many.offset_sd_s


def test_keypoints_at_the_ends_of_channel_1_or_set_aside_teach_nothing():
    time_s = np.arange(60.0)
    # Channel 1 ends at 55 s and begins 2 s late; one keypoint was set aside.
    held = KeypointSet(time_s, np.clip(time_s - 2.0, 0.0, 55.0))
    kept = usable(held.review(30, ReviewState.UNALIGNABLE))
    assert kept is not None
    np.testing.assert_allclose(kept.offset_s, -2.0)
    assert 30.0 not in kept.time_0_s
    assert usable(KeypointSet(time_s[:9], time_s[:9])) is None


def test_beyond_what_was_reviewed_the_usual_line_goes_on():
    line = prior(offset_s=0.2 + 1e-3 * np.arange(100.0))
    assert line.usual_offset_s(np.array([-20.0, 400.0])) == pytest.approx([0.18, 0.6])


def test_without_a_prior_nothing_changes():
    evidence = calls(0.5 + bend(TIME_S), {5, 30})
    plain = result_of(decode(evidence))
    decoded, use = result_of(decode_carried(evidence))
    assert use is None
    assert np.array_equal(decoded.posterior, plain.posterior)
    assert decoded.log_evidence == plain.log_evidence


def test_where_nothing_is_heard_the_prior_is_what_remains():
    """Against the Gaussian that the prior predicts for the first rows, before slopes matter."""
    deaf = surface(np.zeros((3, 401)))
    decoded, use = result_of(decode_carried(deaf, prior()))
    assert use is not None
    assert use.share == pytest.approx(0.99, abs=1e-3)
    grid = -2.0 + 0.01 * np.arange(401)
    expected = norm.pdf(grid, 0.5 + bend(TIME_S[1]), 0.1)
    expected = use.share * expected / expected.sum() + (1 - use.share) / 401
    assert np.abs(np.cumsum(decoded.posterior[1] - expected)).max() < 0.02


def test_the_prior_counts_once_and_lets_go_with_time():
    """After a minute the offset is as wide as offset, slope and the slope's wander make it."""
    wide = prior(slope_sd=1e-3, wander=1e-4)
    deaf = surface(np.zeros((ROWS, 401)))
    decoded, use = result_of(decode_carried(deaf, wide))
    assert use is not None
    late = ROWS - 1
    posterior = decoded.posterior[late] - (1 - use.share) / 401
    grid = -2.0 + 0.01 * np.arange(401) - 0.5 - bend(TIME_S[late])
    sd_s = np.sqrt((posterior * grid**2).sum() / posterior.sum())
    # A third of the mass is that of clocks whose slopes wander four times as much.
    narrow, loose = (
        np.sqrt(0.1**2 + (1e-3 * late) ** 2 + (wander**2) * late**3 / 3) for wander in (1e-4, 4e-4)
    )
    assert 0.95 * narrow < sd_s < loose


def test_the_correlation_of_offset_and_slope_is_kept():
    """Recordings that begin later run slower: half-way they meet."""
    meeting = prior(slope_sd=0.1 / 30, correlation=-0.99, wander=1e-6)
    decoded, _ = result_of(decode_carried(surface(np.zeros((ROWS, 401))), meeting))
    total = np.cumsum(decoded.posterior[[0, ROWS // 2]], axis=1)
    first, later = ((row < 0.84).sum() - (row < 0.16).sum() for row in total)
    assert later < 0.7 * first


def test_two_calls_and_the_usual_drift_tell_the_rest():
    truth_s = 0.42 + bend(TIME_S) + 60e-6 * TIME_S
    evidence = calls(truth_s, {8, 30})
    without, led = (build_alignment(carried(evidence, by), TIME_S) for by in (None, prior()))
    error_s = np.abs(led.keypoints.offset_s - truth_s)
    assert error_s.mean() < np.abs(without.keypoints.offset_s - truth_s).mean() / 3
    assert error_s.max() < 0.02
    late = led.keypoints.confidence[-10:]
    assert (late > without.keypoints.confidence[-10:]).all()
    assert led.keypoints.confidence.max() <= MOST_UNSURE
    assert led.keypoints.reason[-1].startswith("carried by this pair's usual drift (its share: ")


def test_what_the_evidence_tells_alone_keeps_its_confidence():
    truth_s = 0.42 + bend(TIME_S)
    evidence = calls(truth_s, set(range(ROWS)))
    without, led = (build_alignment(carried(evidence, by), TIME_S) for by in (None, prior()))
    middle = slice(5, ROWS - 5)
    assert led.keypoints.confidence[middle].min() > MOST_UNSURE
    np.testing.assert_allclose(
        led.keypoints.confidence[middle], without.keypoints.confidence[middle], atol=0.02
    )
    assert led.keypoints.reason[20] == "clear match"


@pytest.mark.parametrize(("offset_s", "slope"), [(-0.9, 0.0), (1.2, 0.0), (40.0, 0.0), (0.0, 0.01)])
def test_a_prior_for_other_recorders_is_told_and_outvoted(offset_s, slope):
    truth_s = 0.5 + bend(TIME_S)
    evidence = calls(truth_s, set(range(0, ROWS, 3)))
    usual = prior()
    wrong = prior(offset_s=usual.offset_s + offset_s + slope * usual.time_0_s)
    without, led = (build_alignment(carried(evidence, by), TIME_S) for by in (None, wrong))
    np.testing.assert_allclose(led.keypoints.offset_s, without.keypoints.offset_s, atol=2e-3)
    assert led.prior is not None
    assert led.prior.share < 0.01
    assert OUTVOTED in led.warnings
    assert not any("usual drift" in reason for reason in led.keypoints.reason)


def test_a_pin_leads_the_path_where_only_the_prior_did():
    truth_s = 0.42 + bend(TIME_S)
    led = build_alignment(carried(calls(truth_s, {8, 30}), prior()), TIME_S)
    pinned = realign(led, led.keypoints.move(50, 50.0 + truth_s[50] + 0.1))
    assert pinned.keypoints.offset_s[50] == pytest.approx(truth_s[50] + 0.1, abs=1e-3)
    assert not any("usual drift" in reason for reason in pinned.keypoints.reason[45:55])


@pytest.mark.parametrize("away_s", [0.0, 20.0])
def test_a_prior_says_where_to_look(tmp_path, away_s):
    """Outside the window; one that points elsewhere does not hide what is found without it."""
    scene = simulate_scene(
        "zebra_finch", 5, 60.0, snr_db=15.0, drift=DriftSpec(offset_s=(3.0, 3.0))
    )
    path = tmp_path / "scene.wav"
    sf.write(path, scene.samples, scene.sample_rate_hz)
    truth = scene.keypoints()
    pair = fit_prior([truth] * 3)
    pair = replace(pair, offset_s=pair.offset_s + away_s)
    found = align(open_recording(path), truth.time_0_s, AlignOptions(max_offset_s=0.5), prior=pair)
    assert np.median(np.abs(found.keypoints.time_1_s - truth.time_1_s)) < 0.02
    assert found.prior is not None
    assert (found.prior.share > 0.9) == (away_s == 0.0)


def test_models_of_a_led_clock_start_near_the_usual_drift():
    assert all(model.start is None for model in DRIFT_MODELS)
    assert all(model.start is not None for model in prior().models(TIME_S))
