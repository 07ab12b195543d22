"""A small deployment of two recorders, simulated: the same for everybody who makes it.

``python -m benchmarks.window.deployment OUT`` writes the recordings of ``docs/tutorial.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

import numpy as np

from core.formats.files.wav import write_wav
from core.keypoints import KeypointSet
from core.simulate import DriftSpec, Scene, SceneSpec, simulate_scene

TUTORIAL = {"monday": 8, "tuesday": 4}
SEED = 2100
DURATION_S = 60.0
CALM, WINDY = (0.0, 0.15), (-13.0, 0.05)
"""Signal to noise in dB, and how lively the scene is."""
TAKES = (CALM, WINDY, WINDY, CALM, WINDY, WINDY, WINDY, WINDY)
"""Of a recording after the other."""
_DRIFT = DriftSpec(offset_s=(1.7, 2.2), drift_ppm=(100.0, 300.0), bend_s=(0.0, 0.01))


def write_deployment(
    out: Path, files: Mapping[str, int], duration_s: float = DURATION_S
) -> dict[str, KeypointSet]:
    """Write folders of recordings, all by two recorders whose clocks differ much alike.

    Parameters
    ----------
    out : Path
    files : mapping of str to int
        How many recordings each folder in `out` gets, in ``audio``.
    duration_s : float
        How long each is.

    Returns
    -------
    dict of str to KeypointSet
        The true keypoints, by file name.
    """
    truth: dict[str, KeypointSet] = {}
    scenes = _scenes(duration_s)
    for name, number in files.items():
        (out / name / "audio").mkdir(parents=True)
        for each in range(1, number + 1):
            scene, path = next(scenes), out / name / "audio" / f"{name}_{each:02d}.wav"
            write_wav(path, scene.samples, scene.sample_rate_hz)
            truth[path.name] = scene.keypoints()
    return truth


def _scenes(duration_s: float) -> Iterator[Scene]:
    made = 0
    for seed in count(SEED):
        snr_db, density = TAKES[made % len(TAKES)]
        scene = simulate_scene(
            "zebra_finch",
            seed,
            duration_s,
            snr_db=snr_db,
            drift=_DRIFT,
            spec=SceneSpec(density=density),
        )
        ends_s = np.array([0.0, duration_s])
        first_s, last_s = scene.time_map.to_channel_1(ends_s) - ends_s
        # The signs are drawn; with others it would be another pair of recorders.
        if 0.0 < first_s < last_s:
            made += 1
            yield scene


if __name__ == "__main__":
    write_deployment(Path(sys.argv[1]), TUTORIAL)
