"""Work shared among processes, one of which may die without costing the others theirs."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from typing import TypeVar

from core.child_process import work_for_parent
from core.cli.report import note

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

    Where a process dies, by a fault in a library or for want of memory, the tasks that were
    at work are done again one by one, and then the rest as before.

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
    left = list(range(len(tasks)))
    while left:
        done = set()
        for number, result in _in_a_pool(work, tasks, left, processes):
            done.add(number)
            yield number, result
        lost = [number for number in left if number not in done]
        # Tasks are begun in order: of those without a result, the first were at work.
        for number in lost[:processes]:
            yield next(_in_a_pool(work, tasks, [number], 1), (number, None))
        left = lost[processes:]


def _in_a_pool(
    work: Callable[[Task], Result], tasks: Sequence[Task], numbers: Sequence[int], processes: int
) -> Iterator[tuple[int, Result]]:
    """Results as they come, until the last or until a process dies."""
    with _pool(processes) as pool, suppress(BrokenProcessPool):
        futures = {pool.submit(work, tasks[number]): number for number in numbers}
        for future in as_completed(futures):
            if not isinstance(future.exception(), BrokenProcessPool):
                yield futures[future], future.result()


@contextmanager
def _pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that leave Ctrl-C to this one, and start nothing new after it."""
    pool = ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=work_for_parent,
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
