"""Who comes first where processors are scarce: a thread that waits for others to work for it."""

from __future__ import annotations

import os
import sys
import threading

_NICER = 5


def give_way() -> None:
    """The thread that calls comes after the first one of its process from now on.

    Of systems with niceness, Linux alone has one of each thread; elsewhere this does nothing.
    """
    if sys.platform == "linux":
        first = os.getpriority(os.PRIO_PROCESS, os.getpid())
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), first + _NICER)


def come_before(process: int) -> None:
    """A process comes after the thread that calls, which started it, from now on."""
    if hasattr(os, "setpriority"):
        own = os.getpriority(os.PRIO_PROCESS, 0)
        os.setpriority(os.PRIO_PROCESS, process, own + _NICER)
