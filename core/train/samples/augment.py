"""Small changes to clips, so that the scorer does not learn levels by heart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torchaudio.functional import add_noise

from core.audio.channels import Samples
from core.nets.clips import Starts

LARGEST_GAIN_CHANGE = 0.1
SNR_DB = (40.0, 50.0)


@dataclass(frozen=True, slots=True)
class Augmentation:
    """A change that is the same for all clips of a sample, whatever their channel.

    Only the noise itself is drawn for each clip anew: noise in common would tell
    the scorer which clips belong together.

    Parameters
    ----------
    gain : float
        What samples are multiplied by.
    snr_db : float
        Power of a clip against that of the noise added to it, dB.
    seed : int
        Of the noise.
    """

    gain: float
    snr_db: float
    seed: int
    key: ClassVar[None] = None
    """None comes again: embeddings of changed clips are not kept."""

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Augmentation:
        """Amplitude within 10 %, noise at 40 to 50 dB."""
        gain = 1.0 + rng.uniform(-LARGEST_GAIN_CHANGE, LARGEST_GAIN_CHANGE)
        return cls(float(gain), float(rng.uniform(*SNR_DB)), int(rng.integers(2**32)))

    def applied(self, clips: Samples, channel: int, start: Starts) -> Samples:
        """Changed clips, shape (N, S); `start` are their first samples, shape (N,)."""
        changed = torch.from_numpy(clips * np.float32(self.gain))
        noise = torch.empty_like(changed)
        for row, first in zip(noise, start, strict=True):
            rng = np.random.default_rng([self.seed, channel, int(first)])
            row[:] = torch.from_numpy(rng.standard_normal(len(row), dtype=np.float32))
        noisy = add_noise(changed, noise, torch.full((len(changed),), self.snr_db))
        # Silence has no level that noise could lie below.
        return torch.where(changed.any(dim=1, keepdim=True), noisy, changed).numpy()
