"""A process that works for this one: how it is started, leaves Ctrl-C to it and ends with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.extras import is_frozen

_PATIENCE_S = 0.05
"""Longest wait for a word of a process before the caller may change its mind."""
_NICER = 5


def own_command(*arguments: str) -> list[str]:
    """What starts FinchSync as it was installed: the program and its arguments.

    By its path: a module's name may mean another one in the folder it is started in. A frozen
    program (PyInstaller) holds its own interpreter and takes arguments only.
    """
    if is_frozen():
        return [sys.executable, *arguments]
    return [sys.executable, str(Path(__file__).parents[1] / "main.py"), *arguments]


def start_child(
    work: Callable[..., None], *arguments: Any, gives_way: bool = False
) -> tuple[SpawnProcess, Connection]:
    """Start a process, which ends with this one at the latest.

    Parameters
    ----------
    work : callable
        Called there as ``work(pipe, *arguments)``; all of them are sent.
    gives_way : bool
        Whether this process comes first where processors are scarce: from the start, for what
        the other one loads is much of its work.

    Returns
    -------
    process : SpawnProcess
    pipe : Connection
        To the other end of it.
    """
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_begin, args=(work, there, *arguments), daemon=True)
    with _unheard_ctrl_c():
        process.start()
    if gives_way and process.pid is not None and hasattr(os, "setpriority"):
        nicer = os.getpriority(os.PRIO_PROCESS, 0) + _NICER
        os.setpriority(os.PRIO_PROCESS, process.pid, nicer)
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
    RuntimeError
        If it ended.
    """
    try:
        while not pipe.poll(_PATIENCE_S):
            yield None
        return pipe.recv()
    except (EOFError, OSError) as error:
        process.join()
        raise RuntimeError(
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


def steps_of_child(
    whose: str, steps: Callable[..., Iterator[object]], *arguments: Any
) -> Iterator[object]:
    """Take steps in a process of their own; to stop iterating ends it.

    Parameters
    ----------
    whose : str
        As in `next_word`.
    steps : callable
        Called there with the arguments; all of them, and what it yields, are sent.

    Yields
    ------
    object
        What the steps yield, and None while there is no news.

    Raises
    ------
    InputError or RuntimeError
        As the steps raise, or if the process failed.
    """
    process, pipe = start_child(_take_steps, steps, *arguments, gives_way=True)
    try:
        while True:
            word = yield from next_word(process, pipe, whose)
            if isinstance(word, Exception):
                raise word
            if word is None:
                return
            yield word
    finally:
        end_child(process, pipe)


def _take_steps(pipe: Connection, steps: Callable[..., Iterator[object]], *arguments: Any) -> None:
    try:
        for step in steps(*arguments):
            pipe.send(step)
        pipe.send(None)
    except Exception as error:  # noqa: BLE001 (raised again where it was asked for)
        pipe.send(sendable(error))


@contextmanager
def _unheard_ctrl_c() -> Iterator[None]:
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
