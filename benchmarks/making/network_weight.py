"""How firmly a network's weight should be held to its prior.

``python -m benchmarks.making.network_weight`` prints a table. In the place of a network stand
terms that know nothing (noise, drawn anew for every 10 ms or smooth over a tenth of a second) and
one that knows the offset to within a tenth of a second, on simulated finch scenes.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from unittest import mock

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from core.align import aligner, weights
from core.align.aligner import align
from core.audio.recording import Recording, open_recording
from core.evidence.learned import EvidenceInput, LearnedTerm
from core.formats.files.wav import write_wav
from core.keypoints import KeypointSet
from core.simulate import simulate_scene
from core.steps import Steps

SEEDS = range(400, 406)
DURATION_S = 60.0
PRECISIONS = (100.0, 25.0)
PRIOR = 0.3


class Stand:
    """Stands for a network."""

    name, model_id, device, weight = "beats", "", "cpu", PRIOR
    spectral_share, cost = 1.0, 30.0

    def __init__(self, kind: str, seed: int, truth: KeypointSet) -> None:
        self._kind, self._rng, self._truth = kind, np.random.default_rng(seed), truth
        self.notices: list[str] = []

    def term(
        self,
        _heard: EvidenceInput,
        time_0_s: NDArray,
        first_offset_s: NDArray,
        columns: int,
    ) -> Steps[LearnedTerm]:
        """As `core.evidence.learned.LearnedEvidence.term`."""
        term = self._rng.normal(size=(len(time_0_s), columns))
        if self._kind != "noise":
            term = 8 * gaussian_filter1d(term, 8, axis=1)
        if self._kind == "knowing":
            right_s = np.interp(time_0_s, self._truth.time_0_s, self._truth.offset_s)
            offset_s = first_offset_s[:, None] + 0.01 * np.arange(columns)
            term += 2 * np.exp(-0.5 * ((offset_s - right_s[:, None]) / 0.08) ** 2)
        yield 1.0
        return LearnedTerm(term.astype(np.float32))

    def close(self) -> None:
        """Nothing to give back."""


def mae_and_weight(
    recording: Recording, truth: KeypointSet, stand: Stand | None
) -> tuple[float, float]:
    """Mean absolute error in ms, and the weight that the last term came to."""
    with mock.patch.object(aligner, "fit_weights", wraps=weights.fit_weights) as fit:
        fitted = []
        fit.side_effect = lambda *a: fitted.append(weights.fit_weights(*a)) or fitted[-1]
        found = align(recording, truth.time_0_s, learned=() if stand is None else (stand,))
    error_s = np.abs(found.keypoints.time_1_s - truth.time_1_s)
    return 1e3 * float(error_s.mean()), float(fitted[0][-1])


def main() -> None:
    print("| term | precision | " + " | ".join(f"scene {seed}" for seed in SEEDS) + " |")
    print("|---|---|" + "---|" * len(SEEDS))
    with tempfile.TemporaryDirectory() as folder:
        scenes = {}
        for seed in SEEDS:
            scene = simulate_scene("zebra_finch", seed, DURATION_S)
            path = Path(folder) / f"{seed}.wav"
            write_wav(path, scene.samples, scene.sample_rate_hz)
            scenes[seed] = open_recording(path), scene.keypoints()
        none = [mae_and_weight(*scene, None)[0] for scene in scenes.values()]
        print("| none | | " + " | ".join(f"{mae:.1f} ms" for mae in none) + " |", flush=True)
        for kind in ("noise", "smooth", "knowing"):
            for precision in PRECISIONS:
                cells = []
                for seed, (recording, truth) in scenes.items():
                    with mock.patch.object(weights, "_LEARNED_PRECISION", precision):
                        mae, weight = mae_and_weight(recording, truth, Stand(kind, seed, truth))
                    cells.append(f"{mae:.1f} ms, {weight:.2f}")
                print(f"| {kind} | {precision:g} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
