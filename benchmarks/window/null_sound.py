"""A sound device that hears everything and plays nothing, in real time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np

from app.playback.sound import Devices, Fill

RATE_HZ = 48_000
_BUFFER = 1024


class NullStream:
    """Asks for frames in a thread of its own, as a sound card does."""

    def __init__(self, fill: Fill) -> None:
        self.name, self.rate_hz = "nothing", RATE_HZ
        self._fill = fill
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="null sound", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def close(self, *, at_once: bool = False) -> None:  # noqa: ARG002 (as the real one)
        """End."""
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        out = np.zeros((_BUFFER, 2), dtype=np.float32)
        while not self._is_over.wait(_BUFFER / RATE_HZ):
            self._fill(out, time.perf_counter())


class NullSound:
    """One output, `NullStream`."""

    def devices(self, *, afresh: bool = False) -> Devices:  # noqa: ARG002 (as the real one)
        """The one there is."""
        return Devices(("nothing",), "nothing")

    def open(self, name: str, fill: Fill, lost: Callable[[], None]) -> NullStream:  # noqa: ARG002
        """Open it."""
        return NullStream(fill)

    def now_s(self) -> float:
        """Python's finest clock."""
        return time.perf_counter()
