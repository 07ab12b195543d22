"""A process that works for this one: how it is started, leaves Ctrl-C to it and ends with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any


def own_command(*arguments: str) -> list[str]:
    """What starts FinchSync as it was installed: the program and its arguments.

    By its path: a module's name may mean another one in the folder it is started in. A frozen
    program (PyInstaller) holds its own interpreter and takes arguments only.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, str(Path(__file__).parents[1] / "main.py"), *arguments]


def start_child(work: Callable[..., None], *arguments: Any) -> tuple[SpawnProcess, Connection]:
    """Start a process, which ends with this one at the latest.

    Parameters
    ----------
    work : callable
        Called there as ``work(pipe, *arguments)``; all of them are sent.

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
