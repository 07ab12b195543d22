"""Long stretches that tell nothing are crossed in strides, and it does not show."""

from __future__ import annotations

import numpy as np
import pytest

from core.align.decoding import decode as decoding
from core.align.decoding.walk import STRIDE, Walk
from core.evidence.surface import ScoreSurface
from core.evidence.terms import likelihood_ratios
from core.steps import result_of

SOUND, SILENCE, COLUMNS = 60, 900, 201


def surface(drift_columns: float = 0.004) -> ScoreSurface:
    """Sound, a quarter of an hour of silence, sound again: a clock of 40 ppm."""
    rows = 2 * SOUND + SILENCE
    score = np.zeros((rows, COLUMNS), dtype=np.float32)
    for row in (*range(SOUND), *range(rows - SOUND, rows)):
        score[row, 60 + round(drift_columns * row)] = 6.0
    return ScoreSurface(np.arange(float(rows)), np.full(rows, -1.0), 0.01, likelihood_ratios(score))


def test_the_path_is_the_same_as_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    crossed = result_of(decoding.decode(surface()))
    monkeypatch.setattr("core.align.decoding.walk._LONG_ROWS", 10**6)
    walked = result_of(decoding.decode(surface()))
    assert crossed.posterior.sum(axis=1) == pytest.approx(1.0, abs=1e-4)
    offset = np.arange(COLUMNS)
    mean, true = crossed.posterior @ offset, walked.posterior @ offset
    heard = np.r_[:SOUND, SOUND + SILENCE : 2 * SOUND + SILENCE]
    assert np.abs(mean - true)[heard].max() < 0.1
    assert np.abs(mean - true).max() < 3.0, "where nothing is claimed, 30 ms do no harm"
    assert crossed.row_evidence[heard] == pytest.approx(walked.row_evidence[heard], abs=0.3)
    assert crossed.log_evidence == pytest.approx(walked.log_evidence, abs=1.0)
    assert crossed.log_shares == pytest.approx(walked.log_shares, abs=1.0)


def test_rows_that_tell_are_all_visited_and_short_silences_walked_through() -> None:
    score = surface().score
    walk = Walk.over(score)
    told = np.flatnonzero(np.ptp(score, axis=1) > 0)
    assert set(told) <= set(walk.rows)
    assert set(walk.strides) == {1, STRIDE}
    assert len(walk.rows) < 2 * SOUND + SILENCE / STRIDE + 2 * STRIDE
    assert np.array_equal(np.cumsum(walk.strides) - 1, walk.rows)
    assert Walk.over(score[: SOUND + 100]).is_whole
    assert Walk.over(np.zeros((1000, 5), dtype=np.float32)).rows[[0, -1]].tolist() == [0, 999]
