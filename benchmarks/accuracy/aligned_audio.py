"""What an export of aligned audio is worth: resampling, what is left of the offset, time, memory.

usage: python -m benchmarks.accuracy.aligned_audio [--only resampling residual cost] [--quick]

Prints tables; nothing is kept. The hour of `cost` is written at 48 kHz, in one thread.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile as sf

from benchmarks.accuracy.crosscorrelation import peak
from core.align.aligner import align
from core.arrays import Floats
from core.audio.recording import Recording, open_recording
from core.audio.warped import WarpedChannel
from core.cli.evidence import opened_here
from core.evidence.choice import EvidenceChoice
from core.formats.aligned_audio import AlignedAudio, WrittenAudio, write_aligned_audio
from core.keypoints import KeypointSet, keypoint_grid, machine_keypoints
from core.known_map import KnownMap
from core.simulate import SceneSpec, simulate_scene
from core.steps import result_of
from core.time_map import TimeMap

RATES_HZ = ((48000, 48000), (44100, 48000), (48000, 44100), (250_000, 48000), (22050, 48000))
PARTS = (0.01, 0.1, 0.25, 0.5, 0.75, 0.85, 0.9)
"""Of the lower Nyquist frequency."""
_LINE = TimeMap.linear(0.0312, 137.3)
_SINE_S = 4.0
_WINDOW_S, _REACH_S = 2.0, 0.05
_CLEAR_SD = 5.0
_SCENE_S = 60.0
_SEEDS = range(1, 9)
_SCENES = {
    "aviary": ("zebra_finch", SceneSpec()),
    "field, one place of sound": ("aru", SceneSpec(sources=1)),
    "field": ("aru", SceneSpec()),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.aligned_audio")
    parser.add_argument("--only", nargs="+", choices=_PARTS, default=list(_PARTS))
    parser.add_argument("--quick", action="store_true", help="fewer scenes, five minutes for cost")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for part in asked.only:
            _PARTS[part](Path(folder), quick=asked.quick)
    return 0


def resampling(folder: Path, *, quick: bool) -> None:
    """Signal-to-noise ratio of sines and of a sweep against their formulas, dB."""
    print("\n| from, Hz | to, Hz |", *(f"{part:g} |" for part in PARTS), "sweep |")
    print("|---" * (len(PARTS) + 3) + "|")
    for own_hz, rate_hz in RATES_HZ[:2] if quick else RATES_HZ:
        nyquist_hz = min(own_hz, rate_hz) / 2
        sines = (_ratio_db(folder, own_hz, rate_hz, p * nyquist_hz, p * nyquist_hz) for p in PARTS)
        told = [*sines, _ratio_db(folder, own_hz, rate_hz, 20.0, PARTS[-1] * nyquist_hz)]
        print(f"| {own_hz} | {rate_hz} |", *(f"{ratio_db:.0f} |" for ratio_db in told), flush=True)


def _ratio_db(folder: Path, own_hz: int, rate_hz: int, low_hz: float, high_hz: float) -> float:
    rise = (high_hz - low_hz) / (2 * _SINE_S)

    def world(time_s: Floats) -> Floats:
        return np.asarray(0.5 * np.sin(2 * np.pi * (low_hz * time_s + rise * time_s**2)))

    clock_s = np.arange(round(_SINE_S * own_hz)) / own_hz
    path = folder / "sine.wav"
    heard = np.stack([clock_s, world(_LINE.to_channel_0(clock_s))], axis=1)
    sf.write(path, heard, own_hz, subtype="FLOAT")
    time_s = np.arange(round(0.2 * rate_hz), round((_SINE_S - 0.2) * rate_hz)) / rate_hz
    rate = 1 + 1e-6 * _LINE.drift_ppm(time_s)
    channel = WarpedChannel(open_recording(path), 1)
    error = channel.at(_LINE.to_channel_1(time_s), rate, 1 / rate_hz) - world(time_s)
    return float(10 * np.log10(np.mean(world(time_s) ** 2) / np.mean(error**2)))


def residual(folder: Path, *, quick: bool) -> None:
    """What cross-correlation still finds between both channels of what was exported."""
    print("\nMedian residual, ms: aligned, through the true time map, and before.\n")
    for number, row in enumerate(residuals(folder, quick=quick)):
        if not number:
            print("|", " | ".join(row), "|")
            print("|---" * len(row) + "|")
        print("|", " | ".join(map(str, row.values())), "|", flush=True)


def residuals(folder: Path, *, quick: bool) -> Iterator[dict[str, object]]:
    """Each kind of pair, aligned as the program does without being told how; milliseconds.

    Only windows count in which both channels hold the same sound: where through the true time map
    the correlation has a clear peak. Elsewhere the highest point is anywhere within reach.
    """
    seeds = _SEEDS[: 1 if quick else None]
    for name in ("side by side", *_SCENES):
        found = [_residuals(folder, *_pair(folder, name, seed)) for seed in seeds]
        told = {what: np.concatenate([each[what] for each in found]) for what in found[0]}
        medians = {what: round(float(np.median(all_ms)), 2) for what, all_ms in told.items()}
        yield {"pair": name, "windows": len(told["aligned"]), **medians}


def _residuals(folder: Path, recording: Recording, truth: TimeMap) -> dict[str, Floats]:
    found = align(recording, learned=opened_here(EvidenceChoice(), 1)).keypoints
    true_1_s = np.clip(truth.to_channel_1(found.time_0_s), 0.0, recording.durations_s[1])
    true = machine_keypoints(found.time_0_s, true_1_s)
    (left_ms, _), (true_ms, height) = (
        _offsets(_export(folder / "aligned.wav", recording, keypoints).path)
        for keypoints in (found, true)
    )
    before_ms, _ = _offsets(recording.paths[0])
    clear = height > _CLEAR_SD
    return {
        "aligned": left_ms[clear],
        "true map": true_ms[clear],
        "before": before_ms[clear],
        "error of the time map": 1e3 * np.abs(found.time_1_s - true_1_s),
    }


def _pair(folder: Path, name: str, seed: int) -> tuple[Recording, TimeMap]:
    """Recorders side by side, or a scene: the aviary with its unlike sensors, the field."""
    if name in _SCENES:
        samples, rate_hz, truth = _scene(seed, *_SCENES[name])
    else:
        samples, rate_hz, truth = _side_by_side(folder, seed)
    path = folder / "pair.wav"
    sf.write(path, samples, rate_hz, subtype="FLOAT")
    return open_recording(path), truth


def _scene(seed: int, kind: str, spec: SceneSpec) -> tuple[Floats, int, TimeMap]:
    scene = simulate_scene(kind, seed, _SCENE_S, spec=spec)
    return scene.samples, scene.sample_rate_hz, scene.time_map


def _side_by_side(folder: Path, seed: int) -> tuple[Floats, int, TimeMap]:
    """One microphone heard by two clocks, each with noise of its own."""
    rng = np.random.default_rng(seed)
    scene = simulate_scene("zebra_finch", seed, _SCENE_S)
    rate_hz = scene.sample_rate_hz
    drift = TimeMap.linear(float(rng.uniform(-1, 1)), float(rng.uniform(-120, 120)))
    voices = folder / "voices.wav"
    sf.write(voices, np.repeat(scene.samples[:, :1], 2, axis=1), rate_hz, subtype="FLOAT")
    clock_s = np.arange(len(scene.samples)) / rate_hz
    heard_s = drift.to_channel_0(clock_s)
    later = WarpedChannel(open_recording(voices), 1).at(heard_s, np.ones(len(clock_s)), 1 / rate_hz)
    both = np.stack([scene.samples[:, 0], later], axis=1)
    return both + rng.normal(scale=0.01, size=both.shape), rate_hz, drift


def _export(path: Path, recording: Recording, keypoints: KeypointSet) -> WrittenAudio:
    first, second = recording.channels
    known = KnownMap.of(keypoints, first.duration_s, second.duration_s, with_unreviewed=True)
    return result_of(write_aligned_audio(path, recording, AlignedAudio(known), overwrite=True))


def _offsets(path: Path) -> tuple[Floats, Floats]:
    """Residual offset in every window, milliseconds, and how high its peak stands."""
    samples, rate_hz = sf.read(path)
    size = round(_WINDOW_S * rate_hz)
    windows = (samples[at : at + size] for at in range(0, len(samples) - size, size))
    found = [peak(each[:, 0], each[:, 1], rate_hz, (-_REACH_S, _REACH_S)) for each in windows]
    late_s, height = np.transpose(found)
    return 1e3 * np.abs(late_s), height


def cost(folder: Path, *, quick: bool) -> None:
    """Processor time and memory of an hour."""
    duration_s, rate_hz = 300.0 if quick else 3600.0, 48000
    path = folder / "hour.wav"
    rng = np.random.default_rng(0)
    with sf.SoundFile(path, "w", rate_hz, 2, "PCM_16") as file:
        for _ in range(round(duration_s / 10)):
            file.write(rng.normal(scale=0.1, size=(10 * rate_hz, 2)).astype(np.float32))
    recording = open_recording(path)
    time_s = keypoint_grid(duration_s)
    curve_s = time_s * (1 + 40e-6) + 0.3 + 0.01 * np.sin(time_s / 300)
    print("\n| hour written as | processor time of an hour, s | times the recording | memory, MB |")
    print("|---|---|---|---|")
    for name in ("out.wav", "out.flac"):
        begun_s = time.process_time()
        _export(folder / name, recording, machine_keypoints(time_s, curve_s))
        took_s = (time.process_time() - begun_s) * 3600 / duration_s
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"| {name} | {took_s:.1f} | {3600 / took_s:.0f} | {peak_mb:.0f} |", flush=True)


_PARTS = {"resampling": resampling, "residual": residual, "cost": cost}

if __name__ == "__main__":
    sys.exit(main())
