"""How a process behaves that works for another one of FinchSync's."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading


def work_for_parent() -> None:
    """Leave Ctrl-C to the parent, and do not outlive it; called in the child, first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
