"""The decoder against enumeration of every path on tiny grids."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from core.align.decoding import decode as decoder
from core.align.decoding import transition as transitions
from core.align.decoding.decode import Decoded, decode
from core.align.decoding.drift_models import DRIFT_MODELS, JUMP_SCALE_S, DriftModel
from core.evidence.surface import ScoreSurface
from core.steps import result_of

STEP_S = 0.01


def decoded(surface: ScoreSurface, *models: DriftModel) -> Decoded:
    return result_of(decode(surface, models or DRIFT_MODELS))


def small_steps(model: DriftModel, columns: int) -> np.ndarray:
    """Laplace steps of a first-order model, cut at twice their scale."""
    if model.step_s == 0:
        return np.eye(columns)
    scale = model.step_s / STEP_S
    lag = np.arange(-int(2 * scale), int(2 * scale) + 1)
    chance = np.exp(-np.abs(lag) / scale)
    chance /= chance.sum()
    out = np.zeros((columns, columns))
    for start in range(columns):
        for step, share in zip(lag, chance, strict=True):
            if 0 <= start + step < columns:
                out[start, start + step] = share
    return out


def transition(model: DriftModel, columns: int, origin_step: int) -> np.ndarray:
    """Probability of state (slope r, column i) -> (slope s, column j), from the definition."""
    slope = np.linspace(-model.max_slope, model.max_slope, model.slopes)
    change = np.exp(-0.5 * ((slope[:, None] - slope[None, :]) / model.wander) ** 2)
    change /= change.sum(axis=1, keepdims=True)
    prior = np.exp(-np.abs(slope) / 0.015)
    prior /= prior.sum()
    decay = np.exp(-STEP_S / JUMP_SCALE_S)
    lag = np.abs(np.subtract.outer(np.arange(columns), np.arange(columns)))
    near = (1 - decay) / (1 + decay) * decay**lag
    out = np.zeros((model.slopes, columns, model.slopes, columns))
    for r, i in product(range(model.slopes), range(columns)):
        place = i - origin_step
        if not 0 <= place < columns:
            out[r, i] = prior[:, None] * model.lost_probability / columns
            continue
        target = place + slope[r] / STEP_S
        low = int(np.floor(target))
        landed = np.zeros(columns)
        for column, share in ((low, low + 1 - target), (low + 1, target - low)):
            if 0 <= column < columns:
                landed[column] += share
        landed = landed @ small_steps(model, columns)
        steady = 1 - model.jump_probability - model.lost_probability
        jump = model.jump_probability * landed @ near
        jump = jump + model.lost_probability * landed.sum() / columns
        out[r, i] = steady * change[r][:, None] * landed[None, :] + prior[:, None] * jump[None, :]
    return out


def enumerate_paths(surface: ScoreSurface, model: DriftModel) -> tuple[np.ndarray, float]:
    """Posterior and log evidence by summing over every state sequence."""
    rows, columns = surface.score.shape
    slope = np.linspace(-model.max_slope, model.max_slope, model.slopes)
    prior = np.exp(-np.abs(slope) / 0.015)
    prior /= prior.sum()
    first = np.rint(surface.first_offset_s / STEP_S).astype(int)
    steps = [transition(model, columns, d) for d in np.diff(first)]
    states = list(product(range(model.slopes), range(columns)))
    posterior, total = np.zeros((rows, columns)), 0.0
    emission = np.exp(surface.score.astype(float))
    for path in product(states, repeat=rows):
        weight = prior[path[0][0]] / columns
        for row, (_, column) in enumerate(path):
            weight *= emission[row, column]
            if row:
                weight *= steps[row - 1][path[row - 1]][path[row]]
        total += weight
        for row, (_, column) in enumerate(path):
            posterior[row, column] += weight
    return posterior / total, float(np.log(total))


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    shift=st.lists(st.integers(-1, 1), min_size=2, max_size=2),
    model=st.one_of(
        st.builds(DriftModel, st.floats(0.003, 0.02), st.just(3), st.just(0.004), st.just(0.0)),
        st.just(DriftModel(0.0, 1, 1.0, 0.0, step_s=0.01)),
    ),
    jumps=st.sampled_from([1e-4, 0.2]),
)
def test_posterior_equals_enumeration(seed, shift, model, jumps):
    rng = np.random.default_rng(seed)
    score = rng.normal(scale=1.5, size=(3, 5)).astype(np.float32)
    first = STEP_S * np.concatenate([[0], np.cumsum(shift)])
    surface = ScoreSurface(np.arange(3.0), first, STEP_S, score)
    model = replace(model, jump_probability=jumps, lost_probability=1e-2)
    posterior, log_evidence = enumerate_paths(surface, model)
    result = decoded(surface, model)
    np.testing.assert_allclose(result.posterior, posterior, atol=2e-5)
    assert result.log_evidence == pytest.approx(log_evidence, abs=1e-4)


@pytest.mark.parametrize("columns", [1, 5, 64, 65, 300, 1001])
def test_a_jump_is_a_recursive_filter_in_both_directions(columns):
    mass = np.random.default_rng(columns).random(columns) ** 4
    decay = np.exp(-STEP_S / JUMP_SCALE_S)
    model = DRIFT_MODELS[0]
    height = model.jump_probability * (1 - decay) / (1 + decay)
    right = lfilter([height], [1, -decay], mass)
    left = lfilter([height], [1, -decay], mass[::-1])[::-1]
    anywhere = model.lost_probability * mass.mean()
    expected = right + left - height * mass + anywhere
    jumped = transitions.Jump(model, STEP_S, columns)(mass.astype(np.float32))
    np.testing.assert_allclose(jumped, expected, rtol=2e-6)


@pytest.mark.parametrize("model", [*DRIFT_MODELS, DriftModel(0.004, 3, 0.001, 0.0)])
def test_backward_is_the_adjoint_of_forward(model):
    """<forward(p), message> equals <p, backward(message)> for any of both, over many blocks."""
    columns, rng = 150, np.random.default_rng(0)
    move = transitions.Transition(model, 1.0, STEP_S, columns)
    state, message = rng.random((2, model.slopes, columns), dtype=np.float32)
    emission = rng.random(columns, dtype=np.float32)
    ahead = float(np.sum(move.forward(state) * emission * message, dtype=np.float64))
    back = float(np.sum(state * move.backward(message, emission), dtype=np.float64))
    assert ahead == pytest.approx(back, rel=1e-5)


def ridge(offset_s: np.ndarray, height: float, columns: int = 201) -> ScoreSurface:
    """A surface with a ridge of unit-width peaks along a path, in noise."""
    rng = np.random.default_rng(0)
    first = np.full(len(offset_s), -1.0)
    grid = first[:, None] + STEP_S * np.arange(columns)
    peak = np.exp(-0.5 * ((grid - offset_s[:, None]) / 0.01) ** 2)
    score = height * peak + rng.normal(scale=0.7, size=peak.shape)
    return ScoreSurface(np.arange(len(offset_s), dtype=float), first, STEP_S, score.astype("f4"))


@pytest.mark.parametrize(
    "offset_s",
    [
        np.linspace(-0.3, 0.2, 100),
        0.3 * np.sin(np.arange(100) / 15.0),
        np.where(np.arange(100) > 60, 0.25, 0.0),
    ],
    ids=["linear", "bent", "dropped buffer"],
)
def test_paths_of_every_kind_are_followed(offset_s):
    surface = ridge(offset_s, 5.0)
    found = surface.first_offset_s + STEP_S * decoded(surface).posterior.argmax(axis=1)
    assert np.mean(np.abs(found - offset_s) <= 0.02) >= 0.98


def test_steady_clocks_are_believed_unless_the_evidence_says_otherwise():
    steady = decoded(ridge(np.full(100, 0.1), 3.0)).log_shares
    fast = decoded(ridge(0.35 * np.sin(np.arange(100) / 10.0), 5.0)).log_shares
    assert steady.argmax() == 0
    assert DRIFT_MODELS[fast.argmax()].max_slope == 0.045


def test_blocks_do_not_show():
    """Recomputing forward messages every few rows changes nothing."""
    surface = ridge(0.2 * np.sin(np.arange(60) / 9.0), 3.0)
    whole = decoded(surface)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoder, "_BLOCK_ROWS", 7)
        pieces = decoded(surface)
    np.testing.assert_allclose(pieces.posterior, whole.posterior, atol=1e-5)
    np.testing.assert_allclose(pieces.log_evidence, whole.log_evidence, atol=1e-3)


def test_without_evidence_nothing_is_known():
    surface = ScoreSurface(
        np.arange(20.0), np.full(20, -1.0), STEP_S, np.zeros((20, 201), dtype=np.float32)
    )
    result = decoded(surface)
    assert result.posterior.max() < 0.02
    assert result.log_evidence == pytest.approx(0.0, abs=0.5)


def test_a_jump_costs_no_more_where_the_band_jumps_with_it():
    """Matches at -0.5 s, then at 40 s: once in a band that jumps, once in one that holds both."""
    offset_s = np.where(np.arange(24) < 12, -0.5, 40.0)
    evidence = []
    for first_s, columns in ((offset_s - 1.0, 201), (np.full(24, -1.5), 4301)):
        score = np.full((24, columns), -1.0, dtype=np.float32)
        match = np.rint((offset_s - first_s) / STEP_S).astype(int)
        score[np.arange(24), match] = 6.0
        result = decoded(ScoreSurface(np.arange(24.0), first_s, STEP_S, score))
        assert result.posterior[np.arange(24), match].min() > 0.9
        evidence.append(result.log_evidence)
    # The wider one has more places to begin and to land in.
    assert evidence[0] - evidence[1] == pytest.approx(2 * np.log(4301 / 201), abs=0.3)


def test_a_band_that_jumps_away_is_survived():
    first = np.where(np.arange(20) < 10, -1.0, 40.0)
    rng = np.random.default_rng(0)
    score = rng.normal(size=(20, 201)).astype(np.float32)
    result = decoded(ScoreSurface(np.arange(20.0), first, STEP_S, score))
    assert np.isfinite(result.log_evidence)
    np.testing.assert_allclose(result.posterior.sum(axis=1), 1.0, rtol=1e-3)
