"""How a process is started that works for another one of FinchSync's, and how it behaves."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from pathlib import Path


def own_command(*arguments: str) -> list[str]:
    """What starts FinchSync as it was installed: the program and its arguments.

    By its path: a module's name may mean another one in the folder it is started in. A frozen
    program (PyInstaller) holds its own interpreter and takes arguments only.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, str(Path(__file__).parents[1] / "main.py"), *arguments]


def work_for_parent() -> None:
    """Leave Ctrl-C to the parent, and do not outlive it; called in the child, first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
