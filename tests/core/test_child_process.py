"""How processes are started that work for FinchSync."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from core import __version__
from core.child_process import end_child, own_command, start_child, steps_of_child
from core.errors import InputError


def test_the_program_is_started_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("raise SystemExit('another program')")
    said = subprocess.run(
        own_command("--version"), capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert said.stdout == f"finchsync {__version__}\n"


def test_a_frozen_program_is_its_own_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "finchsync.exe")
    assert own_command("doctor", "--part", "screen") == [
        *("finchsync.exe", "doctor", "--part", "screen")
    ]


def _counting(most: int) -> Iterator[object]:
    for number in range(most):
        yield number, os.getpid()
    if most == 2:
        raise InputError("x", "is wrong", "mend it")


def test_steps_are_taken_in_another_process_and_errors_come_back() -> None:
    told: list[tuple[int, int]] = []
    with pytest.raises(InputError, match="x: is wrong; mend it"):
        told.extend(filter(None, steps_of_child("the counting's", _counting, 2)))
    assert [number for number, _ in told] == [0, 1]
    assert {pid for _, pid in told} != {os.getpid()}


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="the system has no niceness")
def test_it_gives_way_from_its_first_moment() -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    process, pipe = start_child(_never, gives_way=True)
    assert os.getpriority(os.PRIO_PROCESS, process.pid) > own
    end_child(process, pipe)


def _never(_pipe: Connection) -> None:
    time.sleep(20)


def test_to_stop_iterating_ends_the_process() -> None:
    steps = steps_of_child("the counting's", _counting, 1_000_000)
    _, pid = next(step for step in steps if step is not None)
    steps.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
