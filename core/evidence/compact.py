"""FinchSync's own net as a term of the score surface.

A second of embeddings of channel 0 is compared with channel 1 at every lag, as the
spectral terms are; ``resources/compact.yaml`` is the net's model card.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from importlib import resources
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from core.audio.recording import Recording
from core.audio.resampled import resampled
from core.evidence.compact_net import (
    FRAME_S,
    RATE_HZ,
    CompactNet,
    Frames,
    band_levels,
    mel_power,
    noise_floor,
)
from core.evidence.spectral import WINDOW_S

Floats = NDArray[np.float64]
Scores = NDArray[np.float32]
Halves = NDArray[np.float16]

FILE = "compact.npz"
_FRAMES_A_BATCH = 2000
_ROWS_A_BATCH = 10
_WINDOW = round(WINDOW_S / FRAME_S)


class CompactEvidence:
    """The compact net, as `core.evidence.learned.LearnedEvidence`.

    Parameters
    ----------
    net : CompactNet
    model_id : str
        Digest of its weights.
    weight, spectral_share : float
        As `LearnedEvidence`.
    """

    name = "compact"
    device = "cpu"

    def __init__(
        self, net: CompactNet, model_id: str, weight: float, spectral_share: float = 1.0
    ) -> None:
        self.model_id, self.weight, self.spectral_share = model_id, weight, spectral_share
        self.notices: list[str] = []
        self._net = net

    def term(
        self, recording: Recording, time_0_s: Floats, first_offset_s: Floats, columns: int
    ) -> Iterator[float | Scores]:
        """Compare a second around each row with channel 1 at every offset.

        Parameters, results and errors as `LearnedEvidence.term`.
        """
        embedded = (
            (yield from self._embedded(recording, 0)),
            (yield from self._embedded(recording, 1)),
        )
        start_0 = np.rint(time_0_s / FRAME_S).astype(np.intp) - _WINDOW // 2
        start_1 = start_0 + np.rint(first_offset_s / FRAME_S).astype(np.intp)
        term = np.zeros((len(time_0_s), columns), dtype=np.float32)
        for top in range(0, len(time_0_s), _ROWS_A_BATCH):
            rows = slice(top, top + _ROWS_A_BATCH)
            left = _stretches(embedded[0], start_0[rows], _WINDOW)
            right = _stretches(embedded[1], start_1[rows], _WINDOW + columns - 1)
            term[rows] = window_scores(left, right)
            yield 0.8 + 0.2 * min(rows.stop, len(term)) / len(term)
        begin = start_1[:, None] + np.arange(columns)
        term[(begin + _WINDOW <= 0) | (begin >= len(embedded[1]))] = 0.0
        yield term

    def close(self) -> None:
        """Nothing to give back: the net runs on the processor."""

    def _embedded(self, recording: Recording, channel: int) -> Generator[float, None, Halves]:
        """Embeddings of a channel, shape (T, D); yields the share of the work done."""
        total = max(1.0, recording.channels[channel].duration_s / FRAME_S)
        blocks, done = [], 0
        for block in mel_power(resampled(recording, channel, RATE_HZ, quality="MQ")):
            blocks.append(block)
            done += len(block)
            yield 0.4 * channel + 0.2 * min(1.0, done / total)
        power = np.concatenate(blocks)
        del blocks[:]
        floor, parts, reach = noise_floor(power), [], self._net.reach
        for start in range(0, len(power), _FRAMES_A_BATCH):
            stop = min(start + _FRAMES_A_BATCH, len(power))
            left = max(0, start - reach)
            part = self._net(band_levels(power[left : stop + reach], floor))
            parts.append(part[start - left : stop - left].astype(np.float16))
            yield 0.4 * channel + 0.2 + 0.2 * stop / len(power)
        return np.concatenate(parts)


def open_compact() -> CompactEvidence:
    """The net that FinchSync ships."""
    content = resources.files("resources").joinpath(FILE).read_bytes()
    with np.load(BytesIO(content), allow_pickle=False) as stored:
        told = {name: stored[name] for name in stored.files}
    dilations = tuple(int(step) for step in told.pop("dilations"))
    weight, share = float(told.pop("weight")), float(told.pop("spectral_share"))
    net = CompactNet({name: w.astype(np.float32) for name, w in told.items()}, dilations)
    return CompactEvidence(net, hashlib.blake2b(content, digest_size=16).hexdigest(), weight, share)


def window_scores(left: Frames, right: Frames) -> Scores:
    """Sums of products of embeddings at every lag.

    Parameters
    ----------
    left : ndarray of float32, shape (R, W, D)
        Windows of channel 0.
    right : ndarray of float32, shape (R, W + L - 1, D)
        Stretches of channel 1.

    Returns
    -------
    ndarray of float32, shape (R, L)
    """
    lags = right.shape[1] - left.shape[1] + 1
    size = next_fast_len(right.shape[1], real=True)
    spectrum = np.conj(rfft(left, size, axis=1)) * rfft(right, size, axis=1)
    return np.asarray(irfft(spectrum.sum(axis=2), size, axis=1)[:, :lags])


def _stretches(frames: Halves, start: NDArray[np.intp], length: int) -> Frames:
    """Frames from each start on, zero beyond the ends; shape (R, length, D)."""
    index = start[:, None] + np.arange(length)
    inside = (index >= 0) & (index < len(frames))
    taken = frames[np.where(inside, index, 0)].astype(np.float32)
    return np.asarray(taken * inside[:, :, None])
