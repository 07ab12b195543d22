"""Results on disk: one JSON file per set and one per kind of cost, read again for the report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.accuracy.sets import SETS
from benchmarks.common.machine import outside_versions, stamp

Result = dict[str, Any]


def save(folder: Path, name: str, result: Result) -> None:
    """Write one result with the machine it was measured on."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = {"machine": stamp() | {"alternatives": outside_versions()}} | result
    text = json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=True)
    (folder / f"{name}.json").write_text(_flat_lists(text) + "\n", encoding="utf-8")


def load(folder: Path, name: str) -> Result | None:
    """Read one result, or None if it was never measured."""
    path = folder / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def sets(folder: Path) -> list[Result]:
    """All measured sets, in the order of `benchmarks.accuracy.sets`."""
    found = (load(folder, f"set_{bench_set.name}") for bench_set in SETS)
    return [result for result in found if result is not None]


def _flat_lists(text: str) -> str:
    """Put lists of numbers on one line each."""
    lines: list[str] = []
    open_list = False
    for line in text.split("\n"):
        if open_list:
            lines[-1] += line.strip() + (" " if line.endswith(",") else "")
            open_list = not line.strip().startswith("]")
        else:
            lines.append(line)
            open_list = line.endswith("[")
            if open_list:
                continue
    return "\n".join(lines)
