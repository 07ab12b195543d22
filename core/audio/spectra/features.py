"""What the aligner compares: onset and level features of one channel, every 10 ms.

A body-worn transmitter and a room microphone share few waveforms and few
spectra, but they share *when* something starts. Four feature groups carry that:

* ``flux``: signed change over 20 ms in 24 mel bands, bands weighted by how much
  of their variance is signal rather than noise;
* ``level``: the same bands minus their 0.3 s moving mean;
* ``onset_low`` / ``onset_high``: change over 20 ms of the loudest bin above its
  noise floor, below and above 1.2 kHz;
* ``call_low`` / ``call_high``: the same loudest bin at twice the frequency
  resolution, minus its 0.3 s moving mean, which lifts thin harmonics out of noise.

Taking the *loudest* bin over its own floor is what survives added noise: a call
that fills two bins of a hundred vanishes in a band mean. Figures are in
``docs/decisions/0005-evidence-in-noise.md``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product, tee
from operator import itemgetter

import numpy as np
import scipy
from numpy.typing import NDArray

from core.arrays import Floats32
from core.audio.channels import ChannelSource, Samples
from core.audio.recording import Recording
from core.audio.resampled import BLOCK_S, at_rate
from core.audio.spectra.fixed_point import FixedPoint
from core.audio.spectra.levels import BANDS, log_mel
from core.audio.spectra.levels import FFT as _CALL_FFT
from core.audio.spectra.levels import HOP as _HOP
from core.audio.spectra.levels import RATE_HZ as FEATURE_RATE_HZ
from core.audio.spectra.mel import mel_bank
from core.audio.spectra.noise import noise_power, quantiles
from core.audio.spectra.power import frame_power
from core.steps import Steps

HOP_S = _HOP / FEATURE_RATE_HZ
_ONSET_FFT = 256
_BANK = mel_bank(_ONSET_FFT, FEATURE_RATE_HZ, bands=24, low_hz=100.0, high_hz=8000.0)
_ZONES_HZ = {"low": (60.0, 1200.0), "high": (1200.0, 8000.0)}
_MEAN_FRAMES = 31
_BLOCK_FRAMES = 6000
_TURNS = 4
_NOISE_EVERY = 2
_CLIP = 4.0
_EPS = 1e-10
_NO_POWER = np.zeros((1, _CALL_FFT // 2 + 1), dtype=np.float32)
_SILENT = 1e-7
_STEP, _LOG_STEP = 1 / 4096, 1 / 256
"""Of features, which stay within 5, and of logarithms of power, within 100."""

Codes = NDArray[np.int16]
Flags = NDArray[np.bool_]
Span = tuple[int, int | None]
"""Start and end of a stretch of a channel's clock, whole seconds; None for where it ends."""

WHOLE: Span = (0, None)


@dataclass(frozen=True, slots=True, eq=False)
class ChannelFeatures:
    """Features of a channel, or of a stretch of it, at 100 frames a second.

    Frame t is centred on t * 10 ms of the channel's clock, wherever the stretch begins.

    Parameters
    ----------
    groups : dict of str to FixedPoint, shape (T, D)
        Feature groups by name, comparable in scale.
    log_mel : FixedPoint, shape (T, 48)
        See `core.audio.spectra.levels.log_mel`.
    silent : bool
        Whether all of it is digital silence (or constant).
    share_above : float
        Share of its power above 8 kHz, which no feature knows of.
    first_frame : int
        Where the stretch begins.
    heard : ndarray of bool, shape (T,), or None
        Frames that hold more than digital silence, as lies between the files of a sequence; None
        if all do. The others are zero in every group, and no scale or noise is measured on them.
    """

    groups: dict[str, FixedPoint]
    log_mel: FixedPoint
    silent: bool
    share_above: float = 0.0
    first_frame: int = 0
    heard: Flags | None = None

    def __len__(self) -> int:
        return len(self.groups["flux"])

    @property
    def heard_share(self) -> float:
        """Share of the frames that are heard; never zero."""
        return 1.0 if self.heard is None else max(1, self.heard.sum()) / len(self.heard)

    def stretch(self, name: str, start: int, length: int) -> Floats32:
        """Some frames of a group, zero where there are none.

        Parameters
        ----------
        name : str
            Of the group.
        start : int
            First frame; may lie before the first that there is.
        length : int

        Returns
        -------
        ndarray of float32, shape (length, D)
        """
        return self.groups[name].stretch(start - self.first_frame, length)

    def between(self, start: int, stop: int) -> ChannelFeatures:
        """A part of the stretch.

        Parameters
        ----------
        start, stop : int
            Its first frame and the one after its last, as far as there are any.

        Returns
        -------
        ChannelFeatures
            Its codes are shared.
        """
        start = max(start, self.first_frame)
        rows = slice(start - self.first_frame, max(stop - self.first_frame, 0))
        groups = {name: group.rows(rows) for name, group in self.groups.items()}
        log_mel, heard = self.log_mel.rows(rows), None if self.heard is None else self.heard[rows]
        return replace(self, groups=groups, log_mel=log_mel, first_frame=start, heard=heard)


def feature_blocks(
    recording: Recording, span_0_s: Span = WHOLE, span_1_s: Span | None = None
) -> Steps[tuple[ChannelFeatures, ChannelFeatures]]:
    """Compute both channels' features, reading them side by side and once, block by block.

    Parameters
    ----------
    recording : Recording
    span_0_s, span_1_s : Span
        Stretches of the channels' own clocks, clipped to each; by default the same of both, which
        are decoded together where they stand in one file.

    Yields
    ------
    float
        Share of the stretch read so far, after every block.

    Returns
    -------
    tuple of two ChannelFeatures

    Raises
    ------
    InputError
        If the audio cannot be read; see `Recording.blocks`.
    """
    spans_s = span_0_s, span_0_s if span_1_s is None else span_1_s
    heard: list[Iterable[Samples]]
    if spans_s[0] == spans_s[1]:
        together = tee(recording.both(BLOCK_S, *span_0_s))
        heard = [map(itemgetter(channel), blocks) for channel, blocks in enumerate(together)]
    else:
        heard = [recording.blocks(channel, BLOCK_S, *spans_s[channel]) for channel in (0, 1)]
    ways = [
        _channel_blocks(samples, source, *span_s)
        for samples, source, span_s in zip(heard, recording.channels, spans_s, strict=True)
    ]
    done = [0.0, 0.0]
    found: dict[int, ChannelFeatures] = {}
    while len(found) < len(ways):
        for channel, steps in enumerate(ways):
            if channel in found:
                continue
            try:
                done[channel] = next(steps)
            except StopIteration as end:
                found[channel] = end.value
        yield sum(done) / 2
    return found[0], found[1]


def _channel_blocks(
    samples: Iterable[Samples], source: ChannelSource, start_s: int, end_s: int | None
) -> Steps[ChannelFeatures]:
    """Features of one channel; yields the share of it read so far, after every block."""
    last_s = source.duration_s if end_s is None else min(end_s, source.duration_s)
    total = max(1, int((last_s - start_s) / HOP_S))
    measured = _Measured.room(total)
    done = 0
    whole, below = _Levels(), _Levels()
    sound = at_rate(whole.watched(samples), source.sample_rate_hz, FEATURE_RATE_HZ, quality="MQ")
    for samples in _stft_blocks(below.watched(sound), total):
        done += _measure(samples, measured, done)
        yield min(1.0, done / total)
    groups, levels = _groups(measured), FixedPoint(measured.log_mel, _LOG_STEP)
    heard = None if measured.heard.all() else measured.heard
    del measured  # before the other channel's groups are made
    silent = below.most - below.least < _SILENT
    share_above = 1.0 - below.power / whole.power if whole.power > 0 else 0.0
    return ChannelFeatures(groups, levels, silent, share_above, round(start_s / HOP_S), heard)


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """Compressed levels of a channel; (T, 24) bands and (T, 2) loudest bins, a zone a column.

    Room for all frames from the start: a part for every block would take as much again when
    the parts are joined. The bands' shares of noise are one array a block.
    """

    bands: Floats32
    onset: Floats32
    call: Floats32
    log_mel: Codes
    heard: Flags
    noise_shares: list[Floats32]

    @classmethod
    def room(cls, frames: int) -> _Measured:
        bands = np.empty((frames, _BANK.shape[1]), dtype=np.float32)
        onset, call = (np.empty((frames, len(_ZONES_HZ)), dtype=np.float32) for _ in range(2))
        log_mel, heard = np.empty((frames, BANDS), dtype=np.int16), np.zeros(frames, dtype=np.bool_)
        return cls(bands, onset, call, log_mel, heard, [])


class _Levels:
    """The least and largest sample of a stream, and its power but for a constant."""

    def __init__(self) -> None:
        self.least, self.most = math.inf, -math.inf
        self._count, self._sum, self._squares = 0, 0.0, 0.0

    @property
    def power(self) -> float:
        if not self._count:
            return 0.0
        return self._squares / self._count - (self._sum / self._count) ** 2

    def watched(self, chunks: Iterable[Samples]) -> Iterator[Samples]:
        """Pass chunks on."""
        for chunk in chunks:
            if len(chunk):
                self.least = min(self.least, float(chunk.min()))
                self.most = max(self.most, float(chunk.max()))
                self._count += len(chunk)
                self._sum += float(chunk.sum())
                self._squares += float(np.dot(chunk, chunk))
            yield chunk


def _stft_blocks(chunks: Iterator[Samples], total: int) -> Iterator[Samples]:
    """Cut a stream into stretches that hold whole blocks of frames with their context.

    What is yielded holds until the next is asked for.
    """
    count = max(1, round(total / _BLOCK_FRAMES))
    ends = [round(total * (i + 1) / count) for i in range(count)]
    longest = int(np.diff(ends, prepend=0).max())
    room = np.zeros((longest - 1) * _HOP + _CALL_FFT, dtype=np.float32)
    held, frame = _CALL_FFT // 2, 0
    rest = np.empty(0, dtype=np.float32)
    for end in ends:
        needed = (end - frame - 1) * _HOP + _CALL_FFT
        while held < needed:
            if not len(rest):
                rest = next(chunks, np.zeros(needed - held, dtype=np.float32))
            taken = rest[: needed - held]
            room[held : held + len(taken)] = taken
            held, rest = held + len(taken), rest[len(taken) :]
        yield room[:needed]
        context = room[(end - frame) * _HOP : needed].copy()
        held, frame = len(context), end
        room[:held] = context
    for _ in chunks:
        pass


def _measure(samples: Samples, to: _Measured, start: int) -> int:
    """Measure a block in turns of every fourth frame; half of the first tells the noise of all.

    Writes what it finds from frame `start` on, and returns how many frames the block has. Digital
    silence is no noise, and a block of nothing else costs next to nothing.
    """
    count = (len(samples) - _CALL_FFT) // _HOP + 1
    block = slice(start, start + count)
    to.heard[block] = _heard(samples, count)
    heard = to.heard[block][::_TURNS]
    if not heard.any():
        to.bands[block], to.onset[block], to.call[block] = 0.0, 0.0, 0.0
        to.log_mel[block] = FixedPoint.of(log_mel(_NO_POWER), _LOG_STEP).codes
        return count
    mel = np.empty((count, _BANK.shape[1]), dtype=np.float32)
    noise: list[Floats32] = []
    for turn in range(_TURNS):
        turns, frames = slice(turn, None, _TURNS), slice(start + turn, start + count, _TURNS)
        powers = [_power(samples[turn * _HOP :], size) for size in (_ONSET_FFT, _CALL_FFT)]
        noise = noise or [noise_power(_of(power, heard)[::_NOISE_EVERY]) for power in powers]
        mel[turns] = powers[0] @ _BANK
        to.log_mel[frames] = FixedPoint.of(log_mel(powers[1]), _LOG_STEP).codes
        to.onset[frames], to.call[frames] = map(_loudest, powers, noise)
    told = _of(mel[::_TURNS], heard)
    (floor,) = quantiles(told, 0.3)
    raw = np.log(told + _EPS)
    low, middle = quantiles(raw, 0.16, 0.5)
    to.noise_shares.append((middle - low) ** 2 / np.maximum(np.var(raw, axis=0), _EPS))
    np.log1p(mel / (10.0 * floor + _EPS), out=to.bands[block])
    return count


def _heard(samples: Samples, frames: int) -> Flags:
    """Which frames hold more than digital silence, shape (frames,)."""
    hops = np.asarray(samples[: (frames + 2) * _HOP].reshape(-1, _HOP).any(axis=1))
    return np.asarray(hops[:-2] | hops[1:-1] | hops[2:])


def _of(values: Floats32, heard: Flags) -> Floats32:
    """Values of the frames that are heard."""
    return values if heard.all() else values[heard]


def _power(samples: Samples, size: int) -> Floats32:
    """Power of every fourth frame, centred alike for every size, shape (T, size // 2 + 1)."""
    inset = (_CALL_FFT - size) // 2
    return frame_power(samples[inset : len(samples) - inset], size, _TURNS * _HOP)


def _loudest(power: Floats32, noise: Floats32) -> Floats32:
    """Log of the loudest bin of each zone over six times its own noise, shape (T, 2).

    The powers are overwritten.
    """
    power /= 6.0 * noise + _EPS
    bin_hz = FEATURE_RATE_HZ / 2 / (power.shape[1] - 1)
    zones = (
        slice(*(math.ceil(edge_hz / bin_hz) for edge_hz in ends)) for ends in _ZONES_HZ.values()
    )
    return np.asarray(np.log1p(np.stack([power[:, zone].max(axis=1) for zone in zones], axis=1)))


def _groups(measured: _Measured) -> dict[str, FixedPoint]:
    bands, onset, call = measured.bands, measured.onset, measured.call
    heard, count = measured.heard, max(1, int(measured.heard.sum()))
    shares = measured.noise_shares or [np.zeros(bands.shape[1], dtype=np.float32)]
    weight = np.sqrt(np.clip(1.0 - np.mean(shares, axis=0), 0.02, 1.0))
    room = np.empty_like(bands)
    groups = {
        "flux": _compressed(_standard(_change(bands, room), count, weight), heard),
        "level": _compressed(_standard(_above_mean(bands, room), count, weight), heard),
    }
    kinds = {
        "onset": _standard(_change(onset, np.empty_like(onset)), count),
        "call": _standard(_above_mean(call, np.empty_like(call)), count),
    }
    for kind, (column, zone) in product(kinds, enumerate(_ZONES_HZ)):
        groups[f"{kind}_{zone}"] = FixedPoint.of(kinds[kind][:, column : column + 1], _STEP)
    return groups


def _change(level: Floats32, to: Floats32) -> Floats32:
    to[[0, -1]] = 0.0
    np.subtract(level[2:], level[:-2], out=to[1:-1])
    return to


def _above_mean(level: Floats32, to: Floats32) -> Floats32:
    scipy.ndimage.uniform_filter1d(level, _MEAN_FRAMES, axis=0, output=to)
    np.subtract(level, to, out=to)
    return to


def _standard(group: Floats32, count: int, weight: Floats32 | float = 1.0) -> Floats32:
    """Scale to unit spread over so many frames, clip and weigh, in place."""
    energy = np.einsum("td,td->d", group, group, dtype=np.float64)
    group /= np.sqrt(energy / count).astype(np.float32) + 1e-6
    np.clip(group, -_CLIP, _CLIP, out=group)
    group *= weight
    return group


def _compressed(group: Floats32, heard: Flags) -> FixedPoint:
    """Divide frames by the square root of their norm, so that one bang does not rule a window."""
    norm = np.sqrt(np.einsum("td,td->t", group, group))
    told = norm[heard] if heard.any() else norm
    group /= np.sqrt(norm + 0.3 * np.median(told) + 1e-6)[:, None]
    return FixedPoint.of(group, _STEP)
