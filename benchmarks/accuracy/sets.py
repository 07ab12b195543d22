"""The recordings that everything is measured on.

Every simulated seed of the benchmarks lies in 7000-7999. Nothing may be tuned
on them: fit and choose with other seeds.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import soundfile as sf

from benchmarks.common.places import CACHE, shared
from core.formats.tables.biodcase import BiodcaseTable, read_csv, write_csv
from core.keypoints import KeypointSet
from core.simulate import DriftSpec, Scene, SceneSpec, simulate_scene

SCENE_S = 100.0


@dataclass(frozen=True, slots=True)
class BenchSet:
    """One set of recordings with known truth.

    Parameters
    ----------
    name : str
        As given to ``--only``.
    title : str
        As shown in tables.
    group : str
        "real", "sim", "field", "stereotyped" or "mixed"; ``--only`` takes it too.
    parameters : dict
        How the set is made, for the record.
    compared : bool
        Whether the alternatives run on it.
    unseen : bool
        Whether no constant of the aligner was chosen on such files.
    """

    name: str
    title: str
    group: str
    parameters: dict[str, object] = field(default_factory=dict)
    compared: bool = True
    unseen: bool = True

    def build(self, quick: bool = False) -> Path | None:
        """Make the set unless it is there; None if it needs recordings that are not."""
        folder = CACHE / "sets" / (self.name + ("-quick" if quick else ""))
        if (folder / "annotations.csv").exists():
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        if self.group == "real":
            return _build_real(folder, self.parameters, quick)
        _build_simulated(folder, _scenes(self), quick)
        return folder


def recordings(folder: Path) -> Iterator[tuple[Path, KeypointSet]]:
    """Audio files of a built set, each with its true keypoints."""
    for name, truth in read_csv(folder / "annotations.csv").files.items():
        yield folder / "audio" / name, truth


def _real(name: str, title: str, *, unseen: bool = False, **options: object) -> BenchSet:
    return BenchSet(name, title, "real", {"seed": 1} | options, compared=not unseen, unseen=unseen)


SETS = (
    _real("moderate", "real pairs, moderate drift", regime="moderate"),
    _real("hard", "real pairs, hard drift", regime="hard"),
    _real("noise10", "real pairs, white noise 10 dB below the loudest", noise_db=10.0),
    *(
        BenchSet(
            f"finch{snr:+d}",
            f"simulated finches, {snr:+d} dB",
            "sim",
            {"snr_db": snr, "seeds": list(range(first, first + 6))},
        )
        for snr, first in ((20, 7000), (10, 7010), (0, 7020), (-5, 7030))
    ),
    *(
        BenchSet(
            f"field{snr:+d}",
            f"simulated field, one coherent source, {snr:+d} dB",
            "field",
            {"snr_db": snr, "seeds": list(range(first, first + 6))},
        )
        for snr, first in ((10, 7100), (0, 7110), (-5, 7120))
    ),
    BenchSet(
        "stereotyped",
        "simulated finch with one stereotyped motif",
        "stereotyped",
        {"snr_db": 0, "seeds": list(range(7200, 7272))},
        compared=False,
    ),
    BenchSet(
        "mixed",
        "simulated finches: noisy, sparse, fast drift, little in common",
        "mixed",
        {"snr_db": [-15, -10, -5, 0, 10], "seeds": list(range(7300, 7390))},
        compared=False,
    ),
    _real("redrawn", "real pairs, drift of another seed", unseen=True, seed=7400),
    _real("redrawn15", "the same, noise 15 dB below", unseen=True, seed=7401, noise_db=15.0),
)


def _build_real(folder: Path, parameters: dict[str, object], quick: bool) -> Path | None:
    source = shared()
    if source is None:
        return None
    options = [f"--seed={parameters['seed']}"]
    if "regime" in parameters:
        options.append(f"--regime={parameters['regime']}")
    if "noise_db" in parameters:
        options.append(f"--noise-db={parameters['noise_db']}")
    if quick:
        options += ["--only=D", "--drifts=1"]
    make_drift_set(source, folder, options)
    return folder


def make_drift_set(source: Path, folder: Path, options: Sequence[str]) -> None:
    """Impose drifts on the two-sensor recordings of the development audio."""
    tool, pairs = source / "tools" / "make_drift_set.py", source / "data" / "two_sensor"
    folder.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, tool, pairs, folder, *options], check=True)


def _scenes(of: BenchSet) -> Iterator[Callable[[float], Scene]]:
    """One recipe a scene: length in seconds -> scene."""
    seeds = of.parameters["seeds"]
    assert isinstance(seeds, list)
    for index, seed in enumerate(seeds):
        yield _recipe(of, index, seed)


def _recipe(of: BenchSet, index: int, seed: int) -> Callable[[float], Scene]:
    snr = of.parameters["snr_db"]
    snr_db = float(snr[index % len(snr)] if isinstance(snr, list) else snr)  # type: ignore[arg-type]
    kind = "aru" if of.group == "field" else "zebra_finch"
    spec = SceneSpec(sources=1) if of.group == "field" else SceneSpec()
    drift = None
    if of.group == "mixed":
        spec = (SceneSpec(), SceneSpec(density=0.2), SceneSpec(shared_share=0.15))[index % 3]
        drift = DriftSpec.hard() if index % 2 else DriftSpec.moderate()

    def scene(duration_s: float) -> Scene:
        return simulate_scene(
            kind,
            seed,
            duration_s,
            snr_db=snr_db,
            drift=drift,
            stereotyped=of.group == "stereotyped",
            spec=spec,
        )

    return scene


def _build_simulated(folder: Path, scenes: Iterator[Callable[[float], Scene]], quick: bool) -> None:
    (folder / "audio").mkdir(parents=True)
    truth: dict[str, KeypointSet] = {}
    for make in scenes:
        scene = make(30.0 if quick else SCENE_S)
        name = f"{scene.kind}_{scene.seed}.wav"
        sf.write(folder / "audio" / name, scene.samples, scene.sample_rate_hz, subtype="PCM_16")
        truth[name] = scene.keypoints()
        if quick:
            break
    # Last: a set counts as built once its table is there.
    write_csv(folder / "annotations.csv", BiodcaseTable(truth))
