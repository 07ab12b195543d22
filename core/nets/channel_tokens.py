"""What any encoder says of a whole channel, clip after clip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core.arrays import Floats32
from core.audio.channels import Samples
from core.audio.recording import Recording
from core.nets.clips import CLIP_S, ChannelClips, Clips, PassingClips, clip_starts
from core.nets.embed import open_encoder


class ChannelTokens:
    """Tokens of consecutive clips of a second.

    Parameters
    ----------
    path : Path
        As `core.nets.embed.open_encoder`.
    device : str

    Attributes
    ----------
    digest : str
        Of the encoder's weights and precision.
    step_s : float
        From one token to the next.

    Raises
    ------
    InputError
        As `core.nets.embed.open_encoder`.
    """

    def __init__(self, path: Path, device: str = "auto") -> None:
        self._from = path, device
        self._clips = open_encoder(path, device)
        self.digest = self._clips.model_id
        self.step_s = CLIP_S / self._clips.grid[0]

    def __reduce__(self) -> tuple[type[ChannelTokens], tuple[Path, str]]:
        """Its file alone goes to another process, which loads it there."""
        return type(self), self._from

    def of_recording(self, recording: Recording, channel: int) -> Iterator[Floats32]:
        """Tokens of a channel, some clips at a time.

        Yields
        ------
        ndarray of float32, shape (t, F * D)
            All places in frequency of a moment side by side.

        Raises
        ------
        InputError
            If the audio cannot be read.
        """
        return self._of(PassingClips(recording, channel))

    def of_samples(self, samples: Samples) -> Iterator[Floats32]:
        """Tokens of sound at 16 kHz; yields as `of_recording`."""
        return self._of(ChannelClips("", 0, samples))

    def _of(self, clips: Clips) -> Iterator[Floats32]:
        starts, batch = clip_starts(np.arange(0.0, clips.duration_s, CLIP_S)), self._clips.batch
        for first in range(0, len(starts), batch):
            heard = clips.cut(starts[first : first + batch], self._clips.around)
            tokens = self._clips.embed(heard).cpu().numpy()
            yield tokens.reshape(len(heard) * self._clips.grid[0], -1)
