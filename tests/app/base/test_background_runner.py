import os
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from core.errors import InputError
from core.processes.child_process import end_child, start_child


class Ear(QObject):
    """Remembers what a runner says, and in which thread."""

    def __init__(self, runner: BackgroundRunner) -> None:
        super().__init__()
        self.steps: list[object] = []
        self.ends: list[RunResult] = []
        self.threads: set[int] = set()
        runner.stepped.connect(self.on_step)
        runner.ended.connect(self.on_end)

    @Slot(object)
    def on_step(self, step: object) -> None:
        self.threads.add(threading.get_ident())
        self.steps.append(step)

    @Slot(object)
    def on_end(self, result: RunResult) -> None:
        self.threads.add(threading.get_ident())
        self.ends.append(result)


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[BackgroundRunner]:
    runner = BackgroundRunner("test")
    yield runner
    runner.shut_down()


@pytest.fixture
def ear(runner: BackgroundRunner) -> Ear:
    return Ear(runner)


def test_steps_run_elsewhere_and_arrive_here(
    runner: BackgroundRunner, ear: Ear, qtbot: QtBot
) -> None:
    workers: list[int] = []

    def work() -> Iterator[int]:
        for step in range(50):
            workers.append(threading.get_ident())
            yield step

    runner.start(work)
    qtbot.waitUntil(lambda: bool(ear.ends))
    assert ear.steps == list(range(50))
    assert ear.ends == [RunResult(RunStatus.DONE)]
    assert set(workers) != ear.threads
    assert ear.threads == {threading.get_ident()}


def test_cancel_takes_effect_before_the_next_step(
    runner: BackgroundRunner, ear: Ear, qtbot: QtBot
) -> None:
    taken: list[int] = []
    go_on = threading.Event()

    def work() -> Iterator[int]:
        for step in range(1000):
            taken.append(step)
            yield step
            go_on.wait(5)

    runner.start(work)
    qtbot.waitUntil(lambda: ear.steps == [0])
    runner.cancel()
    go_on.set()
    qtbot.waitUntil(lambda: bool(ear.ends))
    assert ear.ends == [RunResult(RunStatus.CANCELLED)]
    assert len(taken) <= 2
    assert ear.steps == [0]
    assert not runner.is_running


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (InputError("a.wav", "is broken", "copy it again"), "a.wav: is broken; copy it again."),
        (MemoryError(), "Not enough memory"),
        (KeyError("surprise"), "unexpected"),
    ],
)
def test_a_failure_ends_in_words(
    runner: BackgroundRunner, ear: Ear, qtbot: QtBot, error: Exception, words: str
) -> None:
    def work() -> Iterator[int]:
        yield 1
        raise error

    runner.start(work)
    qtbot.waitUntil(lambda: bool(ear.ends))
    assert [result.status for result in ear.ends] == [RunStatus.FAILED]
    assert words in ear.ends[0].message
    runner.start(lambda: iter([2]))
    qtbot.waitUntil(lambda: len(ear.ends) == 2)
    assert ear.steps == [1, 2]


def test_new_work_silences_the_old(runner: BackgroundRunner, ear: Ear, qtbot: QtBot) -> None:
    release = threading.Event()

    def slow() -> Iterator[str]:
        yield "old"
        release.wait(5)
        yield "old"

    runner.start(slow)
    runner.start(lambda: iter(["new"]))
    release.set()
    qtbot.waitUntil(lambda: bool(ear.ends))
    assert ear.steps == ["new"]
    assert ear.ends == [RunResult(RunStatus.DONE)]


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no niceness of their own")
def test_the_window_comes_first_and_its_threads_before_the_processes_they_start(
    runner: BackgroundRunner, ear: Ear, qtbot: QtBot
) -> None:
    def work() -> Iterator[int]:
        process, pipe = start_child(time.sleep, gives_way=True)
        yield os.getpriority(os.PRIO_PROCESS, 0)
        yield os.getpriority(os.PRIO_PROCESS, process.pid or 0)
        end_child(process, pipe)

    runner.start(work)
    qtbot.waitUntil(lambda: bool(ear.ends))
    window = os.getpriority(os.PRIO_PROCESS, 0)
    assert [window, *ear.steps] == sorted({window, *ear.steps})


def test_shutting_down_waits_for_the_thread(qtbot: QtBot) -> None:
    runner = BackgroundRunner("test")
    ear = Ear(runner)

    def work() -> Iterator[int]:
        while True:
            time.sleep(0.01)
            yield 1

    runner.start(work)
    qtbot.waitUntil(lambda: bool(ear.steps))
    runner.shut_down()
    count = len(ear.steps)
    qtbot.wait(50)
    assert len(ear.steps) == count
    assert not runner.is_running
