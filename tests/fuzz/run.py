"""Give every reader damaged files: each is to be read or refused in one line.

usage: python -m tests.fuzz.run [--inputs N] [--kind KIND ...] [--seed FIRST] [--save]

Prints a table; a file is made again from its kind and seed (``--kind audio --seed 17 --inputs 1``).
No traceback, no wait over 30 s, no memory over 2 GB, no file changed that is refused. With
``--save`` the table goes into ``benchmarks/results/fuzz.json``.
"""

from __future__ import annotations

import argparse
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.targets import TARGETS

REPOSITORY = Path(__file__).resolve().parents[2]
LONGEST_S = 30.0
_STARTS_S = 120.0


@dataclass
class Tally:
    """What became of the files of a kind."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    faults: list[str] = field(default_factory=list)

    def fault(self, kind: str, seed: int, said: str) -> None:
        self.outcomes["fault"] += 1
        self.faults.append(f"{kind} {seed}: {said}")


def fuzz(kind: str, first: int, count: int) -> Tally:
    """Damage and read so many files of a kind.

    Parameters
    ----------
    kind : str
        One of `TARGETS`.
    first : int
        Seed of the first file.
    count : int
    """
    tally, seed, end = Tally(), first, first + count
    while seed < end:
        with tempfile.TemporaryDirectory() as folder:
            for word, at, *rest in _said(kind, seed, end - seed, folder):
                if word == "end":
                    took_s, said = float(rest[0]), rest[1]
                    tally.slowest_s = max(tally.slowest_s, took_s)
                    if said.startswith("fault"):
                        tally.fault(kind, at, said)
                    else:
                        tally.outcomes[said] += 1
                    seed = at + 1
                elif word == "lost":
                    tally.fault(kind, seed, rest[0])
                    seed += 1
    return tally


def _said(kind: str, first: int, count: int, folder: str) -> Iterator[tuple]:
    """What a child process says; "lost" if it hangs or dies."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.fuzz.child", kind, str(first), str(count), folder],
        cwd=REPOSITORY,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    lines: queue.Queue[str | None] = queue.Queue()
    errors: list[str] = []
    readers = [
        threading.Thread(target=_pass_on, args=(child.stdout, lines.put, True)),
        threading.Thread(target=_pass_on, args=(child.stderr, errors.append, False)),
    ]
    for reader in readers:
        reader.start()
    done, wait_s = 0, _STARTS_S
    try:
        while (line := lines.get(timeout=wait_s)) is not None:
            word, at, *rest = line.rstrip("\n").split(" ", 3)
            wait_s = LONGEST_S
            done += word == "end"
            yield word, int(at), *rest
        if child.wait() != 0 or done < count:
            last = errors[-1].strip() if errors else f"exit code {child.returncode}"
            yield "lost", first + done, f"fault: the process ended: {last}"
    except queue.Empty:
        yield "lost", first + done, f"fault: no answer within {wait_s:.0f} s"
    finally:
        child.kill()
        child.wait()
        for reader in readers:
            reader.join()


def _pass_on(stream, give, ends: bool) -> None:
    with stream:
        for line in stream:
            give(line)
    if ends:
        give(None)


def table(tallies: dict[str, Tally]) -> str:
    """Markdown."""
    rows = [
        "| kind | inputs | read | refused in a line | faults | slowest, s |",
        "|---|---|---|---|---|---|",
    ]
    for kind, tally in tallies.items():
        count = tally.outcomes
        rows.append(
            f"| {kind} | {count.total()} | {count['read']} | {count['refused']} "
            f"| {count['fault']} | {tally.slowest_s:.2f} |"
        )
    return "\n".join(rows)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("--inputs", type=int, default=700, help="of all kinds together")
    parser.add_argument("--kind", nargs="+", choices=TARGETS, default=list(TARGETS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", action="store_true")
    asked = parser.parse_args(argv)
    each = -(-asked.inputs // len(asked.kind))
    tallies = {kind: fuzz(kind, asked.seed, each) for kind in asked.kind}
    print(table(tallies))
    for tally in tallies.values():
        for said in tally.faults:
            print(said)
    if asked.save:
        _save(tallies)
    return int(any(tally.faults for tally in tallies.values()))


def _save(tallies: dict[str, Tally]) -> None:
    from benchmarks.common import store
    from benchmarks.common.places import RESULTS

    rows = {
        kind: {**tally.outcomes, "slowest_s": round(tally.slowest_s, 3), "faults": tally.faults}
        for kind, tally in tallies.items()
    }
    store.save(RESULTS, "fuzz", {"kinds": rows})


if __name__ == "__main__":
    sys.exit(main())
