"""Fit ``resources/calibration.json``: how often the aligner is right when it says so.

usage: python -m benchmarks.fit_calibration SETS_DIR [SETS_DIR ...]

Each folder is a drifted set in BioDCASE layout, made of recordings whose licence
allows it and with seeds not used to fit the evidence weights. Simulated scenes
from 20 to -15 dB, stereotyped song and pairs of unrelated scenes are added.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression, minimize
from scipy.special import expit

from core import __version__
from core.align import confidence
from core.align.aligner import align
from core.align.calibration import MOST_CONFIDENT
from core.audio.recording import Recording, find_audio, open_recording
from core.formats.biodcase import read_csv
from core.simulate import simulate_scene

Floats = NDArray[np.float64]

TOLERANCE_S = 0.05
FOUND_SHARE = 0.3
BINS = 60
SNR_DB = (20.0, 10.0, 0.0, -5.0, -10.0, -15.0)
SCENES = (("zebra_finch", 36, False), ("aru", 12, False), ("zebra_finch", 12, True))
UNRELATED = 16
OUT = Path(__file__).parent.parent / "resources" / "calibration.json"

Example = tuple[float, bool, Floats, NDArray[np.bool_]]


def example(recording: Recording, time_0_s: Floats, time_1_s: Floats | None) -> Example:
    """Log evidence, alias flag, posterior mass and which keypoints are right."""
    result = align(recording, time_0_s)
    mass = confidence.mass_within(
        result.surface, result.posterior, result.path.offset_s, TOLERANCE_S
    )[: len(time_0_s)]
    if time_1_s is None:
        right = np.zeros(len(mass), dtype=bool)
    else:
        right = np.abs(result.keypoints.time_1_s - time_1_s)[: len(mass)] <= TOLERANCE_S
    return result.log_evidence, result.alias is not None, mass, right


def real(folders: list[Path]) -> Iterator[Example]:
    for folder in folders:
        truth = read_csv(folder / "annotations.csv")
        for path in find_audio(folder):
            keypoints = truth.files[path.name]
            yield example(open_recording(path), keypoints.time_0_s, keypoints.time_1_s)


def simulated(place: Path) -> Iterator[Example]:
    path, seed = place / "scene.wav", 5000
    for kind, count, stereotyped in SCENES:
        for number in range(count):
            snr_db = SNR_DB[number % len(SNR_DB)]
            scene = simulate_scene(kind, seed, 100.0, snr_db=snr_db, stereotyped=stereotyped)
            seed += 1
            sf.write(path, scene.samples, scene.sample_rate_hz)
            truth = scene.keypoints()
            yield example(open_recording(path), truth.time_0_s, truth.time_1_s)
    for number in range(UNRELATED):
        snr_db = SNR_DB[number % 4]
        one, other = (
            simulate_scene("zebra_finch", first + number, 100.0, snr_db=snr_db)
            for first in (5200, 5300)
        )
        both = np.stack([one.samples[:, 0], other.samples[:, 1]], axis=1)
        sf.write(path, both, one.sample_rate_hz)
        yield example(open_recording(path), np.arange(100.0), None)


def raw_certainty(data: list[Example], centre: float, scale: float, alias_share: float) -> Floats:
    return np.concatenate(
        [m * expit((e - centre) / scale) * (alias_share if a else 1.0) for e, a, m, _ in data]
    )


def share_of_aliased(data: list[Example]) -> float:
    """How often the path is the right one of the two where the alias flag is up."""
    flagged = [(mass.mean(), right.mean()) for _, alias, mass, right in data if alias]
    claimed, found = np.sum(flagged, axis=0)
    return float(np.clip(found / claimed, 0.3, 0.9))


def related_curve(data: list[Example]) -> tuple[float, float]:
    """Logistic curve from a recording's log evidence to "its path was found"."""
    plain = [(evidence, right.mean()) for evidence, alias, _, right in data if not alias]
    evidence = np.array([e for e, _ in plain])
    found = np.array([share >= FOUND_SHARE for _, share in plain])

    def loss(at: Floats) -> float:
        chance = np.clip(expit((evidence - at[0]) / np.exp(at[1])), 1e-9, 1 - 1e-9)
        return -float(np.log(np.where(found, chance, 1 - chance)).sum())

    best = minimize(loss, [0.0, 0.0], method="Nelder-Mead").x
    return float(best[0]), float(np.exp(best[1]))


def curve(raw: Floats, right: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Isotonic curve through equally filled bins."""
    order = np.argsort(raw, kind="stable")
    parts = np.array_split(order, BINS)
    centre = np.array([raw[part].mean() for part in parts])
    share = np.array([right[part].mean() for part in parts])
    return centre, isotonic_regression(share).x


def main() -> None:
    folders = [Path(argument) for argument in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as place:
        data = [*real(folders), *simulated(Path(place))]
    right = np.concatenate([r for *_, r in data])
    centre, scale = related_curve(data)
    alias_share = share_of_aliased(data)
    raw = raw_certainty(data, centre, scale, alias_share)
    x, y = curve(raw, right)
    sure = np.minimum(np.interp(raw, x, y), MOST_CONFIDENT)
    brier = float(np.mean((sure - right) ** 2))
    card = {
        "what": "probability that a keypoint is within 50 ms of the truth",
        "fitted_on": {
            "real": sorted(folder.name for folder in folders),
            "simulated_scenes": sum(count for _, count, _ in SCENES),
            "unrelated_pairs": UNRELATED,
            "keypoints": len(right),
        },
        "brier_on_fit": round(brier, 4),
        "finchsync": __version__,
        "date": date.today().isoformat(),
        "made_by": "python -m benchmarks.fit_calibration",
        "held_out": "docs/benchmarks.md",
    }
    table = {
        "card": card,
        "related_centre_nats": round(centre, 3),
        "related_scale_nats": round(scale, 3),
        "alias_share": round(alias_share, 3),
        "raw": [round(float(v), 5) for v in x],
        "confidence": [round(float(v), 5) for v in y],
    }
    OUT.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {len(right)} keypoints, Brier {brier:.4f}")
    print(f"alias share {alias_share:.2f}")
    print(f"related: centre {centre:.2f} nats, scale {scale:.2f} nats")


if __name__ == "__main__":
    main()
