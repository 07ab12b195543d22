"""How processes are started that work for FinchSync."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from core import __version__
from core.errors import InputError
from core.processes.child_process import (
    Child,
    ChildEndedError,
    end_child,
    own_command,
    start_child,
    steps_of_child,
)


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


class _Counter:
    """Remembers how often it was asked."""

    def __init__(self) -> None:
        self._calls = 0

    def steps(self, most: int, sleeps_s: float = 0.0) -> Iterator[object]:
        self._calls += 1
        for number in range(most):
            yield self._calls, number, os.getpid()
            time.sleep(sleeps_s)
        if most == 3:
            raise ValueError("three")


@pytest.fixture
def counter() -> Iterator[Child]:
    """One process for several calls."""
    child = Child("the counter's", _Counter().steps)
    yield child
    child.close()
    assert not child.is_running


def _told(steps: Iterator[object]) -> list[tuple[int, int, int]]:
    return [step for step in steps if isinstance(step, tuple)]


def test_a_process_is_kept_from_call_to_call(counter: Child) -> None:
    assert not counter.is_running
    first, second = _told(counter.steps(1)), _told(counter.steps(2))
    assert [step[:2] for step in (*first, *second)] == [(1, 0), (2, 0), (2, 1)]
    assert first[0][2] == second[0][2]


@pytest.mark.parametrize("taken", [0, 1, 4])
def test_a_call_that_is_given_up_does_not_disturb_the_next(counter: Child, taken: int) -> None:
    given_up = counter.steps(1_000_000)
    next(given_up)
    told = 0
    while told < taken:
        told += next(given_up) is not None
    given_up.close()
    (after,) = _told(counter.steps(1))
    assert after[:2] == (2, 0)


def test_a_call_that_was_given_up_and_does_not_stop_ends_with_its_process(
    counter: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.processes.child_process._LONGEST_STEP_S", 0.2)
    given_up = counter.steps(2, 60.0)
    pid = next(step for step in given_up if step is not None)[2]
    time.sleep(0.3)
    given_up.close()
    ((calls, _, other),) = _told(counter.steps(1))
    assert calls == 1
    assert other != pid


def test_what_nobody_foresaw_comes_back_with_its_trace_and_the_process_stays(
    counter: Child,
) -> None:
    with pytest.raises(RuntimeError, match="ValueError: three") as told:
        _told(counter.steps(3))
    assert "test_child_process.py" in "".join(told.value.__notes__)
    assert _told(counter.steps(1))[0][0] == 2


@pytest.mark.parametrize("is_at_work", [True, False])
def test_after_a_process_that_died_another_is_started(counter: Child, *, is_at_work: bool) -> None:
    steps = counter.steps(2 if is_at_work else 1, 0.5)
    pid = next(step for step in steps if step is not None)[2]
    if not is_at_work:
        list(steps)
    os.kill(pid, signal.SIGTERM)
    if is_at_work:
        with pytest.raises(ChildEndedError, match="the counter's process ended by itself"):
            list(steps)
    else:
        time.sleep(0.2)
    assert _told(counter.steps(1))[0][2] != pid


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
