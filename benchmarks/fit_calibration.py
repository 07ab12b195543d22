"""Fit ``resources/calibration.json``: how often the aligner is right when it says so.

usage: python -m benchmarks.fit_calibration [--evidence compact] [SETS_DIR ...]

Each folder is a drifted set in BioDCASE layout, made of recordings whose licence
allows it and with seeds not used to fit the evidence weights; for the compact net
none, since it was trained on the one recording that may be used. Simulated scenes
from 20 to -15 dB, stereotyped song and pairs of unrelated scenes are added.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression, minimize
from scipy.special import expit

from core import __version__
from core.align.aligner import align
from core.align.calibration import certainty_features, raw_certainty
from core.align.confidence import clarity
from core.audio.recording import Recording, find_audio, open_recording
from core.cli.evidence import identity
from core.evidence.compact import open_compact
from core.evidence.learned import LearnedEvidence
from core.formats.biodcase import read_csv
from core.keypoints import KeypointSet
from core.simulate import simulate_scene

Floats = NDArray[np.float64]

TOLERANCE_S = 0.05
FOUND_SHARE = 0.3
MISLABELLED = 0.01
USUAL_SCALE_NATS, SCALE_SPREAD = 4.0, 0.5
KEYPOINTS_A_BIN = 200
RIDGE = 1e-4
SNR_DB = (20.0, 10.0, 0.0, -5.0, -10.0, -15.0)
STEREOTYPED_SNR_DB = SNR_DB[:4]
SCENE_S = 100.0
SCENES = (("zebra_finch", 120, False), ("aru", 48, False), ("zebra_finch", 160, True))
"""Kind, how many, and whether song is stereotyped: then a whole scene is right or wrong by
chance, and it takes many to know how often."""
UNRELATED = 32
RESOURCES = Path(__file__).parent.parent / "resources"
OUT = {
    "spectral": RESOURCES / "calibration.json",
    "compact": RESOURCES / "calibration_compact.json",
}
Learned = LearnedEvidence | None
Truth = tuple[Recording, Floats, Floats | None]
Case = Callable[[Path], Truth]
"""Makes a recording, in a file that may be written to, and its true keypoints if it has any."""


@dataclass(frozen=True, eq=False)
class Example:
    """One recording: what the aligner knew, and which keypoints were right; arrays of (K,)."""

    log_evidence: float
    is_aliased: bool
    mass: Floats
    nearest_clear_s: Floats
    right: NDArray[np.bool_]

    def features(self, centre: float, scale: float) -> Floats:
        """What the raw certainty is a function of, shape (K, 4)."""
        related = float(expit((self.log_evidence - centre) / scale))
        return certainty_features(self.mass, related, self.nearest_clear_s)


def example(
    recording: Recording, time_0_s: Floats, time_1_s: Floats | None, learned: Learned
) -> Example:
    """Align a recording; without true times nothing is right."""
    result = align(recording, time_0_s, learned=learned)
    assert result.facts is not None
    mass = result.facts.mass[: len(time_0_s)]
    if time_1_s is None:
        right = np.zeros(len(mass), dtype=bool)
    else:
        right = np.abs(result.keypoints.time_1_s - time_1_s)[: len(mass)] <= TOLERANCE_S
    clear = clarity(result.surface.time_0_s, result.facts.nats).nearest_clear_s[: len(mass)]
    return Example(result.log_evidence, result.alias is not None, mass, clear, right)


def real(folders: list[Path]) -> Iterator[Case]:
    for folder in folders:
        truth = read_csv(folder / "annotations.csv")
        for path in find_audio(folder):
            yield partial(_of_file, path, truth.files[path.name])


def simulated() -> Iterator[Case]:
    seed = 5000
    for kind, count, stereotyped in SCENES:
        for number in range(count):
            levels = STEREOTYPED_SNR_DB if stereotyped else SNR_DB
            yield partial(_scene, kind, seed, levels[number % len(levels)], stereotyped)
            seed += 1
    for number in range(UNRELATED):
        yield partial(_unrelated, number, SNR_DB[number % 4])


def solved(evidence: str, case: Case) -> Example:
    """Make a case, and align it."""
    with tempfile.TemporaryDirectory() as place:
        return example(*case(Path(place) / "case.wav"), _learned(evidence))


@cache
def _learned(evidence: str) -> Learned:
    return open_compact() if evidence == "compact" else None


def _of_file(path: Path, truth: KeypointSet, _place: Path) -> Truth:
    return open_recording(path), truth.time_0_s, truth.time_1_s


def _scene(kind: str, seed: int, snr_db: float, stereotyped: bool, place: Path) -> Truth:
    scene = simulate_scene(kind, seed, SCENE_S, snr_db=snr_db, stereotyped=stereotyped)
    sf.write(place, scene.samples, scene.sample_rate_hz)
    truth = scene.keypoints()
    return open_recording(place), truth.time_0_s, truth.time_1_s


def _unrelated(number: int, snr_db: float, place: Path) -> Truth:
    one, other = (
        simulate_scene("zebra_finch", first + number, SCENE_S, snr_db=snr_db)
        for first in (5600, 5700)
    )
    both = np.stack([one.samples[:, 0], other.samples[:, 1]], axis=1)
    sf.write(place, both, one.sample_rate_hz)
    return open_recording(place), np.arange(SCENE_S), None


def related_curve(data: list[Example]) -> tuple[float, float]:
    """Logistic curve from a recording's log evidence to "its path was found"."""
    plain = [row for row in data if not row.is_aliased]
    evidence = np.array([row.log_evidence for row in plain])
    found = np.array([row.right.mean() >= FOUND_SHARE for row in plain])

    def loss(at: Floats) -> float:
        # A share of any labels is wrong; one of them must not flatten the curve, nor must
        # a set without a borderline recording make it a step.
        chance = MISLABELLED + (1 - 2 * MISLABELLED) * expit((evidence - at[0]) / np.exp(at[1]))
        step = 0.5 * ((at[1] - np.log(USUAL_SCALE_NATS)) / SCALE_SPREAD) ** 2
        return step - float(np.log(np.where(found, chance, 1 - chance)).sum())

    best = minimize(loss, [0.0, 0.0], method="Nelder-Mead").x
    return float(best[0]), float(np.exp(best[1]))


def logistic_weights(features: Floats, right: NDArray[np.bool_]) -> Floats:
    """Logistic regression with a slight ridge; features of shape (K, J), the first of ones."""
    ridge = RIDGE * np.append(0.0, features[:, 1:].var(axis=0))

    def loss(weights: Floats) -> tuple[float, Floats]:
        score = features @ weights
        value = np.mean(np.logaddexp(0, score) - right * score) + ridge @ weights**2
        return float(value), features.T @ (expit(score) - right) / len(right) + 2 * ridge * weights

    return minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B").x


def curve(raw: Floats, right: NDArray[np.bool_]) -> dict[str, list[float]]:
    """Isotonic curve from raw certainty to the share that is right; both of shape (K,)."""
    parts = np.array_split(np.argsort(raw, kind="stable"), max(2, len(raw) // KEYPOINTS_A_BIN))
    middle = np.array([raw[part].mean() for part in parts])
    share = isotonic_regression(np.array([right[part].mean() for part in parts])).x
    corner = np.ones(len(share), dtype=bool)
    corner[1:-1] = (share[1:-1] != share[:-2]) | (share[1:-1] != share[2:])
    return {
        "raw": middle[corner].round(5).tolist(),
        "confidence": share[corner].round(5).tolist(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fit_calibration")
    parser.add_argument("folders", nargs="*", type=Path, metavar="SETS_DIR")
    parser.add_argument("--evidence", choices=sorted(OUT), default="spectral")
    arguments = parser.parse_args()
    folders, evidence = arguments.folders, arguments.evidence
    cases = [*real(folders), *simulated()]
    with ProcessPoolExecutor() as pool:
        data = list(pool.map(partial(solved, evidence), cases))
    centre, scale = related_curve(data)
    groups = {
        name: (
            np.concatenate([row.features(centre, scale) for row in data if row.is_aliased is flag]),
            np.concatenate([row.right for row in data if row.is_aliased is flag]),
        )
        for name, flag in (("alone", False), ("aliased", True))
    }
    weights = logistic_weights(*groups["alone"])
    card = {
        "what": "probability that a keypoint is within 50 ms of the truth",
        "evidence": identity(_learned(evidence)),
        "fitted_on": {
            "real": sorted(folder.name for folder in folders),
            "simulated_scenes": sum(count for _, count, _ in SCENES),
            "unrelated_pairs": UNRELATED,
            "keypoints": sum(len(row.right) for row in data),
            "recordings_with_alias_flag": sum(row.is_aliased for row in data),
        },
        "finchsync": __version__,
        "date": date.today().isoformat(),
        "made_by": "python -m benchmarks.fit_calibration",
        "held_out": "docs/benchmarks.md",
    }
    table = {
        "card": card,
        "related_centre_nats": round(centre, 3),
        "related_scale_nats": round(scale, 3),
        "weights": weights.round(4).tolist(),
        **{name: curve(raw_certainty(x, weights), right) for name, (x, right) in groups.items()},
    }
    out = OUT[evidence]
    out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    print(f"{out.name}: {card['fitted_on']}")
    print(f"related: centre {centre:.2f} nats, scale {scale:.2f} nats")


if __name__ == "__main__":
    main()
