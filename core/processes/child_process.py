"""A process that works for this one: how it is started, leaves Ctrl-C to it and ends with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.extras import is_frozen
from core.processes.priority import come_before

_PATIENCE_S = 0.05
"""Longest wait for a word of a process before the caller may change its mind."""
_LONGEST_STEP_S = 2.0
"""A step that takes longer after it was given up is ended with its process."""


class ChildEndedError(RuntimeError):
    """A process ended by itself."""


def own_command(*arguments: str) -> list[str]:
    """What starts FinchSync as it was installed: the program and its arguments.

    By its path: a module's name may mean another one in the folder it is started in. A frozen
    program (PyInstaller) holds its own interpreter and takes arguments only.
    """
    if is_frozen():
        return [sys.executable, *arguments]
    return [sys.executable, str(Path(__file__).parents[2] / "main.py"), *arguments]


def start_child(
    work: Callable[..., None], *arguments: Any, gives_way: bool = False
) -> tuple[SpawnProcess, Connection]:
    """Start a process, which ends with this one at the latest.

    Parameters
    ----------
    work : callable
        Called there as ``work(pipe, *arguments)``; all of them are sent.
    gives_way : bool
        Whether the thread that calls comes first where processors are scarce: from the start, for
        what the process loads is much of its work.

    Returns
    -------
    process : SpawnProcess
    pipe : Connection
        To the other end of it.
    """
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_begin, args=(work, there, *arguments), daemon=True)
    with deaf_to_ctrl_c():
        process.start()
    if gives_way and process.pid is not None:
        come_before(process.pid)
    there.close()
    return process, here


def _begin(work: Callable[..., None], *arguments: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
    with suppress(EOFError, ConnectionError):  # nobody is there to work for any more
        work(*arguments)


def next_word(process: SpawnProcess, pipe: Connection, whose: str) -> Generator[None, None, Any]:
    """Wait, in steps, for what a process sends.

    Parameters
    ----------
    process : SpawnProcess
    pipe : Connection
        To it.
    whose : str
        What it works for, as "the network's".

    Raises
    ------
    ChildEndedError
        If it ended.
    """
    try:
        while not pipe.poll(_PATIENCE_S):
            yield None
        return pipe.recv()
    except (EOFError, OSError) as error:
        process.join()
        raise ChildEndedError(
            f"{whose} process ended by itself, with exit code {process.exitcode}"
        ) from error


def end_child(process: SpawnProcess, pipe: Connection) -> None:
    """End a process, whatever it is doing."""
    process.terminate()
    process.join()
    process.close()
    pipe.close()


def sendable(error: Exception) -> Exception:
    """What a person can act on as it is; all else with its traceback, in words."""
    if isinstance(error, InputError | MemoryError):
        return error
    told = RuntimeError(f"{type(error).__name__}: {error}")
    told.add_note("".join(traceback.format_exception(error)))
    return told


class Child:
    """A process kept to take steps for this one, one call after another.

    Parameters
    ----------
    whose : str
        As in `next_word`.
    steps : callable
        Sent there once, with what it is bound to, and called for every call of `Child.steps`.
    load : callable, optional
        Called there before the first call: imports what it takes.
    """

    def __init__(
        self,
        whose: str,
        steps: Callable[..., Iterator[object]],
        load: Callable[[], None] | None = None,
    ) -> None:
        self._whose, self._steps, self._load = whose, steps, load
        self._running: tuple[SpawnProcess, Connection] | None = None
        self._owes_an_end = False

    @property
    def is_running(self) -> bool:
        """Whether there is a process."""
        return self._running is not None

    def start(self) -> tuple[SpawnProcess, Connection]:
        """Start the process if there is none, so that it has loaded by the first call."""
        if self._running is None:
            self._running = start_child(_serve, self._steps, self._load, gives_way=True)
        return self._running

    def steps(self, *arguments: Any) -> Iterator[object]:
        """Take steps there; to stop iterating stops them after the one under way.

        Parameters
        ----------
        *arguments
            All of them, and what the steps yield, are sent.

        Yields
        ------
        object
            What the steps yield, and None while there is no news.

        Raises
        ------
        InputError or RuntimeError
            As the steps raise.
        ChildEndedError
            If the process ended by itself; the next call starts another.
        """
        process, pipe = yield from self._ready()
        self._owes_an_end = True
        try:
            _send(pipe, arguments)
            while True:
                word = yield from next_word(process, pipe, self._whose)
                if isinstance(word, _End):
                    self._owes_an_end = False
                    if word.error is not None:
                        raise word.error
                    return
                yield word
        except ChildEndedError:
            self.close()
            raise
        finally:
            if self._owes_an_end:
                _send(pipe, _Stop())

    def close(self) -> None:
        """End the process, whatever it is doing; its memory is free again."""
        self._owes_an_end = False
        if self._running is not None:
            end_child(*self._running)
            self._running = None

    def _ready(self) -> Generator[None, None, tuple[SpawnProcess, Connection]]:
        """A process that waits for a call; one that does not stop what was given up is ended."""
        patient_until_s = time.monotonic() + _LONGEST_STEP_S
        while self._running is not None:
            process, pipe = self._running
            if not process.is_alive() or time.monotonic() > patient_until_s:
                self.close()
            elif not self._owes_an_end:
                return process, pipe
            elif not pipe.poll(_PATIENCE_S):
                yield None
            else:
                with suppress(EOFError, OSError):  # that it is gone is seen in the next round
                    self._owes_an_end = not isinstance(pipe.recv(), _End)
        return self.start()


def steps_of_child(
    whose: str, steps: Callable[..., Iterator[object]], *arguments: Any
) -> Iterator[object]:
    """Take steps in a process of their own; to stop iterating ends it.

    Parameters
    ----------
    whose, steps
        As `Child`.
    *arguments
        As `Child.steps`, whose values and errors these are.
    """
    child = Child(whose, steps)
    try:
        yield from child.steps(*arguments)
    finally:
        child.close()


def _send(pipe: Connection, what: object) -> None:
    with suppress(OSError):  # that the process is gone is said where it is heard of
        pipe.send(what)


@dataclass(frozen=True, slots=True)
class _End:
    """The last word on a call."""

    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class _Stop:
    """Nobody wants the rest of a call, which may have come to its end already."""


def _serve(
    pipe: Connection, steps: Callable[..., Iterator[object]], load: Callable[[], None] | None
) -> None:
    """Take steps for one call after another, until nobody is there to ask."""
    if load is not None:
        load()
    while True:
        asked = pipe.recv()
        if not isinstance(asked, _Stop):
            pipe.send(_answered(pipe, steps, asked))


def _answered(
    pipe: Connection, steps: Callable[..., Iterator[object]], arguments: tuple[Any, ...]
) -> _End:
    try:
        for step in steps(*arguments):
            pipe.send(step)
            if pipe.poll():
                break
    except Exception as error:  # noqa: BLE001 (raised again where it was asked for)
        return _End(sendable(error))
    return _End()


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """What starts meanwhile is deaf to Ctrl-C from its first moment; this process hears it after.

    Windows has no way to it: there a child hears Ctrl-C until it begins.
    """
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker

    # Comes with the first child, and would switch Ctrl-C on again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
