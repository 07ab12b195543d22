"""Merge the tables of shards: what it costs, and whether the table is that of one run.

usage: python -m benchmarks.cost.merging [RECORDINGS [SHARDS]]

Each recording lasts 100 s and has a keypoint a second; by default 20,000 in 64 shards. The bar is
10 s. Prints, and writes ``benchmarks/results/merging.json``.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.common.places import RESULTS
from benchmarks.common.store import Result, save
from benchmarks.cost.cost_of_one import peak_mb
from core import cli
from core.formats.parts import Part, Shard, spans
from core.formats.sidecar import Rows, SidecarRecording, Verdict, write_table
from core.formats.tables.biodcase import BiodcaseTable, csv_bytes, row_bytes
from core.keypoints import KeypointSet, machine_keypoints

_KEYPOINTS = 100


def main() -> None:
    recordings, shards = (*map(int, sys.argv[1:]), *(20_000, 64)[len(sys.argv) - 1 :])
    result = measured(recordings, shards)
    print(json.dumps(result))
    save(RESULTS, "merging", result)


def measured(recordings: int, shards: int) -> Result:
    """Merge so many recordings, dealt out to so many shards."""
    with tempfile.TemporaryDirectory() as folder:
        parts = [
            _write_shard(Path(folder), recordings, Shard(i + 1, shards)) for i in range(shards)
        ]
        out = Path(folder) / "all.csv"
        wall_s = time.perf_counter()
        code = cli.main(["merge", *map(str, parts), "--out", str(out)], screen=_NoScreen())
        wall_s = time.perf_counter() - wall_s
        whole = BiodcaseTable({_name(place): _keypoints(place) for place in range(recordings)})
        return {
            "recordings": recordings,
            "shards": shards,
            "exit_code": code,
            "wall_s": round(wall_s, 2),
            "same_bytes": out.read_bytes() == csv_bytes(whole, out),
            "peak_mb": round(peak_mb(), 1),
            "table_mb": round(out.stat().st_size / 1e6, 1),
            "sidecar_mb": round(out.with_suffix(".json").stat().st_size / 1e6, 1),
        }


class _NoScreen:
    """What a command without a window never asks."""

    def __getattr__(self, name: str) -> None:
        raise AssertionError(name)


def _write_shard(folder: Path, recordings: int, shard: Shard) -> Path:
    """Every so manieth recording, as `finchsync align --shard` leaves them."""
    path = folder / f"part.{shard.number}.csv"
    places = range(shard.number - 1, recordings, shard.of)
    names = [_name(place) for place in places]
    kept = [_keypoints(place) for place in places]
    table = BiodcaseTable(dict(zip(names, kept, strict=True)))
    rows = [place for place in places for _ in range(_KEYPOINTS)]
    part = Part(
        shard,
        "run",
        spans([*zip(rows, row_bytes(table), strict=True)]),
        tuple(zip(places, names, strict=True)),
        (),
    )
    verdict = Verdict(0.9, 0.05, needs_review=False, alias=None, warnings=())
    about = [
        SidecarRecording(name, 32 * "0", own, (True,) * len(own), "path", verdict=verdict)
        for name, own in zip(names, kept, strict=True)
    ]
    write_table(path, csv_bytes(table, path), about, Rows.ALL, part=part.as_json())
    return path


def _name(place: int) -> str:
    return f"night {place:06}.wav"


def _keypoints(seed: int) -> KeypointSet:
    rng = np.random.default_rng(seed)
    time_0_s = np.arange(_KEYPOINTS) + 0.5
    time_1_s = time_0_s * (1 + 1e-5 * rng.random()) + rng.random()
    return machine_keypoints(
        time_0_s, time_1_s, rng.random(_KEYPOINTS), ("clear, and like its neighbours",) * _KEYPOINTS
    )


if __name__ == "__main__":
    main()
