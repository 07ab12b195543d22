"""Ctrl-C in the terminal, and the end of the login, close the window as a person does."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QSocketNotifier

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Each system has some of them."""


@contextmanager
def end_signals_close_windows() -> Iterator[None]:
    """Let signals that ask the program to end close its windows, which may ask before they do.

    Python looks for signals between two of its own steps, and none comes while Qt waits; so the
    signal is written to a socket that Qt listens to.
    """
    here, there = socket.socketpair()
    for end in (here, there):
        end.setblocking(False)  # noqa: FBT003
    notifier = QSocketNotifier(here.fileno(), QSocketNotifier.Type.Read)

    def close() -> None:
        here.recv(1)
        QCoreApplication.quit()

    notifier.activated.connect(close)
    heard = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    # What whoever started us has ignored, as nohup does, stays so.
    before = {n: h for n in heard if (h := signal.getsignal(n)) is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, lambda *_: None)
    wakeup_before = signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        notifier.setEnabled(False)
        here.close()
        there.close()
