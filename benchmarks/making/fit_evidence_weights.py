"""Fit `core.evidence.spectral.DEFAULT_WEIGHTS` by conditional likelihood at the true offsets.

usage: python -m benchmarks.making.fit_evidence_weights [--compact] [SETS_DIR ...]

Each folder is a drifted set in BioDCASE layout. Only recordings whose licence
allows shipping what was learned from them may be used (see the README of the
development audio): of the two-sensor pairs that is recording D; simulated
scenes are added here. Prints the weights; they are copied by hand. With
``--compact``, the weight of the compact net and the share of the spectral terms'
weights that stays beside it; no folder then, since it was trained on that recording.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray
from scipy.optimize import minimize

from core.align.weights import penalised_loss
from core.arrays import Floats
from core.audio.folder import find_audio
from core.audio.recording import Recording, open_recording
from core.audio.spectra.features import feature_blocks
from core.evidence.compact import open_compact
from core.evidence.learned import EvidenceInput, LearnedEvidence
from core.evidence.spectral import DEFAULT_WEIGHTS, TERMS, term_surfaces
from core.formats.tables.biodcase import read_csv
from core.keypoints import KeypointSet
from core.simulate import SceneSpec, simulate_scene
from core.steps import result_of

MAX_OFFSET_S = 5.0
SIMULATED = [
    ("zebra_finch", 4000 + seed, snr_db, SceneSpec())
    for seed, snr_db in enumerate((20.0, 10.0, 0.0, -5.0))
] + [("aru", 4100 + seed, snr_db, SceneSpec()) for seed, snr_db in enumerate((10.0, 0.0, -5.0))]


def labelled(folders: list[Path]) -> Iterator[tuple[Recording, KeypointSet]]:
    for folder in folders:
        truth = read_csv(folder / "annotations.csv")
        for path in find_audio(folder):
            yield open_recording(path), truth.files[path.name]
    for kind, seed, snr_db, spec in SIMULATED:
        scene = simulate_scene(kind, seed, 100.0, snr_db=snr_db, spec=spec)
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "scene.wav"
            sf.write(path, scene.samples, scene.sample_rate_hz)
            yield open_recording(path), scene.keypoints()


def examples(
    recording: Recording, truth: KeypointSet, learned: LearnedEvidence | None
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Term scores of the rows whose true offset lies inside, and the columns around it."""
    features = result_of(feature_blocks(recording))
    columns = 2 * round(MAX_OFFSET_S / 0.01) + 1
    first = np.full(len(truth), -MAX_OFFSET_S)
    surfaces = result_of(term_surfaces(features[0], features[1], truth.time_0_s, first, columns))
    if learned is not None:
        heard = EvidenceInput(recording, features)
        term = result_of(learned.term(heard, truth.time_0_s, first, columns))
        surfaces = surfaces.with_term(term.score, learned.weight)
    column = np.rint((truth.offset_s + MAX_OFFSET_S) / 0.01).astype(np.intp)
    heard = (truth.time_1_s > 0) & (truth.time_1_s < recording.channels[1].duration_s)
    rows = np.flatnonzero(heard & (column >= 2) & (column < columns - 2))
    return surfaces.terms(rows), column[rows, None] + np.arange(-2, 3)


def total(
    data: list[tuple[NDArray[np.float32], NDArray[np.intp]]], weights: Floats, prior: Floats
) -> tuple[float, Floats]:
    """Loss of all recordings, slightly held to a prior, and its gradient."""
    parts = [
        penalised_loss(weights, terms, target, np.ones(len(target)), prior, 0.1)
        for terms, target in data
    ]
    return sum(loss for loss, _ in parts), np.sum([gradient for _, gradient in parts], axis=0)


def all_weights(data: list[tuple[NDArray[np.float32], NDArray[np.intp]]]) -> None:
    start = np.full(len(TERMS), 0.2)
    bounds = [(0.0, None)] * len(start)
    result = minimize(
        lambda weights: total(data, weights, start),
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
    )
    for term, weight in zip(TERMS, result.x, strict=True):
        print(f"{weight:.2f}  {term[0]} - {term[1]}")


def share_and_weight(data: list[tuple[NDArray[np.float32], NDArray[np.intp]]]) -> None:
    def loss(of: Floats) -> tuple[float, Floats]:
        weights = np.append(of[0] * DEFAULT_WEIGHTS, of[1])
        value, gradient = total(data, weights, weights)
        return value, np.array([gradient[:-1] @ DEFAULT_WEIGHTS, gradient[-1]])

    bounds = [(0.0, None)] * 2
    share, weight = minimize(loss, [0.5, 0.5], jac=True, method="L-BFGS-B", bounds=bounds).x
    print(f"{share:.2f} of the spectral weights beside {weight:.2f} of the compact net")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.making.fit_evidence_weights")
    parser.add_argument("folders", nargs="*", type=Path, metavar="SETS_DIR")
    parser.add_argument("--compact", action="store_true")
    arguments = parser.parse_args()
    learned = open_compact() if arguments.compact else None
    data = [examples(*pair, learned) for pair in labelled(arguments.folders)]
    print(f"{len(data)} recordings, {sum(len(target) for _, target in data)} rows")
    if arguments.compact:
        share_and_weight(data)
    else:
        all_weights(data)


if __name__ == "__main__":
    main()
