"""A sequence of one-minute files a side against one file of an hour: error and memory.

usage: python -m benchmarks.accuracy.sequence [--minutes N] [--rate HZ]

Both recorders hear the same hour. Between its files each loses 0.2 s; their clocks differ by
40 ppm, and one began 0.37 s late. Names tell whole seconds; with ``fine`` headers tell
milliseconds. Errors are measured file by file. Prints a table.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import soundfile as sf

from benchmarks.common.machine import ONE_THREAD
from benchmarks.common.places import CACHE, REPOSITORY
from core.align.aligner import align
from core.arrays import Floats
from core.audio.channels import Samples
from core.audio.recording import Recording, open_recording
from core.audio.sequences.sequence import sequence_at
from core.audio.sources import Source
from core.audio.warped import WarpedChannel
from core.simulate import DriftSpec, simulate_scene
from core.time_map import TimeMap
from tests.core.audio.start_times import making

FILE_S, GAP_S = 60.0, 0.2
CLOCKS = TimeMap.linear(-0.37, 40.0)
CASES = ("one file", "names", "fine")
_BEGAN = datetime(2023, 5, 11, 4, 30)
_SCENE_S = 75.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.sequence")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--rate", type=int, default=16_000)
    parser.add_argument("--one", choices=CASES, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(_measured(_folder(asked.minutes, asked.rate), asked.one)))
        return 0
    print("| both sides | keypoints | MAE, ms | median, ms | within 50 ms | memory, MB | s |")
    print("|---|---|---|---|---|---|---|")
    for case, told in measured(asked.minutes, asked.rate):
        print("|", case, "|", " | ".join(map(str, told.values())), "|", flush=True)
    return 0


def measured(minutes: int, rate_hz: int) -> Iterator[tuple[str, dict[str, object]]]:
    """Each case and what was measured of it, in a process of its own."""
    folder = _folder(minutes, rate_hz)
    if not folder.exists():
        _build(folder, minutes, rate_hz)
    length = ("--minutes", str(minutes), "--rate", str(rate_hz))
    for case in CASES:
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.accuracy.sequence", "--one", case, *length],
            cwd=REPOSITORY,
            env=ONE_THREAD | {"PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            text=True,
            check=True,
        )
        yield case, json.loads(told.stdout)


def _folder(minutes: int, rate_hz: int) -> Path:
    return CACHE / "sequence" / f"{minutes}min_{rate_hz}hz"


def _measured(folder: Path, case: str) -> dict[str, object]:
    sides = [folder / case / side for side in "AB"]
    if case == "one file":
        sides = [next(side.iterdir()) for side in sides]
    begun_s = time.process_time()
    recording = open_recording(*map(Source, sides))
    found = align(recording)
    took_s = time.process_time() - begun_s
    keypoints = found.keypoints
    zero, one = (
        _true_s(recording, channel, times_s, case)
        for channel, times_s in enumerate((keypoints.time_0_s, keypoints.time_1_s))
    )
    error_ms = 1e3 * np.abs(CLOCKS.to_channel_1(zero) - one)
    kept = np.isfinite(error_ms)
    return {
        "keypoints": int(kept.sum()),
        "mae_ms": round(float(error_ms[kept].mean()), 3),
        "median_ms": round(float(np.median(error_ms[kept])), 3),
        "within": round(float((error_ms[kept] <= 50).mean()), 4),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "cpu_s": round(took_s, 1),
    }


def _true_s(recording: Recording, channel: int, times_s: Floats, case: str) -> Floats:
    """Moments on the recorder's true clock; NaN between files."""
    if case == "one file":
        return times_s
    sequence = sequence_at(recording.channels[channel].path)
    assert sequence is not None
    true_s = np.full(len(times_s), np.nan)
    for at, time_s in enumerate(times_s.tolist()):
        found = sequence.part_at(time_s)
        if found is not None:
            number = sequence.parts.index(found[0])
            true_s[at] = number * (FILE_S + GAP_S) + found[1]
    return true_s


def _build(folder: Path, minutes: int, rate_hz: int) -> None:
    folder.mkdir(parents=True)
    length_s = minutes * (FILE_S + GAP_S)
    world = folder / "world.wav"
    with sf.SoundFile(world, "w", rate_hz, 2, "PCM_16") as file:
        for seed in range(8000, 8000 + round(length_s / _SCENE_S) + 2):
            drift = DriftSpec.none()
            scene = simulate_scene("zebra_finch", seed, _SCENE_S, snr_db=15.0, drift=drift)
            file.write(scene.samples)
    heard = open_recording(world)
    frames = round(length_s * rate_hz)
    for channel, side in enumerate("AB"):
        source = WarpedChannel(heard, channel)
        for case in CASES:
            (folder / case / side).mkdir(parents=True)
        whole = sf.SoundFile(folder / "one file" / side / "hour.wav", "w", rate_hz, 1, "PCM_16")
        with whole:
            block = round((FILE_S + GAP_S) * rate_hz)
            for number in range(minutes):
                clock_s = np.arange(number * block, min((number + 1) * block, frames)) / rate_hz
                world_s = clock_s if channel == 0 else CLOCKS.to_channel_0(clock_s)
                samples = source.at(world_s, np.ones(len(clock_s)), 1 / rate_hz)
                whole.write(samples)
                _write_minute(folder, side, number, channel, samples, rate_hz)
    world.unlink()


def _write_minute(
    folder: Path, side: str, number: int, channel: int, samples: Samples, rate_hz: int
) -> None:
    begins_s = number * (FILE_S + GAP_S) + (0.37 if channel else 0.0)
    moment = _BEGAN + timedelta(seconds=begins_s)
    minute = samples[: round(FILE_S * rate_hz)]
    names = {"names": f"{moment:%Y%m%d_%H%M%S}.wav", "fine": f"{number:03d}.wav"}
    for case, name in names.items():
        path = folder / case / side / name
        sf.write(path, minute, rate_hz, subtype="PCM_16")
        if case == "fine":
            header = making.guano(moment.isoformat(timespec="milliseconds"))
            path.write_bytes(path.read_bytes() + header)


if __name__ == "__main__":
    sys.exit(main())
