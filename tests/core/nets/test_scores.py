"""The confidence-weighted score where time maps differ in how many keypoints they have."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.align.candidates import score_paths, score_predictions
from core.evidence.surface import ScoreSurface


def plainly(row: list[float]) -> tuple[float, float, int]:
    """Eq. 2 in a loop: as published, with means only, and the baseline's count."""
    above = [p for p in row if p > 0]
    top = sorted(row)[-max(1, len(row) // 4) :]
    rest = 0.4 * sum(above) / len(row) + 0.3 * sum(top) / len(top)
    rest += 0.1 * math.exp(sum(row) / len(row))
    votes = [1 / (1 + math.exp(-p)) for p in row]
    return rest + 0.2 * sum(votes), rest + 0.2 * sum(votes) / len(row), len(above)


@pytest.mark.parametrize(("kind", "exact"), [(np.float32, 1e-6), (np.float64, 1e-12)])
def test_maps_with_unused_keypoints_are_scored_over_the_others(kind, exact):
    rng = np.random.default_rng(0)
    prediction = rng.normal(size=(40, 23))
    prediction[rng.random(prediction.shape) < rng.random((40, 1))] = np.nan
    prediction[:3] = rng.normal(size=(3, 23))
    scores = score_predictions(prediction.astype(kind))
    for n, row in enumerate(prediction.astype(kind).astype(float)):
        kept = [p for p in row if not math.isnan(p)]
        assert scores.used[n] == len(kept)
        if not kept:
            assert scores.published[n] == scores.normalised[n] == -np.inf
            continue
        published, normalised, count = plainly(kept)
        assert scores.published[n] == pytest.approx(published, rel=exact)
        assert scores.normalised[n] == pytest.approx(normalised, rel=exact)
        assert scores.count[n] == count
    assert (scores.used == 23).any()


def test_only_the_normalised_form_compares_maps_of_different_length():
    """The published sum prefers a mediocre map with many keypoints to a better one with few."""
    prediction = np.full((2, 100), np.nan)
    prediction[0, :40], prediction[1] = 1.5, 0.5
    scores = score_predictions(prediction)
    assert scores.published.argmax() == 1
    assert scores.normalised.argmax() == 0


def test_a_path_is_scored_as_the_line_it_coincides_with():
    rng = np.random.default_rng(1)
    time_0_s = np.arange(30.0)
    score = rng.normal(size=(30, 201)).astype(np.float32)
    surface = ScoreSurface(time_0_s, np.full(30, -1.0), 0.01, score)
    line = 0.3 + time_0_s * 2e-3
    ours = score_paths(surface, line, 40.0)
    theirs = score_predictions(surface.at(line[None]))
    assert ours.published[0] == theirs.published[0]
    assert ours.count[0] == theirs.count[0]


def test_a_path_that_leaves_the_channel_is_cut_off_at_its_end():
    time_0_s = np.arange(10.0)
    surface = ScoreSurface(
        time_0_s, np.full(10, -1.0), 0.01, np.random.default_rng(2).normal(size=(10, 201))
    )
    beyond, at_the_end = np.full(10, 0.9), np.minimum(time_0_s + 0.9, 9.5) - time_0_s
    assert (
        score_paths(surface, beyond, 9.5).published
        == score_paths(surface, at_the_end, 9.5).published
    )


def test_a_better_path_beats_every_line():
    time_0_s = np.arange(60.0)
    truth = 0.4 * np.sin(time_0_s / 9.0)
    grid = -1.0 + 0.01 * np.arange(201)
    score = 6 * np.exp(-0.5 * ((grid - truth[:, None]) / 0.015) ** 2) - 1.0
    surface = ScoreSurface(time_0_s, np.full(60, -1.0), 0.01, score.astype(np.float32))
    lines = (
        np.linspace(-0.5, 0.5, 51)[:, None] + np.linspace(-5e-3, 5e-3, 21)[:, None, None] * time_0_s
    )
    scores = score_paths(surface, np.vstack([truth, lines.reshape(-1, 60)]), 100.0)
    assert scores.published.argmax() == scores.normalised.argmax() == scores.count.argmax() == 0
