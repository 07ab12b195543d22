"""What does tasks side by side: processes of our own, or the workers of a scheduler."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from core.cli.batch.processes import at_a_time, in_processes
from core.errors import InputError
from core.processes.engine import Engine

Task = TypeVar("Task")
Result = TypeVar("Result")

OWN, DASK = ENGINES = ("processes", "dask")


class OwnProcesses:
    """Processes on this machine."""

    gave_up = "its process died twice, the second time alone"

    def __init__(self, side_by_side: int) -> None:
        self.side_by_side = side_by_side

    def __call__(
        self, work: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[tuple[int, Result | None]]:
        """As `Engine`."""
        return in_processes(work, tasks, at_a_time(min(self.side_by_side, len(tasks))))


@contextmanager
def opened_engine(name: str, scheduler: str | None, jobs: int) -> Iterator[Engine | None]:
    """What was asked for, or None for this process alone.

    Parameters
    ----------
    name : str
        One of `ENGINES`.
    scheduler : str or None
        Where workers are found; None for workers on this machine.
    jobs : int
        How many there are on this machine.

    Raises
    ------
    InputError
        If a scheduler is of no use or not there.
    """
    if name == DASK:
        from core.cli.batch.dask_engine import opened_dask

        with opened_dask(scheduler, jobs) as engine:
            yield engine
    elif scheduler is not None:
        raise InputError("--scheduler", "is of no use without --engine dask", "add it or leave it")
    else:
        yield OwnProcesses(jobs) if jobs > 1 else None
