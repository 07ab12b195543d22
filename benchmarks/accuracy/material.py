"""Recordings as labs have them: pairs found by name, files in a row, labels carried, sound out.

usage: python -m benchmarks.accuracy.material [--only PART ...] [--quick]

Parts: pairing sequence seldom channels carried residual. Writes
``benchmarks/results/material.json`` and prints its tables. The bars are those that the feature was
asked to reach. Seeds from 9000 on are for reporting.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf

from benchmarks.accuracy import aligned_audio, sequence
from benchmarks.common.machine import ONE_THREAD
from benchmarks.common.markdown import table
from benchmarks.common.places import QUICK_RESULTS, REPOSITORY, RESULTS, shared
from benchmarks.common.store import load, save
from core.align.aligner import align
from core.arrays import Floats
from core.audio.pairs.pairing import FoundFile, guess_pairs
from core.audio.recording import open_recording
from core.audio.sources import Source
from core.audio.warped import WarpedChannel
from core.carry import carry
from core.formats.tables.biodcase import read_csv
from core.labels import Label, Labels, Tier
from core.simulate import DriftSpec, SceneSpec, simulate_scene
from core.simulate.recorders import draw_paths
from tests.two_recorders import TwoRecorders, mae_ms

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
        rows = parts[part] or [{"left out": "it needs the development recordings"}]
        print("\n".join(table([*rows[0]], [[*row.values()] for row in rows])))
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


def seldom(*, quick: bool) -> Iterator[Row]:
    """Recorders that run a minute now and then: four minutes of sound in three hours, 40 ppm."""
    del quick
    with tempfile.TemporaryDirectory() as folder:
        sides = [Path(folder) / side for side in "AB"]
        for side in sides:
            side.mkdir()
        for number, begins_s in enumerate((0, 3600, 7200, 10_740)):
            _write_minutes(sides, FIRST_SEED + number, begins_s)
        recording = open_recording(*map(Source, sides))
        begun_s = time.process_time()
        keypoints = align(recording).keypoints
        took_s = time.process_time() - begun_s
        true_s = sequence.CLOCKS.to_channel_1(keypoints.time_0_s)
        error_ms = 1e3 * np.abs(keypoints.time_1_s - true_s)
        yield {
            "keypoints": len(keypoints),
            "MAE, ms": round(float(error_ms.mean()), 2),
            "median, ms": round(float(np.median(error_ms)), 2),
            "within 50 ms": round(float((error_ms <= 50).mean()), 4),
            "processor time, s": round(took_s, 1),
        }


def _write_minutes(sides: Sequence[Path], seed: int, begins_s: int) -> None:
    """A minute by each recorder's own clock, from a moment of it on."""
    scene = simulate_scene("zebra_finch", seed, 66.0, snr_db=15.0, drift=DriftSpec.none())
    world = sides[0].parent / "world.wav"
    sf.write(world, scene.samples, scene.sample_rate_hz, subtype="FLOAT")
    name = f"{_BEGAN + timedelta(seconds=begins_s):%Y%m%d_%H%M%S}.wav"
    for channel, side in enumerate(sides):
        clock_s = begins_s + np.arange(60 * 16_000) / 16_000
        world_s = clock_s if channel == 0 else sequence.CLOCKS.to_channel_0(clock_s)
        heard = WarpedChannel(open_recording(world), channel)
        samples = heard.at(world_s - begins_s + 3.0, np.ones(len(clock_s)), 1 / 16_000)
        sf.write(side / name, samples, 16_000, subtype="PCM_16")
    world.unlink()


def channels(*, quick: bool) -> Iterator[Row]:
    """Real pairs as channel 3 of a 48 kHz W64 and a 44.1 kHz FLAC, 100 ppm (bar: within 0.5 ms).

    Aligned by the command, as somebody would who has these files.
    """
    place = shared()
    names = () if place is None else ("A_daq_vs_radio1", "B_daq_vs_radio1", "D_daq_vs_radio1")
    for name in names[: 1 if quick else None]:
        assert place is not None
        path = place / "data" / "two_sensor" / f"zf_birdpark_{name}.flac"
        samples, rate_hz = sf.read(path, dtype="float32")
        with tempfile.TemporaryDirectory() as folder:
            files = TwoRecorders.write(Path(folder), samples, rate_hz)
            out = Path(folder) / "out.csv"
            pair = ("--pair", f"{files.many}:3", files.other)
            command = (sys.executable, "main.py", "align", files.stereo, *pair, "--out", out)
            subprocess.run(command, cwd=REPOSITORY, env=ONE_THREAD, capture_output=True, check=True)
            together, apart = map(mae_ms, read_csv(out).files.values())
        told = {"in one file, MAE ms": together, "in two files, MAE ms": apart}
        yield {"pair": name, **{what: round(value, 2) for what, value in told.items()}}


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
        yield from aligned_audio.residuals(Path(folder), quick=quick)


PARTS: dict[str, Callable[..., Iterator[Row]]] = {
    "pairing": pairing,
    "sequence": in_a_row,
    "seldom": seldom,
    "channels": channels,
    "carried": carried,
    "residual": residual,
}

if __name__ == "__main__":
    sys.exit(main())
