"""A sound card made of arrays, so that nobody has to listen to the tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from app.playback.feed import Feed
from app.playback.sound import Devices, NoSoundError, SoundError

RATE_HZ = 16000
DELAY_S = 0.02
_BUFFER = 320
_PATIENCE_S = 5.0


class FakeStream:
    """Asks for frames when the test says so."""

    def __init__(self, sound: FakeSound, name: str, fill: Callable, lost: Callable) -> None:
        self.name, self.rate_hz = name, RATE_HZ
        self.is_started = self.is_closed = False
        self.unplug = lost
        self._sound, self._fill = sound, fill
        self.heard: list[np.ndarray] = []

    @property
    def feed(self) -> Feed:
        return self._fill.__self__

    def start(self) -> None:
        self.is_started = True

    def close(self, *, at_once: bool = False) -> None:  # noqa: ARG002 (as the others)
        self.is_closed = True

    def play(self, duration_s: float) -> np.ndarray:
        """Let time pass; the worker is waited for, as if it were never late."""
        for _ in range(round(duration_s * RATE_HZ / _BUFFER)):
            self._wait_for_sound()
            self.pull()
        return np.concatenate(self.heard)

    def pull(self) -> np.ndarray:
        """One buffer, whether there is sound or not."""
        out = np.full((_BUFFER, 2), 9.0, dtype=np.float32)
        self._fill(out, self._sound.time_s + DELAY_S)
        self._sound.time_s += _BUFFER / RATE_HZ
        self.heard.append(out)
        return out

    def _wait_for_sound(self) -> None:
        until_s = time.monotonic() + _PATIENCE_S
        while not self._has_sound() and not self.is_closed:
            assert time.monotonic() < until_s, "nothing is rendered"
            time.sleep(0.0005)

    def _has_sound(self) -> bool:
        track = self.feed.track
        if track is None or track.listening.passages != self.feed.wanted.passages:
            return False
        return track.waiting >= _BUFFER or track._is_whole


class FakeSound:
    """Outputs that can be plugged in and out."""

    def __init__(self, names: Sequence[str] = ("speakers", "headphones")) -> None:
        self.names = list(names)
        self.time_s = 100.0
        self.streams: list[FakeStream] = []
        self.looked_afresh = 0

    def devices(self, *, afresh: bool = False) -> Devices:
        self.looked_afresh += afresh
        if not self.names:
            raise NoSoundError("Playback is off", "there is no output", "plug one in")
        return Devices(tuple(self.names), self.names[0])

    def open(self, name: str, fill: Callable, lost: Callable) -> FakeStream:
        if name == "broken":
            raise SoundError("Nothing is played", "the sound device is broken", "choose another")
        self.streams.append(FakeStream(self, name or self.names[0], fill, lost))
        return self.streams[-1]

    def now_s(self) -> float:
        return self.time_s
