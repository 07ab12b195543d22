"""What finding sounds costs: an hour indexed, 100 hours searched.

usage: python -m benchmarks.cost.finding_cost

The hour is a stereo WAV at 48 kHz, made of a simulated minute. The 100 hours are index files of an
hour each, of random frames: what they hold changes no time. They are searched by a process of its
own, whose peak memory counts; mapped pages that it touched are in it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile as sf

from benchmarks.common import store
from benchmarks.cost.cost_of_one import peak_mb
from core.audio.recording import Recording, open_recording
from core.find.collection import Collection
from core.find.frames import MOMENT_WIDTH, STEP_S, WIDTH, CompactFrames, Frames
from core.find.index import SUFFIX, open_frames, write_frames
from core.find.indexing import Index
from core.find.query import Query, Stretch
from core.find.search import search
from core.find.words.searching import search_words
from core.find.words.sentence import parsed
from core.simulate import simulate_scene
from core.steps import result_of

HOURS = 100
RATE_HZ = 48_000
QUERIES_S = (0.1, 1.0, 5.0)
SENTENCE = "two distance calls, then song"
RESULTS = Path(__file__).parents[1] / "results"


class _Random:
    """Frames that mean nothing."""

    digest = "0" * 16

    def frames(self, recording: Recording, channel: int) -> Iterator[Frames]:  # noqa: ARG002
        rng = np.random.default_rng(channel)
        kinds, moments = (
            rng.standard_normal((round(3600 / STEP_S), width), dtype=np.float32)
            for width in (WIDTH, MOMENT_WIDTH)
        )
        shorter = rng.random((len(kinds), 1))
        yield Frames(
            shorter * kinds / np.linalg.norm(kinds, axis=1, keepdims=True),
            shorter * moments / np.linalg.norm(moments, axis=1, keepdims=True),
        )


def indexing(folder: Path) -> dict[str, float]:
    """Seconds that an hour takes."""
    scene = simulate_scene("zebra_finch", 1, 60.0, sample_rate_hz=RATE_HZ)
    path = folder / "hour.wav"
    with sf.SoundFile(path, "w", RATE_HZ, 2, "PCM_16") as file:
        for _ in range(60):
            file.write(scene.samples)
    recording = open_recording(path)
    began_s, busy_s = time.perf_counter(), time.process_time()
    steps = write_frames(folder, recording, recording.fingerprint(), CompactFrames())
    made = result_of(steps)
    told = _since(began_s, busy_s) | {"megabytes": round(made.stat().st_size / 1e6, 2)}
    path.unlink()
    return told


def archive(folder: Path) -> None:
    """Index files of many hours; copies, since what is mapped counts by its file."""
    sf.write(folder / "short.wav", np.zeros((800, 2)), 8000)
    recording = open_recording(folder / "short.wav")
    first = result_of(write_frames(folder, recording, "0" * 32, _Random()))
    content = first.read_bytes()
    for hour in range(1, HOURS):
        first.with_name(f"{hour}{SUFFIX}").write_bytes(content)


def searching(folder: Path) -> dict[str, object]:
    """Seconds of each query, the second time, of a sentence, and the peak memory of each kind."""
    index = [open_frames(path) for path in sorted(folder.glob(f"*{SUFFIX}"))]
    told: dict[str, object] = {"hours": len(index)}
    apart = tuple(
        replace(each, label=replace(each.label, fingerprint=str(number)))
        for number, each in enumerate(index)
    )
    kept = Index(Collection(folder, ()), apart, (), folder)
    for length_s in QUERIES_S:
        count = round(length_s / STEP_S)
        query = Query(index[0].channels[0].stretch(5000, count), Stretch(0, 0, 100, 100 + length_s))
        for turn in ("first", "again"):
            began_s, busy_s = time.perf_counter(), time.process_time()
            search(index, query, 20)
            told[f"{length_s:g} s, {turn}"] = _since(began_s, busy_s)
    told["peak_memory_gb"] = round(peak_mb() / 1e3, 2)
    for turn in ("first", "again"):
        began_s, busy_s = time.perf_counter(), time.process_time()
        result_of(search_words(kept, parsed(SENTENCE), 20))
        told[f"sentence, {turn}"] = _since(began_s, busy_s)
    told["peak_memory_with_sentences_gb"] = round(peak_mb() / 1e3, 2)
    heard_gb = sum(path.stat().st_size for path in folder.glob("*.begins")) / 1e9
    return told | {"heard_gb": round(heard_gb, 2)}


def _since(began_s: float, busy_s: float) -> dict[str, float]:
    return {
        "seconds": round(time.perf_counter() - began_s, 2),
        "processor_seconds": round(time.process_time() - busy_s, 2),
    }


def main() -> int:
    if len(sys.argv) > 1:
        print(json.dumps(searching(Path(sys.argv[1]))))
        return 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        hour = indexing(folder)
        for path in folder.glob(f"*{SUFFIX}"):
            path.unlink()
        archive(folder)
        size_gb = sum(path.stat().st_size for path in folder.glob(f"*{SUFFIX}")) / 1e9
        command = [sys.executable, "-m", "benchmarks.cost.finding_cost", place]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        result = {
            "index of an hour": hour,
            "search": json.loads(told.stdout) | {"index_gb": round(size_gb, 2)},
        }
    print(json.dumps(result, indent=1))
    store.save(RESULTS, "finding_cost", result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
