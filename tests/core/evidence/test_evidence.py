from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.audio.spectra.features import ChannelFeatures
from core.audio.spectra.fixed_point import FixedPoint
from core.audio.spectra.levels import BANDS
from core.evidence.spectral import DEFAULT_WEIGHTS, TERMS, term_surfaces
from core.evidence.surface import ScoreSurface
from core.steps import result_of


def random_features(rng: np.random.Generator, frames: int) -> ChannelFeatures:
    names = {name for pair in TERMS for name in pair}
    groups = {
        name: FixedPoint.of(
            rng.normal(size=(frames, 24 if name in ("flux", "level") else 1)), 1 / 4096
        )
        for name in sorted(names)
    }
    return ChannelFeatures(groups, FixedPoint.of(np.zeros((frames, BANDS)), 1.0), silent=False)


def moved(features: ChannelFeatures, frames: int) -> ChannelFeatures:
    groups = {
        name: FixedPoint(np.roll(group.codes, frames, axis=0), group.step)
        for name, group in features.groups.items()
    }
    return replace(features, groups=groups)


def surfaces_of(*args):
    return result_of(term_surfaces(*args))


def test_terms_equal_a_plain_loop():
    rng = np.random.default_rng(3)
    zero, one = random_features(rng, 600), random_features(rng, 550)
    time_0_s, first_s, columns = np.array([0.0, 1.0, 2.0, 5.0]), np.array([-0.5, 0.0, 0.3, -1]), 41
    surfaces = surfaces_of(zero, one, time_0_s, first_s, columns)

    for term, (a, b) in enumerate(TERMS):
        left, right = (f.groups[n][:].astype(float) for f, n in ((zero, a), (one, b)))
        floor_0, floor_1 = (0.1 * 100 * np.mean(np.sum(g**2, axis=1)) for g in (left, right))
        expected = np.zeros((len(time_0_s), columns))
        for row, (centre_s, offset_s) in enumerate(zip(time_0_s, first_s, strict=True)):
            for column in range(columns):
                dot = energy_0 = energy_1 = 0.0
                for t in range(round(centre_s * 100) - 50, round(centre_s * 100) + 50):
                    s = t + round(offset_s * 100) + column
                    x = left[t] if 0 <= t < len(left) else np.zeros(left.shape[1])
                    y = right[s] if 0 <= s < len(right) else np.zeros(right.shape[1])
                    dot, energy_0, energy_1 = dot + x @ y, energy_0 + x @ x, energy_1 + y @ y
                expected[row, column] = dot / np.sqrt((energy_0 + floor_0) * (energy_1 + floor_1))
        expected -= expected.mean(axis=1, keepdims=True)
        expected /= np.sqrt(np.mean(expected**2))
        np.testing.assert_allclose(surfaces.terms(slice(None))[term], expected, atol=0.02)


def test_the_true_offset_stands_out():
    features = random_features(np.random.default_rng(4), 2000)
    rows = np.arange(2.0, 18.0)
    surface = surfaces_of(
        features, moved(features, 37), rows, np.full(len(rows), -1.0), 201
    ).combined(DEFAULT_WEIGHTS)
    assert np.all(surface.score.argmax(axis=1) == 137)


def test_silence_stays_flat():
    rng = np.random.default_rng(5)
    zero, one = random_features(rng, 1000), random_features(rng, 1000)
    for group in zero.groups.values():
        group.codes[400:600] = 0
    surface = surfaces_of(zero, one, np.array([2.0, 5.0]), np.full(2, -1.0), 201)
    terms = surface.terms(slice(None))
    assert np.all(terms[:, 1] == 0)
    assert np.abs(terms[:, 0]).max() > 1


@pytest.fixture
def banded() -> ScoreSurface:
    score = np.arange(12, dtype=np.float32).reshape(3, 4)
    return ScoreSurface(np.arange(3.0), np.array([-0.2, -0.1, 0.0]), 0.1, score)


def test_scores_along_a_path(banded):
    values = banded.at(np.array([[-0.2, 0.05, 0.3], [-0.3, 0.25, 0.15]]))
    np.testing.assert_allclose(values, [[0.0, 5.5, 11.0], [0.0, 0.0, 9.5]], atol=1e-5)


def test_a_band_is_drawn_on_one_axis(banded):
    offset_s, score = banded.rectangle()
    np.testing.assert_allclose(offset_s, [-0.2, -0.1, 0.0, 0.1, 0.2, 0.3])
    assert np.isnan(score[0, 4:]).all()
    assert np.isnan(score[2, :2]).all()
    np.testing.assert_array_equal(score[2, 2:], [8, 9, 10, 11])


def test_a_moment_belongs_to_the_nearest_row_and_beyond_a_step_to_none():
    rows_s = 0.25 + np.arange(5.0)
    surface = ScoreSurface(rows_s, np.zeros(5), 0.01, np.zeros((5, 3), np.float32))
    moments_s = (0.0, 0.3, 0.74, 0.76, 2.0, 4.2, 5.2)
    assert [surface.row_at(at_s) for at_s in moments_s] == [0, 0, 0, 1, 2, 4, 4]
    assert surface.row_at(-0.8) is None
    assert surface.row_at(5.3) is None
    assert surface.rows(slice(0, 0)).row_at(1.0) is None
