"""Spectrograms of an example and a hit, made in the background to be looked at side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from app.base.background_runner import BackgroundRunner
from core.audio.recording import Recording
from core.audio.resampled import BLOCK_S, at_rate
from core.audio.spectra.levels import FFT, RATE_HZ
from core.audio.spectra.power import frame_power

Brightness = NDArray[np.uint8]

_HOP = RATE_HZ // 250
"""Samples between columns: 4 ms."""
_AROUND_S = 0.15
"""Shown before and after a stretch."""
_OVER_NOISE_DB = 3.0
_LEAST_RANGE_DB = 25.0


@dataclass(frozen=True, slots=True)
class SoundPlace:
    """A stretch of a channel, seconds on its own clock, and in a word what it is."""

    word: str
    recording: Recording
    channel: int
    start_s: float
    end_s: float


class Picture(NamedTuple):
    """What is drawn of a place.

    Parameters
    ----------
    word : str
        Of the place.
    brightness : ndarray of uint8, shape (F, T)
    """

    word: str
    brightness: Brightness


def brightness_of(place: SoundPlace) -> Brightness:
    """Brightness of a stretch and a little around it, lowest frequency first.

    Returns
    -------
    ndarray of uint8, shape (FFT // 2 + 1, T)
        Up to 8 kHz.

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    span_s = max(0.0, place.start_s - _AROUND_S), place.end_s + _AROUND_S
    blocks = place.recording.blocks(place.channel, BLOCK_S, *span_s)
    rate_hz = place.recording.channels[place.channel].sample_rate_hz
    samples = np.concatenate([*at_rate(blocks, rate_hz, RATE_HZ, "MQ")])
    level_db = 10 * np.log10(frame_power(np.pad(samples, FFT // 2), FFT, _HOP) + 1e-12)
    low_db = float(np.median(level_db)) + _OVER_NOISE_DB
    range_db = max(float(level_db.max()) - low_db, _LEAST_RANGE_DB)
    return np.asarray((255 * np.clip((level_db - low_db) / range_db, 0, 1)).astype(np.uint8).T)


class Comparing(QObject):
    """Makes the pictures of what is compared last.

    Signals
    -------
    made(pictures)
        A tuple of `Picture`, one a place.
    """

    made = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = BackgroundRunner("compare", self)
        self._runner.stepped.connect(self._on_step)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being made."""
        return not self._runner.is_running

    def shut_down(self) -> None:
        """Stop the thread."""
        self._runner.shut_down()

    def compare(self, places: Sequence[SoundPlace]) -> None:
        """Make pictures of some places; what was asked for before is given up."""
        self._runner.start(partial(_steps, tuple(places)))

    @Slot(object)
    def _on_step(self, pictures: object) -> None:
        self.made.emit(pictures)


def _steps(places: Sequence[SoundPlace]) -> Iterator[tuple[Picture, ...]]:
    yield tuple(Picture(place.word, brightness_of(place)) for place in places)
