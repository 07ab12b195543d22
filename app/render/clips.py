"""One second of both channels, overlaid or each for itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from core.arrays import Floats
from core.audio.spectra.spectrogram import Spectrogram
from core.time_map import TimeMap

CLIP_S = 1.0
_TOP_KHZ = 9.0
_COLUMNS, _ROWS = 240, 160


def overlay(
    spectrograms: tuple[Spectrogram, Spectrogram],
    levels: tuple[tuple[int, int], tuple[int, int]],
    time_map: TimeMap,
    time_0_s: float,
    time_1_s: float,
) -> QImage:
    """Draw the clips around a keypoint, channel 0 magenta and channel 1 green.

    Parameters
    ----------
    spectrograms : pair of Spectrogram
    levels : pair of (int, int)
        Darkest and brightest code of each channel.
    time_map : TimeMap
        Gives the rate of channel 1's clock around the keypoint.
    time_0_s, time_1_s : float
        The keypoint, seconds.

    Returns
    -------
    QImage
        Row 0 is the highest frequency; the keypoint is in the middle.
    """
    ch_0, ch_1 = _both(spectrograms, levels, time_map, time_0_s, time_1_s)
    return _picture(ch_0, ch_1)


def apart(
    spectrograms: tuple[Spectrogram, Spectrogram],
    levels: tuple[tuple[int, int], tuple[int, int]],
    time_map: TimeMap,
    time_0_s: float,
    time_1_s: float,
) -> tuple[QImage, QImage]:
    """The same clips as by `overlay`, each for itself.

    Parameters
    ----------
    spectrograms, levels, time_map, time_0_s, time_1_s
        As for `overlay`.

    Returns
    -------
    pair of QImage
    """
    ch_0, ch_1 = _both(spectrograms, levels, time_map, time_0_s, time_1_s)
    nothing = np.zeros_like(ch_0)
    return _picture(ch_0, nothing), _picture(nothing, ch_1)


def top_hz(spectrograms: tuple[Spectrogram, Spectrogram]) -> float:
    """The highest frequency of clips."""
    return min(_TOP_KHZ * 1000, *(s.plan.top_hz for s in spectrograms))


def _both(
    spectrograms: tuple[Spectrogram, Spectrogram],
    levels: tuple[tuple[int, int], tuple[int, int]],
    time_map: TimeMap,
    time_0_s: float,
    time_1_s: float,
) -> list[NDArray[np.uint8]]:
    """Brightness of both clips, lowest frequency first."""
    around_s = (np.arange(_COLUMNS) + 0.5) / _COLUMNS * CLIP_S - CLIP_S / 2
    rate = 1.0 + float(time_map.drift_ppm(time_0_s)) * 1e-6
    times_s = (time_0_s + around_s, time_1_s + rate * around_s)
    hz = (np.arange(_ROWS) + 0.5) / _ROWS * top_hz(spectrograms)
    return [
        _brightness(s, at_s, hz, low_high)
        for s, at_s, low_high in zip(spectrograms, times_s, levels, strict=True)
    ]


def _picture(ch_0: NDArray[np.uint8], ch_1: NDArray[np.uint8]) -> QImage:
    """Magenta and green, white where both are bright."""
    pixels = np.empty((_ROWS, _COLUMNS, 4), dtype=np.uint8)
    # Bytes of RGB32 in memory: blue, green, red, unused.
    pixels[..., 0] = pixels[..., 2] = ch_0
    pixels[..., 1] = ch_1
    pixels[..., 3] = 255
    flipped = np.ascontiguousarray(pixels[::-1])
    return QImage(flipped.data, _COLUMNS, _ROWS, 4 * _COLUMNS, QImage.Format.Format_RGB32).copy()


def _brightness(
    spectrogram: Spectrogram, time_s: Floats, hz: Floats, low_high: tuple[int, int]
) -> NDArray[np.uint8]:
    low, high = low_high
    rows = np.minimum(np.rint(hz / spectrogram.plan.bin_hz).astype(int), spectrogram.plan.bins - 1)
    share = np.clip((np.arange(256) - low) / max(high - low, 1), 0.0, 1.0)
    table = (255 * share**1.3).astype(np.uint8)
    return np.asarray(table[spectrogram.at(time_s)[:, rows]].T)
