from __future__ import annotations

import math

import numpy as np
import pytest

from core.align.candidates import baseline_grid, score_candidates, score_predictions
from core.align.scores import CandidateScores
from core.align.weights import penalised_loss
from core.evidence.spectral import DEFAULT_WEIGHTS
from core.evidence.surface import ScoreSurface


def test_the_baselines_grid_leaves_seventy_candidates_for_two_minutes():
    """The public baseline keeps 70 of 100 candidates for a 120 s file."""
    offset_s, drift_ppm = baseline_grid(120.0, 5.0)
    keypoints = np.arange(120.0)
    kept = 0
    for offset, drift in zip(offset_s, drift_ppm, strict=True):
        line = [min(max(offset + t * (1 + drift * 1e-6), 0.0), 120.0) for t in keypoints]
        kept += max(abs(u - t) for u, t in zip(line, keypoints, strict=True)) <= 5.0
    assert len(offset_s) == 100
    assert kept == 70


def test_score_and_its_parts_equal_the_published_formula():
    prediction = np.random.default_rng(0).normal(size=(6, 13)).astype(np.float32)
    scores = score_predictions(prediction)
    for n, row in enumerate(prediction.astype(float)):
        above = [p for p in row if p > 0]
        top = sorted(row)[-(len(row) // 4) :]
        positive = 0.4 * (sum(above) / len(above)) * (len(above) / len(row)) if above else 0.0
        parts = (
            positive,
            0.3 * sum(top) / len(top),
            0.2 * sum(1 / (1 + math.exp(-p)) for p in row),
            0.1 * math.exp(sum(row) / len(row)),
        )
        found = (scores.positive[n], scores.top[n], scores.votes[n], scores.level[n])
        assert found == pytest.approx(parts, rel=1e-6)
        assert scores.published[n] == pytest.approx(sum(parts), rel=1e-6)
        assert scores.count[n] == len(above)


def test_a_candidate_without_a_positive_prediction_scores_low_but_scores():
    scores = score_predictions(np.full((1, 8), -3.0, dtype=np.float32))
    assert scores.positive[0] == 0
    assert np.isfinite(scores.published[0])


def test_the_right_line_wins_and_comes_in_batches():
    time_0_s, columns = np.arange(60.0), 1001
    first = np.full(60, -5.0)
    truth = 1.234 + 1500e-6 * time_0_s
    grid = first[:, None] + 0.01 * np.arange(columns)
    score = 6 * np.exp(-0.5 * ((grid - truth[:, None]) / 0.015) ** 2)
    surface = ScoreSurface(time_0_s, first, 0.01, score.astype(np.float32))
    batches = list(score_candidates(surface, (60.0, 60.0), 5.0))
    assert max(len(batch) for batch in batches) <= 500
    whole = batches[0]
    for batch in batches[1:]:
        whole = whole.joined(batch)
    assert len(whole) > 1000
    best = whole.ranked(1)
    found = best.time_map(0).offset_s(time_0_s)
    assert np.abs(found - truth).max() < 0.03
    reach = whole.offset_s[:, None] + time_0_s * whole.drift_ppm[:, None] * 1e-6
    clipped = np.clip(time_0_s + reach, 0, 60.0) - time_0_s
    assert np.abs(clipped).max() <= 5.0 + 1e-6
    pairs = list(zip(whole.offset_s.round(4), whole.drift_ppm.round(1), strict=True))
    assert len(set(pairs)) == len(pairs)


def test_lines_are_looked_for_within_a_band_far_away():
    time_0_s = np.arange(60.0)
    truth = 412.3 + 800e-6 * time_0_s
    first = np.round(truth - 3.0, 2)
    grid = first[:, None] + 0.01 * np.arange(601)
    score = 6 * np.exp(-0.5 * ((grid - truth[:, None]) / 0.015) ** 2)
    surface = ScoreSurface(time_0_s, first, 0.01, score.astype(np.float32))
    whole = CandidateScores.none()
    for batch in score_candidates(surface, (60.0, 600.0), 600.0):
        whole = whole.joined(batch)
    found = whole.ranked(1).time_map(0).offset_s(time_0_s)
    assert np.abs(found - truth).max() < 0.03


def lines_of(surface: ScoreSurface, duration_s: tuple[float, float], max_offset_s: float):
    batches = list(score_candidates(surface, duration_s, max_offset_s))
    whole = CandidateScores.none()
    for batch in batches:
        whole = whole.joined(batch)
    return whole, batches


def test_around_a_far_path_lines_are_told_apart_to_a_step_of_the_fine_grid():
    """Every 100 ms and 21 slopes to the band's corners; then ten times finer around ten of them."""
    time_0_s, half_s, duration_s = np.arange(61.0), 3.0, (60.0, 600.0)
    middle_s, slope = 412.3, 800e-6
    first = middle_s + slope * time_0_s - half_s
    score = np.random.default_rng(5).normal(size=(61, 601)).astype(np.float32)
    surface = ScoreSurface(time_0_s, first, 0.01, score)
    whole, _ = lines_of(surface, duration_s, 0.5)

    def within(offset_s: float, drift: float) -> bool:
        away = offset_s - middle_s + (drift - slope) * time_0_s
        return bool(np.abs(away).max() <= half_s + 1e-6)

    steep = half_s / duration_s[0]
    offsets = middle_s + 0.1 * np.arange(-30, 31)
    drifts = slope + steep * np.arange(-10, 11) / 10
    fine = {(round(o, 3), round(1e6 * d)) for o in offsets for d in drifts if within(o, d)}
    found = list(zip(whole.offset_s.round(3), (whole.drift_ppm).round().astype(int), strict=True))
    assert set(found[: len(fine)]) == fine
    best = whole.take(np.arange(len(fine))).ranked(10)
    around = {
        (round(o + 0.01 * i, 3), round(d + 1e6 * steep / 100 * j))
        for o, d in zip(best.offset_s, best.drift_ppm, strict=True)
        for i in range(-5, 6)
        for j in range(-5, 6)
        if within(o + 0.01 * i, 1e-6 * d + steep / 100 * j)
    }
    assert set(found[len(fine) :]) == around - fine


def test_the_slopes_of_the_grids_are_those_of_the_length_of_channel_0():
    """Channel 1 may be far longer; slopes reach as far as the offsets do, over channel 0."""
    time_0_s = np.arange(61.0)
    surface = ScoreSurface(time_0_s, np.full(61, -2.0), 0.01, np.zeros((61, 401), np.float32))
    whole, batches = lines_of(surface, (60.0, 400.0), 1.0)
    baseline = batches[0]
    assert baseline.drift_ppm.max() == pytest.approx(1e6 / 60)
    assert baseline.drift_ppm.min() == pytest.approx(-1e6 / 60)
    assert np.diff(np.unique(baseline.drift_ppm.round(3))) == pytest.approx(2e6 / 60 / 9, abs=0.01)
    # At offset zero half the band is left for the slope.
    straight = np.abs(whole.offset_s) < 1e-9
    assert whole.drift_ppm[straight].max() == pytest.approx(2e6 / 60)


def test_one_row_has_lines_through_its_own_band():
    surface = ScoreSurface(np.zeros(1), np.array([4.0]), 0.01, np.zeros((1, 201), np.float32))
    _, (fine, *_) = lines_of(surface, (3.0, 30.0), 0.5)
    assert np.unique(fine.offset_s.round(3)) == pytest.approx(np.linspace(4.0, 6.0, 21))
    slopes_ppm = np.linspace(-1e6 / 3.0, 1e6 / 3.0, 21)
    np.testing.assert_allclose(np.unique(fine.drift_ppm), slopes_ppm, atol=1e-3)


def test_weight_gradient_equals_finite_differences():
    rng = np.random.default_rng(1)
    terms = rng.normal(size=(10, 7, 41)).astype(np.float32)
    target = rng.integers(2, 39, size=7)[:, None] + np.arange(-2, 3)
    mass = rng.uniform(0.3, 1.0, size=7)
    weights = DEFAULT_WEIGHTS + 0.1
    rest = (terms, target, mass, DEFAULT_WEIGHTS, 100.0)
    _, gradient = penalised_loss(weights, *rest)
    for j in range(10):
        step = np.zeros(10)
        step[j] = 1e-2
        up, down = (penalised_loss(weights + s, *rest)[0] for s in (step, -step))
        assert gradient[j] == pytest.approx((up - down) / 2e-2, abs=5e-3, rel=1e-3)
