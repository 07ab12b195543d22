"""The evaluator against a plain loop over rows, written from the challenge's rules."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluate import evaluate
from core.keypoints import KeypointSet, machine_keypoints

Rows = list[tuple[str, float, float]]


def _oracle(predictions: Rows, truth: Rows) -> tuple[dict[str, tuple[float, float]], list[float]]:
    """(MSE, MAE) of every file and all absolute errors, row by row."""
    files: dict[str, tuple[float, float]] = {}
    everything: list[float] = []
    for file in dict.fromkeys(row[0] for row in truth):
        done, errors = [], []
        for name, time_0, time_1 in truth:
            if name != file or time_0 in done:
                continue
            done.append(time_0)
            guess = time_0
            for other_name, other_0, other_1 in predictions:
                if other_name == name and other_0 == time_0:
                    guess = other_1
                    break
            errors.append(abs(guess - time_1))
        files[file] = (
            math.fsum(e * e for e in errors) / len(errors),
            1000 * math.fsum(errors) / len(errors),
        )
        everything += errors
    return files, everything


def _sets(rows: Rows) -> dict[str, KeypointSet]:
    by_file: dict[str, list[tuple[float, float]]] = {}
    for name, time_0, time_1 in rows:
        by_file.setdefault(name, []).append((time_0, time_1))
    return {
        name: machine_keypoints([t for t, _ in own], [t for _, t in own])
        for name, own in by_file.items()
    }


rows = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 8).map(float), st.floats(0, 10)), max_size=40
).map(lambda drawn: sorted(drawn, key=lambda row: row[1]))


@given(rows, rows.filter(bool))
def test_the_evaluator_agrees_with_a_plain_loop(predictions: Rows, truth: Rows) -> None:
    result = evaluate(_sets(predictions), _sets(truth))
    files, everything = _oracle(predictions, truth)
    assert list(result.files) == list(files)
    for name, errors in result.files.items():
        assert (errors.mse_s2, errors.mae_ms) == pytest.approx(files[name])
    overall = result.overall
    assert overall.mse_s2 == pytest.approx(statistics.mean(mse for mse, _ in files.values()))
    assert overall.mae_ms == pytest.approx(statistics.mean(mae for _, mae in files.values()))
    assert overall.median_ms == pytest.approx(1000 * statistics.median(everything))
    assert overall.keypoints == len(everything)


def test_every_file_weighs_the_same_however_long_it_is() -> None:
    truth = {"long": machine_keypoints(range(99), range(99)), "short": machine_keypoints([0], [2])}
    result = evaluate({"long": truth["long"]}, truth)
    assert result.overall.mse_s2 == pytest.approx(4 / 2)
    assert result.overall.mae_ms == pytest.approx(2000 / 2)
    assert result.overall.median_ms == 0


def test_percentiles_are_those_of_the_absolute_error() -> None:
    truth = {"a": machine_keypoints(range(101), range(101))}
    wrong = {"a": machine_keypoints(range(101), [t + (-1) ** t * t / 1000 for t in range(101)])}
    errors = evaluate(wrong, truth).files["a"]
    assert errors.median_ms == pytest.approx(50)
    assert errors.p95_ms == pytest.approx(95)


def test_the_join_is_exact() -> None:
    truth = {"a": machine_keypoints([0.1 + 0.2], [1.0])}
    assert evaluate({"a": machine_keypoints([0.1 + 0.2], [1.0])}, truth).overall.missing == 0
    assert evaluate({"a": machine_keypoints([0.3], [1.0])}, truth).overall.missing == 1


def test_whatever_does_not_fit_is_named() -> None:
    truth = {
        "a": machine_keypoints([0, 1, 2], [0, 1, 2]),
        "b": machine_keypoints([0, 1], [0, 1]),
    }
    predictions = {
        "a": machine_keypoints([0, 0, 2, 2], [5, 0, 2, 2]),
        "c": machine_keypoints([0], [0]),
    }
    result = evaluate(predictions, truth)
    assert result.warnings == (
        "a: no prediction at 1.0 s; 1 of 3 keypoints count as unaligned",
        "a: several predictions at 0.0 s; the first counts",
        "b: no predictions, all 2 keypoints count as unaligned",
        "c: not in the ground truth, its predictions are ignored",
    )
    assert result.files["a"].mse_s2 == pytest.approx(25 / 3)
    assert result.overall.missing == 3


def test_a_perfect_prediction_needs_no_warning() -> None:
    truth = {"a": machine_keypoints([0, 0, 1], [0, 0, 1])}
    result = evaluate(truth, truth)
    assert result.overall.mse_s2 == 0
    assert result.overall.keypoints == 2
    assert not result.warnings


def test_a_file_whose_truth_is_empty_is_left_out() -> None:
    truth = {"empty": machine_keypoints([], []), "a": machine_keypoints([1], [2])}
    result = evaluate({"a": machine_keypoints([1], [2.5])}, truth)
    assert list(result.files) == ["a"]
    assert result.overall.mae_ms == pytest.approx(500)


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        (9, "7.0, 8.0 s;"),
        (10, "8.0, 9.0 s;"),
        (11, "8.0, 9.0 s and 1 more times;"),
        (13, "8.0, 9.0 s and 3 more times;"),
    ],
)
def test_of_many_missing_predictions_ten_are_named(missing: int, named: str) -> None:
    truth = {"a": machine_keypoints(range(20), range(20))}
    there = range(missing, 20)
    (warning,) = evaluate({"a": machine_keypoints(there, there)}, truth).warnings
    assert named in warning


def test_no_truth_is_no_evaluation() -> None:
    with pytest.raises(ValueError, match="no true keypoint"):
        evaluate({}, {"a": machine_keypoints([], [])})
