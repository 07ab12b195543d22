"""Alternatives that are programs of others: run in their own environment, answers as JSON."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.common.machine import ONE_THREAD
from benchmarks.common.places import outside_python
from core.arrays import Floats

_ADAPTERS = Path(__file__).resolve().parents[1] / "adapters"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an alternative made of one recording.

    Parameters
    ----------
    time_1_s : ndarray or None
        Channel-1 times; None where it failed.
    error : str
        Why it failed; empty where it did not.
    cpu_s : float
        Processor time after start-up and compilation, seconds.
    """

    time_1_s: Floats | None
    error: str = ""
    cpu_s: float = float("nan")


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter script and what to call it with."""

    script: str
    arguments: tuple[str, ...] = ()

    def align(
        self, jobs: Sequence[tuple[Path, Floats]], *, one_thread: bool = True
    ) -> list[Answer]:
        """Align recordings in one process; one answer each, whatever happens."""
        python = outside_python()
        if python is None:
            return [Answer(None, "not installed")] * len(jobs)
        done = subprocess.run(
            [python, _ADAPTERS / self.script, *self.arguments],
            input=json.dumps([{"path": str(p), "time_0_s": t.tolist()} for p, t in jobs]),
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | (ONE_THREAD if one_thread else {}),
        )
        answers = [_answer(json.loads(line)) for line in done.stdout.splitlines()]
        lost = len(jobs) - len(answers)
        return answers + [Answer(None, _why(done))] * lost


def _answer(told: dict[str, object]) -> Answer:
    times = told.get("time_1_s")
    cpu_s = float(str(told["cpu_s"]))
    if times is None:
        return Answer(None, str(told["error"]), cpu_s)
    return Answer(np.asarray(times, dtype=np.float64), "", cpu_s)


def _why(done: subprocess.CompletedProcess[str]) -> str:
    """Last line of what a broken process said, without paths."""
    said = done.stderr.strip().splitlines()
    last = said[-1] if said else f"ended with {done.returncode}"
    return "not installed" if "ModuleNotFoundError" in last else last.split("/")[0][:80]
