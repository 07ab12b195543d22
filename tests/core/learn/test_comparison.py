"""A model is offered only where it is better, by more than chance."""

from __future__ import annotations

import numpy as np
import pytest

from core.learn.comparison import Compared, Comparison, Judged, chance_of


def _judged(mae_ms: float, confidence: float = 0.8) -> Judged:
    return Judged(np.full(20, mae_ms / 1e3), np.full(20, confidence), np.full(20, 0.9))


def _compared(
    before_ms: list[float], after_ms: list[float], known: int = 0, sure: float = 0.8
) -> Comparison:
    pairs = zip(before_ms, after_ms, strict=True)
    return Comparison(
        tuple(
            Compared(f"{n}.wav", 20, _judged(before), _judged(after, sure), n < known)
            for n, (before, after) in enumerate(pairs)
        )
    )


@pytest.mark.parametrize(
    ("before_ms", "after_ms", "why"),
    [
        ([20, 30, 25, 40, 22], [10, 12, 11, 20, 12], ""),
        ([20, 30, 25, 40, 22], [20, 30, 25, 40, 22], "changes nothing"),
        ([20, 30, 25, 40, 22], [21, 33, 27, 44, 24], "is worse on recordings"),
        ([900, 20, 20, 20, 20, 20], [10, 22, 22, 22, 22, 22], "may be chance"),
        ([680, 2.5, 2.5, 2.5, 3.3], [2.4, 2.5, 2.4, 2.5, 7.9], "may be chance"),
        ([240, 172, 90, 3.0, 3.3], [2.4, 2.4, 2.4, 3.1, 7.9], ""),
        ([500, 500, 500, 500, 3, 3, 3, 3, 3, 3], [3, 3, 3, 3, 6, 6, 6, 6, 6, 6], ""),
        ([500, 500, 500, 500, 3, 3, 3, 3, 3, 3], [3, 3, 3, 3] + [90] * 6, "may be chance"),
        ([2.3, 2.5, 2.2, 2.6, 2.4], [1.5, 1.6, 1.4, 1.9, 1.6], ""),
        ([20, 20, 20, 20, 20, 20], [12, 20, 20, 20, 24, 14], "may be chance"),
    ],
)
def test_why_a_model_is_not_offered(before_ms, after_ms, why):
    obstacle = _compared(before_ms, after_ms).obstacle
    assert why in obstacle
    assert bool(obstacle) is bool(why)


def test_a_model_that_would_be_sure_and_wrong_is_not_offered():
    before_ms, after_ms = [300, 290, 310, 305, 300], [80, 90, 85, 80, 75]
    assert _compared(before_ms, after_ms).obstacle == ""
    assert "be wrong" in _compared(before_ms, after_ms, sure=0.95).obstacle


def test_recordings_that_contradict_what_is_clearly_heard_are_told_where_nothing_got_better():
    """As where the recorders were swapped in one file."""
    same = [_judged(error_ms, 0.95) for error_ms in (400, 2, 2, 2, 2, 2)]
    told = Comparison(tuple(Compared(f"{n}.wav", 20, each, each) for n, each in enumerate(same)))
    assert "changes nothing" in told.obstacle
    assert told.obstacle.endswith(
        "; 1 of 6 recordings contradict what is clearly heard, first 0.wav: look at them again"
    )


def test_recordings_that_the_model_in_use_was_learned_from_do_not_judge():
    """On them the model in use flatters itself; where others are too few, they must do."""
    before_ms, after_ms = [1.0] * 4 + [30.0] * 5, [9.0] * 4 + [9.0] * 5
    assert _compared(before_ms, after_ms).worse == 4
    found = _compared(before_ms, after_ms, known=4)
    assert (found.better, found.worse) == (5, 0)
    assert found.before.mae_ms == pytest.approx(30.0)
    assert len(_compared(before_ms, after_ms, known=5).judges) == 9


def test_chance_of_gains():
    assert chance_of(np.ones(5)) == pytest.approx(1 / 32)
    assert chance_of(np.zeros(5)) == 1.0
    assert chance_of(-np.ones(5)) == 1.0
    many = np.random.default_rng(0).normal(0.0, 1.0, 40)
    assert 0.01 < chance_of(many - many.mean()) < 0.99
    assert chance_of(many - many.mean() + 1.0) < 0.01
