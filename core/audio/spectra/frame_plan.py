"""Where the frames of a spectrogram lie, and what a person may choose about them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

_MOST_CODES = 96_000_000
"""Codes of one channel at full detail: with the pyramid, 200 MB."""
_LEAST_OVERLAP = 0.375


class Taper(StrEnum):
    """Shape of the analysis window."""

    HANN = "hann"
    HAMMING = "hamming"
    BLACKMAN = "blackman"
    GAUSSIAN = "gaussian"
    RECTANGULAR = "rectangular"


@dataclass(frozen=True, slots=True)
class FrameSettings:
    """What a person chooses about frames; anything out of range is refused.

    Parameters
    ----------
    window_ms : float
        Length of the analysis window, 1 to 200 ms.
    overlap : float
        Share of a window that the next one covers, 0 to 0.95; less in long recordings.
    padding : int
        The transform is so many times as long as the window, rounded up to a power of two.
    taper : Taper
    top_hz : float
        Frequencies up to here are kept, as far as the channel has them.

    Raises
    ------
    ValueError
        If a setting is out of its range.
    """

    window_ms: float = 16.0
    overlap: float = 0.6875
    padding: int = 1
    taper: Taper = Taper.HANN
    top_hz: float = 12_000.0

    def __post_init__(self) -> None:
        if not (
            1.0 <= self.window_ms <= 200.0
            and 0.0 <= self.overlap <= 0.95
            and self.padding in (1, 2, 4)
            and 500.0 <= self.top_hz <= 200_000.0
        ):
            raise ValueError(f"no spectrogram can be made with {self}")


@dataclass(frozen=True, slots=True)
class FramePlan:
    """Where the frames of one channel lie; frame k is centred on sample ``k * hop``.

    Parameters
    ----------
    sample_rate_hz : int
    samples : int
        Length of the channel.
    window, fft, hop : int
        Window, transform and step, samples.
    bins : int
        Frequency bins kept, from 0 Hz up.
    taper : Taper
    """

    sample_rate_hz: int
    samples: int
    window: int
    fft: int
    hop: int
    bins: int
    taper: Taper = Taper.HANN

    @classmethod
    def for_channel(
        cls, sample_rate_hz: int, samples: int, settings: FrameSettings | None = None
    ) -> FramePlan:
        """A plan by these settings; long channels get longer steps and less padding.

        The steps never grow so far that windows leave a call out.

        Parameters
        ----------
        sample_rate_hz : int
        samples : int
            Length of the channel.
        settings : FrameSettings

        Returns
        -------
        FramePlan
        """
        settings = settings or FrameSettings()
        window = max(8, round(settings.window_ms / 1000 * sample_rate_hz))
        coarsest = window * (1 - _LEAST_OVERLAP)
        share = min(settings.top_hz, sample_rate_hz / 2) / sample_rate_hz
        padding = settings.padding
        while True:
            fft = padding << int(np.ceil(np.log2(window)))
            bins = int(share * fft) + 1
            affordable = samples * bins / _MOST_CODES
            if affordable <= coarsest or padding == 1:
                break
            padding //= 2
        hop = max(1, round(max(window * (1 - settings.overlap), min(affordable, coarsest))))
        return cls(sample_rate_hz, samples, window, fft, hop, bins, settings.taper)

    @property
    def frames(self) -> int:
        """Number of frames; the last is centred within the channel."""
        return (self.samples - 1) // self.hop + 1

    @property
    def hop_s(self) -> float:
        """Step between frames, seconds."""
        return self.hop / self.sample_rate_hz

    @property
    def bin_hz(self) -> float:
        """Step between bins, hertz."""
        return self.sample_rate_hz / self.fft

    @property
    def top_hz(self) -> float:
        """Upper edge of the highest bin, hertz."""
        return (self.bins - 0.5) * self.bin_hz
