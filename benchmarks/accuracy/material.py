"""Recordings as labs have them: pairs found by name, files in a row, labels carried, sound out.

usage: python -m benchmarks.accuracy.material [--only pairing sequence carried residual] [--quick]

Writes ``benchmarks/results/material.json`` and prints its tables. The bars are those that the
feature was asked to reach. Seeds from 9000 on are for reporting.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf

from benchmarks.accuracy import aligned_audio, sequence
from benchmarks.common.markdown import table
from benchmarks.common.places import QUICK_RESULTS, RESULTS
from benchmarks.common.store import load, save
from core.align.aligner import align
from core.arrays import Floats
from core.audio.pairs.pairing import FoundFile, guess_pairs
from core.audio.recording import open_recording
from core.carry import carry
from core.labels import Label, Labels, Tier
from core.simulate import SceneSpec, simulate_scene
from core.simulate.recorders import draw_paths

NAME = "material"
FIRST_SEED = 9000
SCENE_S = 120.0
SCENES: dict[str, tuple[str, SceneSpec]] = {
    "finches, room and transmitter": ("zebra_finch", SceneSpec()),
    "field, one place of sound": ("aru", SceneSpec(sources=1)),
    "field, to 20 ms of travel": ("aru", SceneSpec()),
    "field, to 50 ms of travel": ("aru", SceneSpec(travel_ms=50.0)),
}
_MISSING = (17, 51, 83)
_BEGAN = datetime(2026, 5, 14, 4, 30)

Row = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.material")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--quick", action="store_true", help="fewer scenes, shorter sequences")
    asked = parser.parse_args()
    out = QUICK_RESULTS if asked.quick else RESULTS
    known = load(out, NAME) or {}
    parts = {part: rows for part, rows in known.items() if part in PARTS}
    for part in asked.only:
        parts[part] = list(PARTS[part](quick=asked.quick))
        save(out, NAME, parts)
        print(f"\n{PARTS[part].__doc__}\n")
        print("\n".join(table([*parts[part][0]], [[*row.values()] for row in parts[part]])))
    return 0


def pairing(*, quick: bool) -> Iterator[Row]:
    """200 mono files of two recorders in no order, three partners missing: pairs that are right."""
    del quick
    rng = np.random.default_rng(FIRST_SEED)
    for title, name in {
        "AudioMoths, clocks some seconds apart": "{recorder}_{moment:%Y%m%d_%H%M%S}.WAV",
        "numbers behind the recorder": "{recorder}_{number:03}.wav",
    }.items():
        files, true = [], set()
        for number in range(100):
            late_s = rng.uniform(-20, 20, 2)
            sides = []
            for recorder, late in zip(("radio1", "room"), late_s, strict=True):
                moment = _BEGAN + timedelta(minutes=15 * number, seconds=round(float(late)))
                path = Path(name.format(recorder=recorder, number=number, moment=moment))
                start = moment if "moment" in name else None
                sides.append(FoundFile(path, 1, 600.0 + float(rng.uniform(-2, 2)), start))
            files += sides[: 1 if number in _MISSING else 2]
            if number not in _MISSING:
                true.add(frozenset(side.path for side in sides))
        found = guess_pairs([files[at] for at in rng.permutation(len(files))])
        pairs = {frozenset(side.path for side in pair.sides) for pair in found.pairs}
        yield {
            "names": title,
            "files": len(files),
            "pairs": len(true),
            "right": len(pairs & true),
            "wrong": len(pairs - true),
            "named as without a partner": len(found.unpaired),
        }


def in_a_row(*, quick: bool) -> Iterator[Row]:
    """An hour in 60 files a side and in one file, 40 ppm (bar: MAE within 10 %, 600 MB)."""
    for case, told in sequence.measured(5 if quick else 60, 16_000):
        yield {"both sides": case, **told}


def carried(*, quick: bool) -> Iterator[Row]:
    """Labels of all that both recorders heard, carried from channel 0 to 1 (bar: median 5 ms).

    By the clocks: a label is right where the clock of channel 1 shows the moment of the label.
    By the sound: where the labelled sound itself is heard on channel 1, which sounds from several
    places reach before or after channel 0 by up to the travel; no one time map holds for them all.
    """
    for title, (kind, spec) in SCENES.items():
        clock: list[Floats] = []
        sound: list[Floats] = []
        for seed in range(FIRST_SEED, FIRST_SEED + (2 if quick else 8)):
            by_clock, by_sound = _carried_errors_s(kind, spec, seed)
            clock.append(by_clock)
            sound.append(by_sound)
        told: Row = {"scene": title, "labels": sum(map(len, clock))}
        for way, errors_s in (("clocks", clock), ("sound", sound)):
            all_ms = 1e3 * np.concatenate(errors_s)
            told[f"median by the {way}, ms"] = round(float(np.median(all_ms)), 2)
            told[f"95 % by the {way}, ms"] = round(float(np.quantile(all_ms, 0.95)), 2)
        yield told


def _carried_errors_s(kind: str, spec: SceneSpec, seed: int) -> tuple[Floats, Floats]:
    """Errors of labels on channel 1, seconds, against its clock and against what is heard there."""
    scene = simulate_scene(kind, seed, SCENE_S, spec=spec)
    both = [event for event in scene.events if all(event.heard)]
    sources = 1 + max(event.source for event in scene.events)
    paths = draw_paths(kind, spec, seed, sources, scene.sample_rate_hz)
    travel_s = np.array([[way.travel_s for way in paths[event.source]] for event in both])
    heard_s = np.array([event.start_s for event in both])[:, None] + travel_s
    there_s = scene.time_map.to_channel_1(heard_s[:, 1])
    inside = (heard_s[:, 0] > 0) & (heard_s[:, 0] < SCENE_S) & (there_s > 0) & (there_s < SCENE_S)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scene.wav"
        sf.write(path, scene.samples, scene.sample_rate_hz, subtype="FLOAT")
        recording = open_recording(path)
        keypoints = align(recording).keypoints
    at = np.flatnonzero(inside)
    labels = tuple(Label(t, t, str(n)) for n, t in zip(at, heard_s[at, 0].tolist(), strict=True))
    done = carry(Labels((Tier("", labels),)), keypoints, recording.durations_s, 1).labels
    kept = np.array([int(label.text) for label in done])
    found_s = np.array([label.start_s for label in done])
    clock_s = scene.time_map.to_channel_1(heard_s[kept, 0])
    return np.abs(found_s - clock_s), np.abs(found_s - there_s[kept])


def residual(*, quick: bool) -> Iterator[Row]:
    """Offset that cross-correlation still finds in exported audio (bar: median 1 ms)."""
    with tempfile.TemporaryDirectory() as folder:
        yield from aligned_audio.residuals(Path(folder), range(1, 2 if quick else 5))


PARTS: dict[str, Callable[..., Iterator[Row]]] = {
    "pairing": pairing,
    "sequence": in_a_row,
    "carried": carried,
    "residual": residual,
}

if __name__ == "__main__":
    sys.exit(main())
