"""Frames of any encoder: its tokens in the few directions in which sounds differ most.

The directions come from a simulated scene, always the same one, so that an encoder has one set of
them, whatever is searched. What is usual over two minutes is taken away. How far a frame stands out
from background, and which moment it is, says the compact net with any encoder: tokens have a length
that means nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats32
from core.audio.channels import Samples
from core.audio.recording import Recording
from core.find.frames import (
    EVERY,
    SECTION_FRAMES,
    STEP_S,
    WIDTH,
    CompactFrames,
    FrameEncoder,
    Frames,
)
from core.simulate import simulate_scene

_SCENE_S = 60.0
_SCENE_SEED = 8000
_RATE_HZ = 16_000
_LEAST = 1e-9
_SECTION = SECTION_FRAMES // EVERY
_VERSION = "1"


class Tokens(Protocol):
    """What an encoder says of whole channels; see `core.nets.channel_tokens.ChannelTokens`."""

    digest: str
    step_s: float

    def of_recording(self, recording: Recording, channel: int) -> Iterator[Floats32]:
        """Tokens of a channel, a part at a time, shape (t, I)."""
        ...

    def of_samples(self, samples: Samples) -> Iterator[Floats32]:
        """Tokens of sound at 16 kHz, a part at a time, shape (t, I)."""
        ...


class EncodedFrames:
    """The frames of an encoder, as `core.find.frames.FrameEncoder`.

    Parameters
    ----------
    tokens : Tokens
    compact : FrameEncoder, optional
        By default the compact net.
    """

    def __init__(self, tokens: Tokens, compact: FrameEncoder | None = None) -> None:
        self._tokens, self._compact = tokens, compact or CompactFrames()
        told = f"{_VERSION} {tokens.digest} {self._compact.digest}"
        self.digest = hashlib.blake2b(told.encode(), digest_size=8).hexdigest()

    def frames(self, recording: Recording, channel: int) -> Iterator[Frames]:
        """See `FrameEncoder.frames`; two minutes at a time."""
        compact = list(self._compact.frames(recording, channel))
        moments = np.concatenate([part.moments for part in compact])
        length = np.concatenate([_lengths(part.kinds) for part in compact])
        turned = (part @ self._turn for part in self._tokens.of_recording(recording, channel))
        held, begins_s = np.zeros((0, WIDTH), dtype=np.float32), 0.0
        for first in range(0, len(moments), _SECTION):
            here = slice(first, first + _SECTION)
            at_s = (first + np.arange(len(moments[here]))) * STEP_S
            while begins_s + len(held) * self._tokens.step_s <= at_s[-1]:
                part = next(turned, None)
                if part is None:
                    break
                held = np.concatenate([held, part])
            direction = _at(
                held - np.median(held, axis=0).astype(np.float32),
                (at_s - begins_s) / self._tokens.step_s,
            )
            yield Frames(direction * length[here, None], moments[here])
            past = min(round((at_s[-1] - begins_s) / self._tokens.step_s), len(held) - 1)
            held, begins_s = held[past:], begins_s + past * self._tokens.step_s

    @cached_property
    def _turn(self) -> Floats32:
        """Orthogonal directions, those in which tokens differ most first, shape (I, WIDTH)."""
        scene = simulate_scene("zebra_finch", _SCENE_SEED, _SCENE_S, sample_rate_hz=_RATE_HZ)
        channels = [
            np.concatenate(list(self._tokens.of_samples(each.astype(np.float32))))
            for each in scene.samples.T
        ]
        apart = np.concatenate([each - np.median(each, axis=0) for each in channels])
        found = np.linalg.svd(apart, full_matrices=False)[2][:WIDTH].T
        return np.pad(found, ((0, 0), (0, WIDTH - found.shape[1]))).astype(np.float32)


def _at(tokens: Floats32, place: NDArray[np.floating]) -> Floats32:
    """Directions between tokens, straight lines from the middle of one to that of the next."""
    middle = np.arange(len(tokens)) + 0.5
    found = np.stack([np.interp(place, middle, number) for number in tokens.T], axis=1)
    return (found / np.maximum(_lengths(found), _LEAST)[:, None]).astype(np.float32)


def _lengths(rows: NDArray[np.floating]) -> Floats32:
    return np.asarray(np.sqrt(np.einsum("td,td->t", rows, rows)), dtype=np.float32)
