"""A ring buffer of rendered sound that waits for the sound device."""

from __future__ import annotations

import threading

import numpy as np

from core.audio.aligned import ChannelSelection, Listening
from core.audio.channels import Samples


class Track:
    """A ring of frames between one writer and the device, and how far it was heard.

    Each counter has one thread that moves it; the interpreter makes that whole.

    Parameters
    ----------
    listening : Listening
        What the frames are.
    ahead_s : float
        How much may wait, seconds.
    """

    def __init__(self, listening: Listening, ahead_s: float) -> None:
        self.listening = listening
        self.gaps = 0
        self._ring = np.zeros((max(round(ahead_s * listening.rate_hz), 1), 2), dtype=np.float32)
        self._written = self._taken = 0
        self._is_whole = False
        self._latest = (0, np.inf)
        self._furthest = 0.0
        self._room = threading.Event()

    @property
    def waiting(self) -> int:
        """Frames written and not yet taken."""
        return self._written - self._taken

    def write(self, block: Samples) -> int:
        """Append as much of a block as there is room for; how many frames that was."""
        length = len(self._ring)
        count = min(len(block), length - self.waiting)
        start = self._written % length
        first = min(count, length - start)
        self._ring[start : start + first] = block[:first]
        self._ring[: count - first] = block[first:count]
        self._written += count
        return count

    def finish(self) -> None:
        """Nothing follows."""
        self._is_whole = True

    def wait_for_room(self, timeout_s: float) -> None:
        """Wait until the device has taken something, or for some seconds."""
        self._room.clear()
        self._room.wait(timeout_s)

    def take(self, out: Samples, at_s: float) -> None:
        """Move the next frames into `out`, silence where there are none.

        Parameters
        ----------
        out : ndarray of float32, shape (frames, 2)
        at_s : float
            When they are heard.
        """
        length = len(self._ring)
        count = min(len(out), self.waiting)
        start = self._taken % length
        first = min(count, length - start)
        out[:first] = self._ring[start : start + first]
        out[first:count] = self._ring[: count - first]
        out[count:] = 0.0
        if count < len(out) and not self._is_whole:
            self.gaps += 1
        if count:
            self._latest = (self._taken, at_s)
        self._taken += count
        self._room.set()

    def where(self, now_s: float) -> tuple[float, ChannelSelection]:
        """What is heard now: the moment on channel 0's clock, and which channels."""
        before, at_s = self._latest
        frame = before + (now_s - at_s) * self.listening.rate_hz
        # The device's idea of its delay wavers; the sound does not go back.
        self._furthest = max(self._furthest, min(frame, self._taken))
        return self.listening.locate(self._furthest)

    def is_heard(self, now_s: float) -> bool:
        """Whether the last frame has been heard."""
        before, at_s = self._latest
        left_s = (self._taken - before) / self.listening.rate_hz
        return self._is_whole and self.waiting == 0 and now_s >= at_s + left_s
