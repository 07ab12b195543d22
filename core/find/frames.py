"""What is kept of recordings to find sounds in them: how a frame sounds, and which moment it is.

How it sounds, whoever made it: the layers of the compact net go through a small head that was
trained on simulated animals to tell kinds of calls apart and not the animals
(``benchmarks/making/fit_finder.py``, ``resources/finder.yaml``). A frame's length says how far it
is from background. Which moment it is, whichever recorder heard it, say the net's embeddings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from core.arrays import Floats32
from core.audio.channels import Samples
from core.audio.recording import Recording
from core.audio.resampled import BLOCK_S, at_rate
from core.audio.spectra.levels import FFT, HOP, RATE_HZ, log_mel
from core.audio.spectra.power import frame_power
from core.evidence.compact import FILE as NET_FILE
from core.evidence.compact import open_net, stored_arrays
from core.evidence.compact_net import band_levels, noise_floor
from core.evidence.compact_scorer import side_by_side

FILE = "finder.safetensors"
"""Weights of the head, in ``resources``."""
EVERY = 2
"""Frames of 10 ms from one that is kept to the next: a short call lasts three."""
STEP_S = EVERY * HOP / RATE_HZ
WIDTH = 32
"""Numbers of what a frame sounds like, the most telling first: at one byte each, 100 h of two
channels take 1.15 GB."""
MOMENT_WIDTH = 12
"""Numbers of which moment it is: of 32, these tell real pairs of recorders as well as all."""
SECTION_FRAMES = 12_000
"""Frames that share a noise floor, two minutes: as long as what the head was trained on."""
_FRAMES_A_BATCH = 1000
_GELU = np.float32(0.7978845608)
"""Root of 2 / pi (Hendrycks and Gimpel 2016)."""


class Frames(NamedTuple):
    """Consecutive frames of a channel, one every `STEP_S`.

    Parameters
    ----------
    kinds : ndarray of float32, shape (t, WIDTH)
        What each sounds like; none longer than one.
    moments : ndarray of float32, shape (t, MOMENT_WIDTH)
        Which moment each is; none longer than one.
    """

    kinds: Floats32
    moments: Floats32


class FrameEncoder(Protocol):
    """Turns a channel into frames.

    Attributes
    ----------
    digest : str
        Hexadecimal digits: frames of other digests mean other things.
    """

    digest: str

    def frames(self, recording: Recording, channel: int) -> Iterator[Frames]:
        """All frames of a channel, a part at a time.

        Yields
        ------
        Frames

        Raises
        ------
        InputError
            If the audio cannot be read.
        """
        ...


class Head:
    """Frames from the layers of the compact net.

    Parameters
    ----------
    weights : mapping of str to ndarray
        ``hidden`` (I, H) and ``out`` (H, E), each with its ``.bias``; ``background`` (E,), a unit
        vector; ``turn`` (E, WIDTH), which brings the most telling directions to the front;
        ``moments`` (D, MOMENT_WIDTH), the directions of embeddings in which they differ most.
    """

    def __init__(self, weights: Mapping[str, NDArray[np.floating]]) -> None:
        self._weights = {name: value.astype(np.float32) for name, value in weights.items()}

    def __call__(self, layers: Sequence[Floats32]) -> Frames:
        """Frames from all layers, last the embeddings; without what is background in them."""
        w = self._weights
        heard = side_by_side(layers)
        inner = heard @ w["hidden"] + w["hidden.bias"]
        inner *= 0.5 * (1 + np.tanh(_GELU * inner * (1 + 0.044715 * inner * inner)))
        out = inner @ w["out"] + w["out.bias"]
        out /= np.maximum(np.sqrt(np.einsum("td,td->t", out, out)), 1e-9)[:, None]
        out -= (out @ w["background"])[:, None] * w["background"]
        return Frames(np.asarray(out @ w["turn"]), np.asarray(layers[-1] @ w["moments"]))


class CompactFrames:
    """The shipped net with the shipped head, as `FrameEncoder`."""

    def __init__(self) -> None:
        _, net_digest = stored_arrays(NET_FILE)
        self._net = open_net()
        content = resources.files("resources").joinpath(FILE).read_bytes()
        self._head = Head(load(content))
        self.digest = hashlib.blake2b(net_digest.encode() + content, digest_size=8).hexdigest()

    def __reduce__(self) -> tuple[type[CompactFrames], tuple[()]]:
        """Its name alone goes to another process: what is shipped is there."""
        return type(self), ()

    def frames(self, recording: Recording, channel: int) -> Iterator[Frames]:
        """See `FrameEncoder.frames`; ten seconds at a time."""
        rate_hz = recording.channels[channel].sample_rate_hz
        blocks = recording.blocks(channel, BLOCK_S)
        count = max(1, int(recording.durations_s[channel] * RATE_HZ / HOP))
        reach = self._net.reach + self._net.reach % EVERY
        for log_power, first, last in _sections(
            at_rate(blocks, rate_hz, RATE_HZ, "MQ"), count, reach
        ):
            floor = noise_floor(log_power[first:last])
            for start in range(first, last, _FRAMES_A_BATCH):
                stop = min(start + _FRAMES_A_BATCH, last)
                left = max(0, start - reach)
                levels = band_levels(log_power[left : stop + reach], floor)
                _, layers = self._net.embedded(levels, EVERY, EVERY)
                wanted = slice((start - left) // EVERY, -(-(stop - left) // EVERY))
                yield self._head([layer[wanted] for layer in layers])


def _sections(
    samples: Iterator[Samples], count: int, reach: int
) -> Iterator[tuple[Floats32, int, int]]:
    """Log power of sections with `reach` frames around each, and where the section lies in it.

    A short rest at the end goes with the section before it.
    """
    held = np.zeros(
        (0, log_mel(np.zeros((1, FFT // 2 + 1), dtype=np.float32)).shape[1]), np.float32
    )
    begins, first = 0, 0
    frames = _log_mel(samples, count)
    ended = False
    while not ended:
        parts, have = [held], len(held)
        while have < first - begins + 2 * SECTION_FRAMES + reach:
            part = next(frames, None)
            if part is None:
                ended = True
                break
            parts.append(part)
            have += len(part)
        held = np.concatenate(parts)
        end = begins + len(held)
        while end - first >= 2 * SECTION_FRAMES + reach or (ended and first < end):
            last = end if end - first < 2 * SECTION_FRAMES and ended else first + SECTION_FRAMES
            stop = min(end, last + reach)
            yield held[: stop - begins], first - begins, last - begins
            first = last
            dropped = max(0, first - reach - begins)
            held, begins = held[dropped:], begins + dropped


def _log_mel(samples: Iterator[Samples], count: int) -> Iterator[Floats32]:
    """Log power of `count` frames, frame t centred on t * 10 ms; zeros around the channel."""
    held, done = np.zeros(FFT // 2, dtype=np.float32), 0
    for block in samples:
        held = np.concatenate([held, block])
        power = frame_power(held, FFT, HOP)[: count - done]
        if len(power):
            yield log_mel(power)
            done += len(power)
            held = held[len(power) * HOP :]
    if done < count:
        rest = np.pad(held, (0, FFT + HOP * (count - done)))
        yield log_mel(frame_power(rest, FFT, HOP)[: count - done])
