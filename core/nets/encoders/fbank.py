"""Kaldi's log mel filterbank, a batch at a time on whatever device the clips are."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.nets.encoders.config import MEL_BINS, SAMPLE_RATE_HZ

FRAME = 400
"""Samples of a frame: 25 ms."""
HOP = 160
"""Samples from frame to frame: 10 ms."""

_FFT = 512
_LOWEST_HZ = 20.0
_EMPHASIS = 0.97
_FLOOR = torch.finfo(torch.float32).eps


class KaldiFilterbank(nn.Module):
    """Log mel energies as Kaldi computes them, with its defaults and no dither.

    Frames of 25 ms every 10 ms, mean removed, pre-emphasis 0.97, Povey window,
    power spectrum, 128 triangles from 20 Hz to 8 kHz on Kaldi's mel scale.

    Parameters
    ----------
    full_scale : float
        What samples are multiplied by: 16 bit, as BEATs was trained, or one.
    window_power : float
        Of Hann's window: 0.85 makes Povey's, 1 leaves it as it is.
    """

    window: Tensor
    bank: Tensor

    def __init__(self, full_scale: float = 2.0**15, window_power: float = 0.85) -> None:
        super().__init__()
        self._full_scale = full_scale
        # Also in an encoder that is laid out without memory, to be filled from a file.
        with torch.device("cpu"):
            window, bank = torch.hann_window(FRAME, periodic=False), _mel_bank()
        self.register_buffer("window", window.pow(window_power), persistent=False)
        self.register_buffer("bank", bank, persistent=False)

    def forward(self, samples: Tensor) -> Tensor:
        """Log energies, natural logarithm.

        Parameters
        ----------
        samples : Tensor of float32, shape (B, S)
            Clips at 16 kHz, full scale 1; at least 400 samples.

        Returns
        -------
        Tensor of float32, shape (B, 1 + (S - 400) // 160, 128)
        """
        frames = (samples.float() * self._full_scale).unfold(-1, FRAME, HOP)
        frames = frames - frames.mean(dim=-1, keepdim=True)
        before = torch.cat([frames[..., :1], frames[..., :-1]], dim=-1)
        frames = (frames - _EMPHASIS * before) * self.window
        spectrum = torch.fft.rfft(functional.pad(frames, (0, _FFT - FRAME)))
        power: Tensor = spectrum.real.square() + spectrum.imag.square()
        return (power @ self.bank).clamp_min(_FLOOR).log()


def _mel_bank() -> Tensor:
    """Triangles on the mel scale, shape (257, 128); the Nyquist bin counts nowhere.

    In single precision throughout, as in Kaldi: the narrow triangles at the bottom
    are differences of close numbers, and a better sum would be another filterbank.
    """
    low, high = _mel(_LOWEST_HZ), _mel(SAMPLE_RATE_HZ / 2)
    step = (high - low) / (MEL_BINS + 1)
    band = torch.arange(MEL_BINS)
    left, centre, right = low + band * step, low + (band + 1.0) * step, low + (band + 2.0) * step
    bin_hz = torch.arange(_FFT // 2) * (SAMPLE_RATE_HZ / _FFT)
    place = (1127.0 * (1.0 + bin_hz / 700.0).log())[:, None]
    rising, falling = (place - left) / (centre - left), (right - place) / (right - centre)
    bank = torch.minimum(rising, falling).clamp_min(0.0)
    return functional.pad(bank, (0, 0, 0, 1))


def _mel(hz: float) -> float:
    return 1127.0 * math.log(1.0 + hz / 700.0)
