"""Renders sound ahead in a worker thread, and hands it to the sound device."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.playback.sound import Devices, Sound, SoundError
from app.playback.track import Track
from core.audio.aligned import FADE_S, Listening, Passage, render
from core.audio.channels import Samples
from core.audio.recording import Recording
from core.time_map import TimeMap

AHEAD_S = 0.3
"""Sound rendered ahead: so much later a correction is heard, at most."""

_BEGIN_S = 0.06
_WAIT_S = 0.05
_HUSH_S = 0.2
_SILENT_S = 3.0


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be heard; fields as in `core.audio.aligned.Listening`."""

    recording: Recording
    passages: tuple[Passage, ...]
    speed: float = 1.0
    high_pass_hz: float = 0.0
    loops: bool = False
    cleans: bool = False

    def at(self, rate_hz: int) -> Listening:
        """The same for a device."""
        return Listening(
            self.passages, rate_hz, self.speed, self.high_pass_hz, self.loops, self.cleans
        )


def device_steps(sound: Sound, *, afresh: bool) -> Iterator[Devices | SoundError]:
    """Look for sound devices; yields what there is, or why there is nothing."""
    try:
        yield sound.devices(afresh=afresh)
    except SoundError as error:
        yield error


class Feed:
    """One open stream, as the three threads that share it see it.

    The window sets `wanted`, `time_map` and `gain` at any time; the worker renders
    what is wanted into a `Track`; the device's thread takes its frames from there.
    A change of tracks fades.

    Parameters
    ----------
    wanted : Request
    time_map : TimeMap
    gain : float
        Factor; what exceeds full scale is clipped.
    """

    def __init__(self, wanted: Request, time_map: TimeMap, gain: float = 1.0) -> None:
        self.wanted = wanted
        self.time_map = time_map
        self.gain = gain
        self.track: Track | None = None
        self.played: Request | None = None
        self.gaps = 0
        self._sounding: Track | None = None
        self._latest_s = np.inf
        self._is_lost = False
        self._hushed = threading.Event()

    # -- the device's thread -----------------------------------------------------------

    def fill(self, out: Samples, at_s: float, *, missed: bool = False) -> None:
        """Write the next frames; see `app.playback.sound.Fill`."""
        track, before = self.track, self._sounding
        if track is None:
            out.fill(0.0)
        else:
            track.take(out, at_s)
        if track is not before:
            if before is not None:
                self._fade_out(before, out, at_s)
            self._sounding = track
        np.multiply(out, self.gain, out=out)
        np.clip(out, -1.0, 1.0, out=out)
        self.gaps += missed
        self._latest_s = at_s
        if track is None:
            self._hushed.set()

    def _fade_out(self, track: Track, out: Samples, at_s: float) -> None:
        count = min(len(out), round(FADE_S * track.listening.rate_hz))
        tail = np.empty((count, 2), dtype=np.float32)
        track.take(tail, at_s)
        out[:count] += tail * np.linspace(1.0, 0.0, count, dtype=np.float32)[:, None]

    def lose(self) -> None:
        """The device is gone."""
        self._is_lost = True

    # -- the worker's thread -----------------------------------------------------------

    def steps(self, sound: Sound, device: str) -> Iterator[Devices | SoundError | None]:
        """Play what is wanted until it has been heard; stops between any two steps.

        Parameters
        ----------
        sound : Sound
        device : str
            Name of the output; the system's own if it is empty or not there.

        Yields
        ------
        Devices, SoundError or None
            First what there is to play on, then nothing; last why it is no longer heard.

        Raises
        ------
        InputError
            If the recording cannot be read.
        """
        try:
            yield from self._play(sound, device)
        except SoundError as error:
            yield error

    def _play(self, sound: Sound, device: str) -> Iterator[Devices | None]:
        devices = sound.devices()
        yield devices
        name = device if device in devices.names else ""
        stream = sound.open(name, self.fill, self.lose)
        try:
            self._latest_s = sound.now_s()
            stream.start()
            while self.played is not self.wanted:
                for _step in self._transmit(self.wanted, stream.rate_hz, sound):
                    self._check(stream.name, sound.now_s())
                    yield None
        finally:
            self._hush()
            stream.close(at_once=self._is_lost)

    def _transmit(self, request: Request, rate_hz: int, sound: Sound) -> Iterator[None]:
        """Render a request, and wait until it is heard or another is wanted."""
        track = Track(request.at(rate_hz), AHEAD_S)
        for block in render(request.recording, lambda: self.time_map, track.listening):
            sent = track.write(block)
            while sent < len(block):
                self.track = track
                track.wait_for_room(_WAIT_S)
                yield
                if self.wanted is not request:
                    return
                sent += track.write(block[sent:])
            if track.waiting >= _BEGIN_S * rate_hz:
                self.track = track
            yield
            if self.wanted is not request:
                return
        track.finish()
        self.track = track
        while not track.is_heard(sound.now_s()):
            track.wait_for_room(_WAIT_S)
            yield
            if self.wanted is not request:
                return
        self.gaps += track.gaps
        self.played = request

    def _check(self, name: str, now_s: float) -> None:
        self._is_lost = self._is_lost or now_s - self._latest_s > _SILENT_S
        if self._is_lost:
            raise SoundError(
                "Playback stopped",
                f"the sound device “{name}” is gone",
                "plug it in again, or choose another under Playback > Output device",
            )

    def _hush(self) -> None:
        self._hushed.clear()
        self.track = None
        if self._sounding is not None and not self._is_lost:
            self._hushed.wait(_HUSH_S)
