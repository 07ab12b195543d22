"""One channel at another sample rate, block by block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import soxr

from core.audio.channels import Samples
from core.audio.recording import Recording

BLOCK_S = 4.0
"""Short enough for the processor's cache."""


def resampled(
    recording: Recording, channel: int, rate_hz: int, quality: str, start_s: int = 0
) -> Iterator[Samples]:
    """Read a channel at a sample rate; as it is where that is its own.

    Parameters
    ----------
    recording : Recording
    channel : int
        0 or 1.
    rate_hz : int
    quality : str
        As soxr names it.
    start_s : int
        Where to begin, whole seconds.

    Yields
    ------
    ndarray of float32, shape (frames,)

    Raises
    ------
    InputError
        If the audio cannot be read; see `Recording.blocks`.
    """
    own_hz = recording.channels[channel].sample_rate_hz
    yield from at_rate(recording.blocks(channel, BLOCK_S, start_s), own_hz, rate_hz, quality)


def at_rate(
    blocks: Iterable[Samples], own_hz: int, rate_hz: int, quality: str
) -> Iterator[Samples]:
    """Consecutive samples at another sample rate; as they are where that is their own.

    Parameters
    ----------
    blocks : iterable of ndarray of float32, shape (frames,)
        Best `BLOCK_S` long.
    own_hz, rate_hz : int
    quality : str
        As soxr names it.

    Yields
    ------
    ndarray of float32, shape (frames,)
    """
    if own_hz == rate_hz:
        yield from blocks
        return
    stream = soxr.ResampleStream(own_hz, rate_hz, 1, dtype="float32", quality=quality)
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.empty(0, dtype=np.float32), last=True)
