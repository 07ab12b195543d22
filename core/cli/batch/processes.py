"""Work shared among processes, one of which may die without costing the others theirs."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Generic, TypeVar

from core.cli.terminal.report import note
from core.processes.child_process import start_child

Task = TypeVar("Task")
Result = TypeVar("Result")

_MOST_ON_WINDOWS = 61
"""Windows waits for 63 things at a time, and not all of them are processes."""


def at_a_time(wanted: int, platform: str = sys.platform) -> int:
    """How many processes can work at a time where so many are wanted; fewer are told."""
    if platform != "win32" or wanted <= _MOST_ON_WINDOWS:
        return wanted
    note(f"{_MOST_ON_WINDOWS} instead of {wanted} at a time: Windows waits for no more processes")
    return _MOST_ON_WINDOWS


def in_processes(
    work: Callable[[Task], Result], tasks: Sequence[Task], processes: int
) -> Iterator[tuple[int, Result | None]]:
    """Do every task, several at a time.

    Where a process dies, by a fault in a library or for want of memory, its task is done
    again when nothing is at work beside it. Whoever stops iterating ends the processes, and
    with them what they are at.

    Parameters
    ----------
    work : callable
        Is sent to the processes, as are tasks and results.
    tasks : sequence
    processes : int
        At most.

    Yields
    ------
    tuple of int and result
        Number of a task and what came of it, as they come; None where its process died
        twice, the second time with nothing beside it.
    """
    lost = []
    for number, result in _side_by_side(work, tasks, range(len(tasks)), processes):
        if result is None:
            lost.append(number)
        else:
            yield number, result
    yield from _side_by_side(work, tasks, lost, 1)


class _Worker(Generic[Task, Result]):
    """A process that does one task after the other.

    Attributes
    ----------
    pipe : Connection
        Ready when there is a result, or when the process has died.
    """

    def __init__(self, work: Callable[[Task], Result]) -> None:
        self._process, self.pipe = start_child(_serve, work)
        self._number = -1

    def give(self, number: int, task: Task) -> None:
        """Let it do a task; that it died meanwhile is heard of by `take`."""
        self._number = number
        with suppress(OSError):
            self.pipe.send(task)

    def take(self) -> tuple[int, Result | None]:
        """The number of its task, and the result or None if the process died of it."""
        try:
            return self._number, self.pipe.recv()
        except (EOFError, OSError):
            return self._number, None

    def end(self) -> None:
        """End the process, whatever it is at."""
        self._process.terminate()
        self._process.join()
        self.pipe.close()


def _side_by_side(
    work: Callable[[Task], Result], tasks: Sequence[Task], numbers: Sequence[int], processes: int
) -> Iterator[tuple[int, Result | None]]:
    """Results as they come, None where a process died."""
    left = deque((number, tasks[number]) for number in numbers)
    workers: dict[Connection, _Worker[Task, Result]] = {}
    try:
        while left or workers:
            while left and len(workers) < processes:
                worker = _Worker[Task, Result](work)
                workers[worker.pipe] = worker
                worker.give(*left.popleft())
            for pipe in wait(list(workers)):
                assert isinstance(pipe, Connection)
                number, result = workers[pipe].take()
                if left and result is not None:
                    workers[pipe].give(*left.popleft())
                else:
                    workers.pop(pipe).end()
                yield number, result
    finally:
        for worker in workers.values():
            worker.end()


def _serve(pipe: Connection, work: Callable[[Task], Result]) -> None:
    while True:
        pipe.send(work(pipe.recv()))
