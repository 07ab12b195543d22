"""Damages files and reads them, one after the other; says on standard output what became of each.

usage: python -m tests.fuzz.child KIND FIRST_SEED COUNT FOLDER
"""

from __future__ import annotations

import hashlib
import sys
import time
import traceback
import zlib
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.memory import is_shortage
from tests.fuzz.damage import damaged
from tests.fuzz.targets import TARGETS, Target

ROOM_BYTES = 2 * 2**30
"""Memory that reading a damaged file may take beside the program's own."""


def main() -> None:
    kind, first, count, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    target = TARGETS[kind]
    good = [(path.name, path.read_bytes()) for path in target.make(folder)]
    place = folder / "damaged"
    place.mkdir(exist_ok=True)
    name, content = good[0]
    (place / name).write_bytes(content)
    target.read(place / name)  # what is imported late counts as the program's own
    _limit_memory()
    for seed in range(first, first + count):
        name, content = good[seed % len(good)]
        path = place / name
        for stray in place.iterdir():
            stray.unlink()
        rng = np.random.default_rng([zlib.crc32(kind.encode()), seed])
        path.write_bytes(damaged(content, rng))
        print("begin", seed, flush=True)
        start_s = time.monotonic()
        said = _outcome(target, path)
        print("end", seed, f"{time.monotonic() - start_s:.3f}", said, flush=True)


def _outcome(target: Target, path: Path) -> str:
    """In a word what became of a file, and the fault where there is one."""
    before = hashlib.blake2b(path.read_bytes()).digest()
    try:
        target.read(path)
    except InputError as error:
        if "\n" in str(error):
            return f"fault: more than a line: {error!r}"
        if hashlib.blake2b(path.read_bytes()).digest() != before:
            return "fault: changed, though it was refused"
        return "refused"
    except Exception as error:  # noqa: BLE001 (what nobody foresaw is what is looked for)
        if is_shortage(error):
            return "fault: more than 2 GB of memory"
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        return f"fault: {type(error).__name__} in {where}: {error}"[:300].replace("\n", " ")
    return "read"


def _limit_memory() -> None:
    if sys.platform != "linux":
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text("ascii").split()[5])
    most = pages * resource.getpagesize() + ROOM_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


if __name__ == "__main__":
    main()
