"""Channel 1 laid on channel 0's clock, to be written: what is known, and silence elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.arrays import Floats
from core.audio.channels import Samples
from core.audio.recording import Recording
from core.audio.warped import WarpedChannel
from core.known_map import KnownMap

BLOCK_FRAMES = 1 << 16
_FADE_S = 0.005
"""Of channel 1 where it is cut off, seconds; within what is known."""


def laid_blocks(
    recording: Recording,
    known: KnownMap,
    rate_hz: int,
    span_s: tuple[float, float],
    *,
    with_reference: bool,
) -> Iterator[Samples]:
    """Both channels, or channel 1 alone, block by block; memory does not grow with the length.

    Parameters
    ----------
    recording : Recording
    known : KnownMap
    rate_hz : int
        Of what comes out. Where it is channel 0's own, its samples come out as they are.
    span_s : tuple of two floats
        What of channel 0, seconds. Its start is best at a sample of `rate_hz`.
    with_reference : bool
        Whether channel 0 comes out as well, as the first column.

    Yields
    ------
    ndarray of float32, shape (frames, columns)

    Raises
    ------
    InputError
        If the audio cannot be read; see `Recording.blocks`.
    """
    start_s, end_s = span_s
    total = round((end_s - start_s) * rate_hz)
    reference = _reference(recording, rate_hz, start_s, total)
    drifting = WarpedChannel(recording, 1)
    edges_s = _cut_edges(known.known_s, recording.duration_s)
    for first in range(0, total, BLOCK_FRAMES):
        frame = np.arange(first, min(first + BLOCK_FRAMES, total))
        time_s = start_s + frame / rate_hz
        gain = _gain(edges_s, time_s)
        columns = [np.zeros(len(frame), dtype=np.float32)]
        if gain.any():
            time_1_s = known.time_map.to_channel_1(time_s)
            rate: Floats = 1.0 + 1e-6 * known.time_map.drift_ppm(time_s)
            columns[0] = gain * drifting.at(time_1_s, rate, 1 / rate_hz)
        if with_reference:
            columns.insert(0, next(reference))
        yield np.stack(columns, axis=1)


def _reference(recording: Recording, rate_hz: int, start_s: float, total: int) -> Iterator[Samples]:
    """Channel 0 in blocks of `BLOCK_FRAMES`."""
    own_hz = recording.channels[0].sample_rate_hz
    if own_hz == rate_hz:
        block_s = BLOCK_FRAMES / rate_hz
        yield from recording.blocks(0, block_s, start_s, start_s + total / rate_hz)
        return
    channel = WarpedChannel(recording, 0)
    for first in range(0, total, BLOCK_FRAMES):
        time_s = start_s + np.arange(first, min(first + BLOCK_FRAMES, total)) / rate_hz
        yield channel.at(time_s, np.ones(len(time_s)), 1 / rate_hz)


def _cut_edges(known_s: Floats, duration_s: float) -> Floats:
    """What is known, as far as its edges are cuts: where channel 0 ends there is none."""
    edges_s = known_s.copy()
    edges_s[edges_s <= 0.0] = -np.inf
    edges_s[edges_s >= duration_s] = np.inf
    return edges_s


def _gain(edges_s: Floats, time_s: Floats) -> Samples:
    """One in what is known, with a raised cosine inside its edges; shape as `time_s`."""
    if len(edges_s) == 0:
        return np.zeros(len(time_s), dtype=np.float32)
    span = np.maximum(np.searchsorted(edges_s[:, 0], time_s, side="right") - 1, 0)
    inside_s = np.minimum(time_s - edges_s[span, 0], edges_s[span, 1] - time_s)
    near = np.clip(inside_s / _FADE_S, 0.0, 1.0)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * near), dtype=np.float32)
