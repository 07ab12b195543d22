"""The sound device (PortAudio), behind an interface that tests can replace."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from core.audio.channels import Samples
from core.errors import InputError

_LONGEST_DELAY_S = 5.0
_CHOOSE = "choose another under Playback > Output device"
_LOOK_AGAIN = "choose Playback > Look for devices again"


class SoundError(InputError):
    """Why nothing is heard, and what to do."""


class NoSoundError(SoundError):
    """Nothing can be heard on this computer as it is."""


class Fill(Protocol):
    """Writes the next frames; called in the device's own thread."""

    def __call__(self, out: Samples, at_s: float, *, missed: bool = False) -> None:
        """Write the next frames.

        Parameters
        ----------
        out : ndarray of float32, shape (frames, 2)
        at_s : float
            When its first frame is heard, on the clock of `Sound.now_s`.
        missed : bool
            Whether the device had to wait.
        """


@dataclass(frozen=True, slots=True)
class Devices:
    """What can be played on.

    Parameters
    ----------
    names : tuple of str
        Outputs, as the system names them.
    default : str
        The one that the system uses.
    """

    names: tuple[str, ...]
    default: str


class Stream(Protocol):
    """An open output."""

    name: str
    rate_hz: int

    def start(self) -> None:
        """Begin to ask for frames."""

    def close(self, *, at_once: bool = False) -> None:
        """End, unless `at_once` after what was handed over has been heard."""


class Sound(Protocol):
    """Where sound comes out; asked in one worker's thread only, `now_s` excepted."""

    def devices(self, *, afresh: bool = False) -> Devices:
        """Look for outputs; `afresh`, when none is open, also for those plugged in since.

        Raises
        ------
        NoSoundError
            If there are none, or no sound library.
        """

    def open(self, name: str, fill: Fill, lost: Callable[[], None]) -> Stream:
        """Open an output.

        Parameters
        ----------
        name : str
            Empty for the one that the system uses.
        fill : callable
        lost : callable
            Told, in any thread, when the output ends by itself.

        Raises
        ------
        SoundError
            If it cannot be opened.
        """

    def now_s(self) -> float:
        """The clock that `Fill` is given, seconds."""


class PortAudio:
    """Sound through PortAudio, which is loaded when it is first asked."""

    def devices(self, *, afresh: bool = False) -> Devices:
        """Outputs of the system's preferred sound interface."""
        known = "sounddevice" in sys.modules
        sd = _load()
        if afresh and known:
            # PortAudio looks for devices only when it starts.
            sd._terminate()
            sd._initialize()
        try:
            default = sd.query_devices(kind="output")
            listed = sd.query_devices()
        except (sd.PortAudioError, ValueError) as error:
            raise NoSoundError(
                "Playback is off",
                "this computer has no sound output",
                f"plug in headphones or a loudspeaker and {_LOOK_AGAIN}",
            ) from error
        names = (d["name"] for d in listed if _is_output(d) and d["hostapi"] == default["hostapi"])
        return Devices(tuple(dict.fromkeys(names)), default["name"])

    def open(self, name: str, fill: Fill, lost: Callable[[], None]) -> Stream:
        """Open an output at its own rate, in stereo if it can."""
        sd = _load()
        try:
            default = sd.query_devices(kind="output")
            info = default
            if name:
                info = next(
                    d
                    for d in sd.query_devices()
                    if d["name"] == name and _is_output(d) and d["hostapi"] == default["hostapi"]
                )
            return _PortAudioStream(sd, info, fill, lost)
        except (sd.PortAudioError, ValueError, StopIteration) as error:
            what = f"the sound device “{name or 'default'}” cannot be opened"
            reason = f" ({error})" if str(error) else ""
            raise SoundError("Nothing is played", f"{what}{reason}", _CHOOSE) from error

    def now_s(self) -> float:
        """Python's finest clock."""
        return time.perf_counter()


class _PortAudioStream:
    def __init__(self, sd: Any, info: Any, fill: Fill, lost: Callable[[], None]) -> None:
        self.name: str = info["name"]
        self.rate_hz = round(info["default_samplerate"])
        self._fill, self._lost = fill, lost
        self._is_closing = False
        self._both = np.zeros((0, 2), dtype=np.float32)
        self._stream = sd.OutputStream(
            samplerate=self.rate_hz,
            device=info["index"],
            channels=min(2, info["max_output_channels"]),
            dtype="float32",
            latency="high",
            callback=self._on_frames,
            finished_callback=self._on_finished,
        )
        self._delay_s = float(self._stream.latency)

    def start(self) -> None:
        self._stream.start()

    def close(self, *, at_once: bool = False) -> None:
        self._is_closing = True
        if at_once:
            self._stream.abort(ignore_errors=True)
        else:
            self._stream.stop(ignore_errors=True)
        self._stream.close(ignore_errors=True)

    def _on_frames(self, out: Samples, frames: int, when: Any, status: Any) -> None:
        delay_s = when.outputBufferDacTime - when.currentTime
        if not 0 < delay_s < _LONGEST_DELAY_S:
            # Some drivers do not tell.
            delay_s = self._delay_s
        at_s = time.perf_counter() + delay_s
        missed = bool(status) and bool(status.output_underflow)
        if out.shape[1] == 2:
            self._fill(out, at_s, missed=missed)
            return
        if len(self._both) < frames:
            self._both = np.zeros((frames, 2), dtype=np.float32)
        both = self._both[:frames]
        self._fill(both, at_s, missed=missed)
        np.mean(both, axis=1, out=out[:, 0])

    def _on_finished(self) -> None:
        if not self._is_closing:
            self._lost()


def _is_output(device: Any) -> bool:
    return bool(device["max_output_channels"] > 0)


def _load() -> Any:
    try:
        import sounddevice
    except (OSError, ImportError) as error:
        fix = "install libportaudio2" if sys.platform.startswith("linux") else "reinstall FinchSync"
        raise NoSoundError(
            "Playback is off", "PortAudio is missing", f"{fix} and {_LOOK_AGAIN}"
        ) from error
    return sounddevice
