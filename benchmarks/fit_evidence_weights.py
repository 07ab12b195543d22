"""Fit `core.evidence.spectral.DEFAULT_WEIGHTS` by conditional likelihood at the true offsets.

usage: python benchmarks/fit_evidence_weights.py SETS_DIR [SETS_DIR ...]

Each folder is a drifted set in BioDCASE layout. Only recordings whose licence
allows shipping what was learned from them may be used (see the README of the
development audio): of the two-sensor pairs that is recording D; simulated
scenes are added here. Prints the weights; they are copied by hand.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray
from scipy.optimize import minimize

from core.align.weights import penalised_loss
from core.audio.features import ChannelFeatures, feature_blocks
from core.audio.recording import Recording, find_audio, open_recording
from core.evidence.spectral import TERMS, term_surfaces
from core.evidence.terms import TermSurfaces
from core.formats.biodcase import read_csv
from core.keypoints import KeypointSet
from core.simulate import SceneSpec, simulate_scene

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
    recording: Recording, truth: KeypointSet
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Term scores of the rows whose true offset lies inside, and the columns around it."""
    features = [_last(feature_blocks(recording, channel), ChannelFeatures) for channel in (0, 1)]
    columns = 2 * round(MAX_OFFSET_S / 0.01) + 1
    first = np.full(len(truth), -MAX_OFFSET_S)
    surfaces = _last(
        term_surfaces(features[0], features[1], truth.time_0_s, first, columns), TermSurfaces
    )
    column = np.rint((truth.offset_s + MAX_OFFSET_S) / 0.01).astype(np.intp)
    heard = (truth.time_1_s > 0) & (truth.time_1_s < recording.channels[1].duration_s)
    rows = np.flatnonzero(heard & (column >= 2) & (column < columns - 2))
    return surfaces.terms[:, rows].astype(np.float32), column[rows, None] + np.arange(-2, 3)


def _last(steps: Iterator[object], kind: type) -> object:
    return next(step for step in steps if isinstance(step, kind))


def main() -> None:
    data = [examples(*pair) for pair in labelled([Path(a) for a in sys.argv[1:]])]
    start = np.full(len(TERMS), 0.2)

    def total(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        parts = [
            penalised_loss(weights, terms, target, np.ones(len(target)), start, 0.1)
            for terms, target in data
        ]
        return sum(loss for loss, _ in parts), np.sum([gradient for _, gradient in parts], axis=0)

    result = minimize(total, start, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(start))
    rows = sum(len(target) for _, target in data)
    print(f"{len(data)} recordings, {rows} rows")
    for term, weight in zip(TERMS, result.x, strict=True):
        print(f"{weight:.2f}  {term[0]} - {term[1]}")


if __name__ == "__main__":
    main()
