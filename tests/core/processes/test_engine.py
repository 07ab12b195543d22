"""Tasks done one after the other, or side by side."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from core.cli.batch.engines import OwnProcesses
from core.errors import InputError
from core.processes.engine import Engine, results_of
from core.steps import result_of, told_of


def _halved(task: int) -> Generator[str, None, float]:
    yield f"halving {task}"
    if task < 0:
        raise InputError(str(task), "is negative", "leave it out")
    return task / 2


def _told(done: int) -> str:
    return f"{done} done"


class _Backwards:
    """The last task is done first, and the first not at all."""

    side_by_side, gave_up = 2, "its process died"

    def __call__(self, work, tasks) -> Iterator:
        for number in reversed(range(1, len(tasks))):
            yield number, work(tasks[number])
        yield 0, None


def test_without_an_engine_every_step_is_heard() -> None:
    said: list[str] = []
    assert told_of(results_of(_halved, [4, 6], None, _told), said.append) == [2.0, 3.0]
    assert said == ["halving 4", "halving 6"]


def test_results_are_in_the_order_of_the_tasks_whoever_is_done_first() -> None:
    said: list[str] = []
    steps = results_of(_halved, [4, 6, 8], _Backwards(), _told)
    assert told_of(steps, said.append) == [None, 3.0, 4.0]
    assert said == ["1 done", "2 done", "3 done"]


@pytest.mark.parametrize("engine", [None, OwnProcesses(2)])
def test_what_a_person_must_know_comes_back_whoever_met_it(engine: Engine | None) -> None:
    with pytest.raises(InputError, match="-1: is negative; leave it out"):
        result_of(results_of(_halved, [2, -1], engine, _told))
