"""How far predicted keypoints are from the truth, by the rules of the BioDCASE challenge.

The rules are those of the challenge's public evaluator: a prediction belongs
to a true keypoint if file name and channel-0 time are exactly equal; of
several, the first counts; where there is none, the unaligned time counts; a
channel-0 time that the truth repeats counts once; the overall error is the mean
over files of each file's mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.arrays import Floats
from core.keypoints import KeypointSet

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of channel-1 times.

    Parameters
    ----------
    keypoints : int
        How many distinct keypoints were compared.
    missing : int
        How many of them had no prediction and count as unaligned.
    mse_s2 : float
        Mean squared error, seconds squared.
    mae_ms, median_ms, p95_ms : float
        Mean, median and 95th percentile of the absolute error, milliseconds.
    """

    keypoints: int
    missing: int
    mse_s2: float
    mae_ms: float
    median_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Errors of a whole table of predictions.

    Parameters
    ----------
    overall : Errors
        `mse_s2` and `mae_ms` are means over files of each file's mean, as the
        challenge ranks; `median_ms` and `p95_ms` are taken over the keypoints
        of all files together.
    files : mapping of str to Errors
        By file name, in the order of the truth.
    warnings : tuple of str
        Every file with missing, repeated or superfluous predictions.
    """

    overall: Errors
    files: Mapping[str, Errors]
    warnings: tuple[str, ...]


def evaluate(
    predictions: Mapping[str, KeypointSet], truth: Mapping[str, KeypointSet]
) -> Evaluation:
    """Compare predictions with the truth.

    Parameters
    ----------
    predictions, truth : mapping of str to KeypointSet
        Keypoints by file name.

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError
        If the truth holds no keypoint.
    """
    if not any(len(keypoints) for keypoints in truth.values()):
        raise ValueError("there is no true keypoint to compare with")
    files: dict[str, Errors] = {}
    pooled: list[Floats] = []
    warnings: list[str] = []
    for name, true_keypoints in truth.items():
        true_times = _first_times(true_keypoints)
        if not true_times:
            continue
        predicted = predictions.get(name)
        predicted_times = {} if predicted is None else _first_times(predicted)
        missing = [time_0_s for time_0_s in true_times if time_0_s not in predicted_times]
        error_s = np.array(
            [predicted_times.get(t0, t0) - true_1_s for t0, true_1_s in true_times.items()]
        )
        files[name] = _errors(error_s, len(missing))
        pooled.append(error_s)
        warnings += _warnings(name, predicted, missing, len(true_times))
    warnings += [
        f"{name}: not in the ground truth, its predictions are ignored"
        for name in predictions
        if name not in truth
    ]
    return Evaluation(_overall(files, np.concatenate(pooled)), files, tuple(warnings))


def _first_times(keypoints: KeypointSet) -> dict[float, float]:
    """Channel-1 time by channel-0 time, the first of each."""
    times: dict[float, float] = {}
    for time_0_s, time_1_s in zip(
        keypoints.time_0_s.tolist(), keypoints.time_1_s.tolist(), strict=True
    ):
        times.setdefault(time_0_s, time_1_s)
    return times


def _errors(error_s: Floats, missing: int) -> Errors:
    error_ms = np.abs(error_s) * 1e3
    return Errors(
        keypoints=len(error_s),
        missing=missing,
        mse_s2=float(np.mean(error_s**2)),
        mae_ms=float(np.mean(error_ms)),
        median_ms=float(np.median(error_ms)),
        p95_ms=float(np.percentile(error_ms, 95)),
    )


def _overall(files: Mapping[str, Errors], error_s: Floats) -> Errors:
    pooled = _errors(error_s, sum(errors.missing for errors in files.values()))
    return Errors(
        keypoints=pooled.keypoints,
        missing=pooled.missing,
        mse_s2=float(np.mean([errors.mse_s2 for errors in files.values()])),
        mae_ms=float(np.mean([errors.mae_ms for errors in files.values()])),
        median_ms=pooled.median_ms,
        p95_ms=pooled.p95_ms,
    )


def _warnings(
    name: str, predicted: KeypointSet | None, missing: list[float], count: int
) -> list[str]:
    if predicted is None:
        return [f"{name}: no predictions, all {count} keypoints count as unaligned"]
    found = []
    if missing:
        found.append(
            f"{name}: no prediction at {_listed(missing)}; "
            f"{len(missing)} of {count} keypoints count as unaligned"
        )
    repeated = _repeated(predicted)
    if repeated:
        found.append(f"{name}: several predictions at {_listed(repeated)}; the first counts")
    return found


def _repeated(keypoints: KeypointSet) -> list[float]:
    """Channel-0 times predicted more than once and not always alike."""
    first = _first_times(keypoints)
    pairs = zip(keypoints.time_0_s.tolist(), keypoints.time_1_s.tolist(), strict=True)
    return list(dict.fromkeys(t0 for t0, t1 in pairs if t1 != first[t0]))


def _listed(times_s: list[float]) -> str:
    named = ", ".join(repr(time_s) for time_s in times_s[:_MOST_NAMED])
    more = len(times_s) - _MOST_NAMED
    return f"{named} s" + (f" and {more} more times" if more > 0 else "")
