"""In how many seconds *Why this match* draws its lines: right seconds, wrong ones, and noise.

usage: python -m benchmarks.accuracy.match_lines

Asks for seconds of simulated finches, of real pairs under known drifts and of noise, at the true
offset and at one that is 3.3 s wrong; prints how often lines are shown, and fails if they are where
the second does not belong, or in noise, more often than chance may show them (`SHOWN_P`).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from scipy.stats import binom

from benchmarks.accuracy.sets import make_drift_set, recordings
from benchmarks.common.places import RESULTS, shared
from benchmarks.common.store import save
from core.audio.recording import Recording, open_recording
from core.evidence.matching_parts import CLIP_S, SHOWN_P, matching_parts
from core.formats.files.wav import write_wav
from core.keypoints import KeypointSet
from core.simulate import simulate_scene
from core.steps import result_of

SECONDS, SECONDS_A_PAIR, PAIRS, SEED = 18, 4, 9, 1
WRONG_BY_S = 3.3
LEAST_P = 0.01


def main() -> int:
    """Count, print and keep."""
    counts: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory() as place:
        for kind, path, truth in _asked(Path(place)):
            seconds = SECONDS_A_PAIR if kind == "real pairs" else SECONDS
            for where, wrong_s in (("right", 0.0), (f"{WRONG_BY_S:g} s wrong", WRONG_BY_S)):
                shown, asked = _count(open_recording(path), truth, seconds, wrong_s)
                so_far = counts.setdefault(f"{kind}, {where}", [0, 0])
                so_far[0] += shown
                so_far[1] += asked
    for name, (shown, asked) in counts.items():
        print(f"{name:34s} lines in {shown} of {asked} seconds")
    save(RESULTS, "match_lines", {"shown_of_asked": counts})
    proves = [name.endswith("right") and "noise" not in name for name in counts]
    by_chance = np.array(list(counts.values()))[~np.array(proves)].sum(axis=0)
    likely = float(binom.sf(by_chance[0] - 1, by_chance[1], SHOWN_P))
    print(f"by chance {by_chance[0]} of {by_chance[1]}; so many or more: p = {likely:.2f}")
    return int(likely < LEAST_P)


def _asked(place: Path) -> Iterator[tuple[str, Path, KeypointSet]]:
    """Recordings with what is true of them."""
    finches = simulate_scene("zebra_finch", SEED, 60.0, snr_db=10.0)
    write_wav(place / "finches.wav", finches.samples, finches.sample_rate_hz)
    yield "simulated finches", place / "finches.wav", finches.keypoints()
    noise = np.random.default_rng(SEED).normal(scale=0.05, size=finches.samples.shape)
    write_wav(place / "noise.wav", noise.astype(np.float32), finches.sample_rate_hz)
    yield "noise", place / "noise.wav", finches.keypoints()
    source = shared()
    if source is None:
        print("The development recordings are not here: simulated ones only.")
        return
    make_drift_set(source, place / "pairs", [f"--seed={SEED}"])
    for path, truth in islice(recordings(place / "pairs"), 0, 2 * PAIRS, 2):
        yield "real pairs", path, truth


def _count(
    recording: Recording, truth: KeypointSet, seconds: int, wrong_s: float
) -> tuple[int, int]:
    """Seconds with lines, and all that were asked for."""
    ends_s = [length_s - CLIP_S for length_s in recording.durations_s]
    fits = (truth.time_0_s > CLIP_S) & (truth.time_0_s < ends_s[0])
    fits &= (truth.time_1_s > CLIP_S) & (truth.time_1_s + WRONG_BY_S < ends_s[1])
    places = np.flatnonzero(fits)
    chosen = places[np.linspace(0, len(places) - 1, seconds).astype(np.intp)]
    found = [
        result_of(
            matching_parts(
                recording, float(truth.time_0_s[at]), float(truth.time_1_s[at]) + wrong_s
            )
        )
        for at in chosen
    ]
    return sum(parts is not None and parts.is_shown for parts in found), len(found)


if __name__ == "__main__":
    sys.exit(main())
