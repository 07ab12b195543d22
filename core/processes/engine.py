"""Many tasks of one kind: here one after the other, or side by side where an engine does them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from typing import Protocol, TypeVar

from core.errors import InputError
from core.steps import result_of

Task = TypeVar("Task")
Result = TypeVar("Result")
Step = TypeVar("Step")


class Engine(Protocol):
    """Does tasks side by side.

    Attributes
    ----------
    side_by_side : int
        How many of them on this machine.
    gave_up : str
        Why a task has no result, as "its process died twice".
    """

    side_by_side: int
    gave_up: str

    def __call__(
        self, work: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[tuple[int, Result | None]]:
        """Do all; whoever stops iterating stops the work.

        Parameters
        ----------
        work : callable
            Is sent to where it is done, as are tasks and results.
        tasks : sequence

        Yields
        ------
        tuple of int and result
            Number of a task and what came of it, as they come; None where nothing can.
        """
        ...


def results_of(
    work: Callable[[Task], Generator[Step, None, Result]],
    tasks: Sequence[Task],
    engine: Engine | None,
    tell: Callable[[int], Step],
) -> Generator[Step, None, list[Result | None]]:
    """Take all steps of every task.

    Parameters
    ----------
    work : callable
        Makes the steps of a task.
    tasks : sequence
    engine : Engine or None
        What does them; without one they are done here, one after the other.
    tell : callable
        From how many tasks an engine has done to what is yielded; their own steps are not heard.

    Yields
    ------
    object
        Steps of the tasks, or what `tell` says.

    Returns
    -------
    list of result
        In the order of the tasks; None where the engine gave one up.

    Raises
    ------
    InputError
        The first of a task.
    """
    results: dict[int, Result | None] = {}
    if engine is None:
        for number, task in enumerate(tasks):
            results[number] = yield from work(task)
    else:
        for number, result in engine(partial(_finished, work), tasks):
            if isinstance(result, InputError):
                raise result
            results[number] = result
            yield tell(len(results))
    return [results[number] for number in range(len(tasks))]


def _finished(
    work: Callable[[Task], Generator[object, None, Result]], task: Task
) -> Result | InputError:
    """What comes of a task, or why a person must act: an error would end its process."""
    try:
        return result_of(work(task))
    except InputError as error:
        return error
