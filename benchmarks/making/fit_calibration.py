"""Fit ``resources/calibration.json``: how often the aligner is right when it says so.

usage: python -m benchmarks.making.fit_calibration [--evidence compact] [--check] [SETS_DIR ...]

Simulated recordings, and recording D with the troubles of the stress sets where it is here; each
folder is a further drifted set in BioDCASE layout, made of recordings whose licence allows it.
The compact net was trained on D as well, so only recordings A and B, which take no part, tell
how good the fit is. What the aligner knew of them is kept, so that another
form can be fitted without aligning again; ``--check`` fits nothing that is shipped, but
tells by cross-validation how good such a fit is.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression, minimize
from scipy.special import expit

from benchmarks.common.places import CACHE
from benchmarks.making.calibration_examples import Example, collect, learned_evidence, load, save
from core import __version__
from core.align.calibration import (
    Calibration,
    ConfidenceCurve,
    certainty_features,
    raw_certainty,
)
from core.arrays import Floats
from core.cli.evidence import identity
from core.reliability import Tally

FOUND_SHARE = 0.3
MISLABELLED = 0.01
CENTRE_SPREAD_NATS = 4.0
USUAL_SCALE_NATS, SCALE_SPREAD = 4.0, 0.5
RIDGE = 1e-4
KEYPOINTS_A_BIN, RECORDINGS_A_BIN = 500, 20
DIGITS = 5
HEAR_MARGIN = ("compact",)
"""Evidence with which the alias margin tells right from wrong (decision 0007)."""
FOLDS, ROUNDS = 10, 3
RESOURCES = Path(__file__).parents[2] / "resources"
OUT = {
    "spectral": RESOURCES / "calibration.json",
    "compact": RESOURCES / "calibration_compact.json",
}


def fit(examples: Sequence[Example], evidence: str) -> Calibration:
    """Fit every part of a calibration."""
    alone = [one for one in examples if not one.is_aliased]
    aliased = [one for one in examples if one.is_aliased]
    related = related_curve(alone)
    of_alone = certainty([one.rows(~one.is_blind) for one in alone], related)
    of_blind = certainty([one.rows(one.is_blind) for one in alone], related)
    of_aliased = certainty(aliased, related, hears_margin=evidence in HEAR_MARGIN)
    return Calibration(*related, of_alone, of_blind, of_aliased, evidence)


def related_curve(examples: Sequence[Example]) -> tuple[float, float]:
    """Centre and scale, nats, of a logistic curve from log evidence to "its path was found"."""
    evidence = np.array([one.log_evidence for one in examples])
    found = np.array([one.right.mean() >= FOUND_SHARE for one in examples])

    def loss(at: Floats) -> float:
        # A share of any labels is wrong; one of them must not flatten the curve, nor must
        # a set without a borderline recording make it a step. Theory puts its centre at zero.
        chance = MISLABELLED + (1 - 2 * MISLABELLED) * expit((evidence - at[0]) / np.exp(at[1]))
        shift = 0.5 * (at[0] / CENTRE_SPREAD_NATS) ** 2
        step = 0.5 * ((at[1] - np.log(USUAL_SCALE_NATS)) / SCALE_SPREAD) ** 2
        return shift + step - float(np.log(np.where(found, chance, 1 - chance)).sum())

    best = minimize(loss, [0.0, 1.0], method="Nelder-Mead").x
    return float(best[0]), float(np.exp(best[1]))


def certainty(
    examples: Sequence[Example], related: tuple[float, float], *, hears_margin: bool = False
) -> ConfidenceCurve:
    """How often keypoints are right: a logistic regression, and an isotonic curve over it."""
    centre, scale = related
    features = np.concatenate(
        [
            certainty_features(
                one.mass,
                np.minimum(one.related, expit((one.log_evidence - centre) / scale)),
                one.nearest_clear_s,
                one.alias_margin if hears_margin else None,
            )
            for one in examples
        ]
    )
    right = np.concatenate([one.right for one in examples])
    recording = np.repeat(np.arange(len(examples)), [len(one.right) for one in examples])
    weights = logistic_weights(features, right)
    raw = raw_certainty(features, weights).round(DIGITS)
    parts = bins(raw, recording)
    share = isotonic_regression(
        [right[part].mean() for part in parts], weights=[len(part) for part in parts]
    ).x
    return ConfidenceCurve(weights, np.array([raw[part].mean() for part in parts]), share)


def logistic_weights(features: Floats, right: NDArray[np.bool_]) -> Floats:
    """Logistic regression with a slight ridge; features of shape (K, J), the first of ones."""
    ridge = RIDGE * np.append(0.0, features[:, 1:].var(axis=0))

    def loss(weights: Floats) -> tuple[float, Floats]:
        score = features @ weights
        value = np.mean(np.logaddexp(0, score) - right * score) + ridge @ weights**2
        return float(value), features.T @ (expit(score) - right) / len(right) + 2 * ridge * weights

    return minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B").x


def bins(raw: Floats, recording: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Keypoints in bins of rising raw certainty, as few in each as chance allows.

    Keypoints of one recording are right or wrong together. A bin holds `KEYPOINTS_A_BIN` at
    least, from recordings that count for `RECORDINGS_A_BIN` equal ones; keypoints of the same
    certainty share one, and what is left over at the top joins the bin below.
    """
    order = np.argsort(raw, kind="stable")
    rises = np.flatnonzero(np.diff(raw[order])) + 1
    edges = [0]
    for end in rises:
        if end >= edges[-1] + KEYPOINTS_A_BIN and _enough(recording[order[edges[-1] : end]]):
            edges.append(end)
    rest = order[edges[-1] :]
    if len(edges) > 1 and (len(rest) < KEYPOINTS_A_BIN or not _enough(recording[rest])):
        edges.pop()
    return np.split(order, edges[1:])


def _enough(recording: NDArray[np.intp]) -> bool:
    """Whether keypoints are of enough recordings, big shares counting for less."""
    count = np.unique(recording, return_counts=True)[1]
    return bool(count.sum() ** 2 >= RECORDINGS_A_BIN * (count**2).sum())


def claimed(calibration: Calibration, one: Example) -> Floats:
    """Confidence of a recording's keypoints, shape (K,)."""
    return calibration.confidence(
        one.mass,
        np.minimum(one.related, calibration.related(one.log_evidence)),
        one.nearest_clear_s,
        one.is_blind,
        one.alias_margin if one.is_aliased else None,
    )


def cross_validated(examples: Sequence[Example], evidence: str, seed: int) -> list[Floats]:
    """Claims about every recording by a fit to others, none of them of the same name."""
    names = sorted({one.name for one in examples})
    folds = np.random.default_rng(seed).permutation(len(names)) % FOLDS
    fold = dict(zip(names, folds, strict=True))
    fits = [fit([one for one in examples if fold[one.name] != k], evidence) for k in range(FOLDS)]
    return [claimed(fits[fold[one.name]], one) for one in examples]


def checked(examples: Sequence[Example], evidence: str) -> Iterator[str]:
    """A line for each kind of recording and for all, Markdown."""
    yield "| what | recordings | ECE | log loss | claimed | right | sure | right of the sure |"
    yield "|---|---|---|---|---|---|---|---|"
    rounds = [cross_validated(examples, evidence, seed) for seed in range(ROUNDS)]
    kinds = sorted({one.kind for one in examples})
    groups = {kind: [one.kind == kind for one in examples] for kind in kinds}
    groups["alias flag up"] = [one.is_aliased for one in examples]
    groups["alias flag down"] = [not one.is_aliased for one in examples]
    groups["all"] = [True] * len(examples)
    for name, chosen in groups.items():
        which = np.flatnonzero(chosen)
        right = np.concatenate([examples[index].right for index in which])
        claims = [np.concatenate([claim[index] for index in which]) for claim in rounds]
        tallies = [Tally.of(claim, right) for claim in claims]
        whole = Tally.total(tallies)
        error = np.mean([tally.expected_error for tally in tallies])
        loss = np.mean([log_loss(claim, right) for claim in claims])
        yield (
            f"| {name} | {len(which)} | {error:.4f} | {loss:.4f} | {np.mean(claims):.3f} "
            f"| {whole.accuracy:.3f} | {whole.sure_share:.3f} | {whole.sure_accuracy:.4f} |"
        )


def log_loss(claim: Floats, right: NDArray[np.bool_]) -> float:
    """Mean surprise at what was right, nats a keypoint; both of shape (K,)."""
    return float(-np.log(np.clip(np.where(right, claim, 1 - claim), 1e-3, 1.0)).mean())


def as_table(calibration: Calibration, examples: Sequence[Example]) -> dict[str, object]:
    """What is written to the file, with a card that says what it was fitted to."""
    card = {
        "what": "probability that a keypoint is within 50 ms of the truth",
        "evidence": identity(learned_evidence(calibration.evidence)),
        "fitted_on": {
            "recordings": dict(sorted(Counter(one.kind for one in examples).items())),
            "real": sorted({one.name for one in examples if one.kind == "real"}),
            "keypoints": sum(len(one.mass) for one in examples),
            "recordings_with_alias_flag": sum(one.is_aliased for one in examples),
        },
        "finchsync": __version__,
        "date": date.today().isoformat(),
        "made_by": "python -m benchmarks.making.fit_calibration",
        "held_out": "docs/benchmarks.md",
    }
    return {
        "card": card,
        "related_centre_nats": round(calibration.related_centre_nats, 3),
        "related_scale_nats": round(calibration.related_scale_nats, 3),
        "alone": _rounded(calibration.alone),
        "blind": _rounded(calibration.blind),
        "aliased": _rounded(calibration.aliased),
    }


def _rounded(certainty: ConfidenceCurve) -> dict[str, list[float]]:
    share = certainty.confidence
    corner = np.ones(len(share), dtype=bool)
    corner[1:-1] = (share[1:-1] != share[:-2]) | (share[1:-1] != share[2:])
    return {
        "weights": certainty.weights.round(4).tolist(),
        "raw": certainty.raw[corner].round(DIGITS).tolist(),
        "confidence": share[corner].round(DIGITS).tolist(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.making.fit_calibration")
    parser.add_argument("folders", nargs="*", type=Path, metavar="SETS_DIR")
    parser.add_argument("--evidence", choices=sorted(OUT), default="spectral")
    parser.add_argument("--examples", type=Path, help="where they are kept (default: build/bench)")
    parser.add_argument("--jobs", type=int, help="recordings aligned at a time (default: cores)")
    parser.add_argument("--check", action="store_true", help="cross-validate, write nothing")
    arguments = parser.parse_args()
    evidence = arguments.evidence
    kept = arguments.examples or CACHE / f"calibration_{evidence}.npz"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        save(kept, collect(arguments.folders, evidence, arguments.jobs))
    examples = load(kept)
    if arguments.check:
        print("\n".join(checked(examples, evidence)))
        return
    calibration = fit(examples, evidence)
    table = as_table(calibration, examples)
    OUT[evidence].write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    print(f"{OUT[evidence].name}: {table}")


if __name__ == "__main__":
    main()
