"""Which parts of two seconds make them match: claimed only where hiding these parts proves it.

The compact net compares two seconds frame by frame. What a frame of channel 0 and the frame of
channel 1 that is most like it have in common is spread over the bands in which both are loud; the
fifth of all *parts* (50 ms of eight bands) with the most of it is what the match seems to rest on.

A picture like that can be drawn of any two seconds, of noise too. Two tests decide whether it is
shown. Hiding the parts in channel 0 and comparing anew must lower the score more than hiding as
many random ones does (deletion, as in Petsiuk et al. 2018, "RISE"). And since parts that were
picked for what they add always do that, it must do so by more than parts picked in the same way
for seconds of channel 1 that do not belong there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats, Floats32
from core.audio.recording import Recording
from core.audio.spectra.features import HOP_S, ChannelFeatures, Span, feature_blocks
from core.audio.spectra.levels import BANDS, MIDDLES_HZ
from core.evidence.compact import open_net
from core.evidence.compact_net import LEVEL_SCALE, OVER_FLOOR, CompactNet, band_levels, noise_floor
from core.steps import Steps, part_of

# Chosen by hand, where no source is given.

CLIP_S = 1.0
SHOWN_P = 0.02
"""Above this probability that chance does as well, nothing is shown."""
_SHARE = 0.2
"""Of all parts are hidden."""
_PART_FRAMES, _PART_BANDS = 5, 8
_NEAR_FRAMES = 5
"""The frame of channel 1 that is most like one of channel 0 is looked for so far around it."""
_RANDOM = 200
"""Random sets of parts that are hidden."""
_AROUND_S = 9
"""Channel 1 is read so far to either side: its other seconds are what chance is."""
_APART_S = 0.6
"""Seconds nearer than this to the right one are not wrong ones."""
_WRONG_EVERY = 8
"""Frames from one wrong second to the next."""
_QUIET = np.float32(LEVEL_SCALE * np.log1p(1 / OVER_FLOOR))
"""Level of the noise floor: what stands where a part is hidden."""

_CLIP = round(CLIP_S / HOP_S)
_COLUMNS, _ROWS = _CLIP // _PART_FRAMES, BANDS // _PART_BANDS
_HIDDEN = round(_SHARE * _COLUMNS * _ROWS)


@dataclass(frozen=True, slots=True, eq=False)
class MatchingParts:
    """What two seconds have in common.

    Parameters
    ----------
    p_hidden : float
        Probability that hiding random parts lowers the score as much.
    p_elsewhere : float
        Probability that hiding parts lowers it as much for seconds of channel 1 that do not belong
        there.
    time_0_s, time_1_s : ndarray, shape (L,)
        Middles of the parts in channel 0 and of what they are like in channel 1, seconds from the
        keypoint; none where either is likely.
    low_hz, high_hz : ndarray, shape (L,)
        Frequencies of each.
    """

    p_hidden: float
    p_elsewhere: float
    time_0_s: Floats
    time_1_s: Floats
    low_hz: Floats
    high_hz: Floats

    @property
    def is_shown(self) -> bool:
        """Whether hiding the parts proves that they count."""
        return max(self.p_hidden, self.p_elsewhere) <= SHOWN_P


def matching_parts(
    recording: Recording, time_0_s: float, time_1_s: float
) -> Steps[MatchingParts | None]:
    """Find what two seconds have in common, and whether that is why they match.

    Parameters
    ----------
    recording : Recording
    time_0_s, time_1_s : float
        Their middles, each on its own clock.

    Yields
    ------
    float
        Share of the work done.

    Returns
    -------
    MatchingParts or None
        None where a second does not lie within its channel.

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    for at_s, length_s in zip((time_0_s, time_1_s), recording.durations_s, strict=True):
        if not CLIP_S / 2 <= at_s <= length_s - CLIP_S / 2:
            return None
    spans = _around(time_0_s), _around(time_1_s)
    heard = yield from part_of(feature_blocks(recording, *spans), 0.0, 0.3)
    middle_0, middle_1 = (
        round(at_s / HOP_S) - features.first_frame
        for at_s, features in zip((time_0_s, time_1_s), heard, strict=True)
    )
    levels_0, levels_1 = (_levels(features) for features in heard)
    pair = _Comparison(open_net(), levels_0, levels_1, middle_0)
    yield from part_of(pair.hide_at_random(), 0.3, 0.7)
    found = pair.parts(middle_1)
    drop, by_chance = pair.drops(found.numbers, middle_1)
    excess, others = drop - by_chance.mean(), []
    wrong = pair.wrong_middles(middle_1)
    for done, middle in enumerate(wrong):
        drop_there, by_chance_there = pair.drops(pair.parts(middle).numbers, middle)
        others.append(drop_there - by_chance_there.mean())
        yield 0.7 + 0.3 * (done + 1) / len(wrong)
    return found.told(_p_value(drop, by_chance), _p_value(excess, np.array(others)))


class _Comparison:
    """A second of channel 0, parts of it hidden or not, against any second of channel 1."""

    def __init__(
        self, net: CompactNet, levels_0: Floats32, levels_1: Floats32, middle_0: int
    ) -> None:
        self._net = net
        self._clip = _stretch(levels_0, middle_0 - _CLIP // 2, _CLIP)
        reach = net.reach
        self._around = _stretch(levels_0, middle_0 - _CLIP // 2 - reach, _CLIP + 2 * reach)
        self._levels_1, self._embedded_1 = levels_1, net(levels_1)
        self._embedded_0 = self._embedded(())
        self._hidden_at_random: Floats32 = np.empty((0, *self._embedded_0.shape), dtype=np.float32)

    def hide_at_random(self) -> Steps[None]:
        """Hide random parts, time after time: what `drops` compares with."""
        random = np.random.default_rng(0)
        embedded = []
        for done in range(_RANDOM):
            parts = random.choice(_COLUMNS * _ROWS, _HIDDEN, replace=False)
            embedded.append(self._embedded(parts))
            yield (done + 1) / _RANDOM
        self._hidden_at_random = np.stack(embedded)

    def parts(self, middle_1: int) -> _Parts:
        """Parts that have most in common with a second of channel 1."""
        first = middle_1 - _CLIP // 2
        ahead = np.arange(-_NEAR_FRAMES, _NEAR_FRAMES + 1)
        frames_1 = np.clip(first + np.arange(_CLIP)[:, None] + ahead, 0, len(self._embedded_1) - 1)
        alike = np.einsum("td,tkd->tk", self._embedded_0, self._embedded_1[frames_1])
        best = alike.argmax(axis=1)
        frame = np.arange(_CLIP)
        common = np.minimum(self._clip, self._levels_1[frames_1[frame, best]])
        in_bands = common / np.maximum(common.sum(axis=1, keepdims=True), 1e-6)
        told = np.maximum(alike[frame, best], 0.0)[:, None] * in_bands
        sums = told.reshape(_COLUMNS, _PART_FRAMES, _ROWS, _PART_BANDS).sum(axis=(1, 3))
        numbers = np.argsort(-sums.ravel(), kind="stable")[:_HIDDEN]
        later = ahead[best].reshape(_COLUMNS, _PART_FRAMES).mean(axis=1)
        return _Parts(numbers, later[numbers // _ROWS] * HOP_S)

    def drops(self, parts: NDArray[np.intp], middle_1: int) -> tuple[float, Floats]:
        """By how much the score falls when these parts are hidden, and when random ones are."""
        there = _stretch(self._embedded_1, middle_1 - _CLIP // 2, _CLIP)
        whole = np.vdot(self._embedded_0, there)
        by_chance = whole - np.tensordot(self._hidden_at_random, there, axes=2)
        return float(whole - np.vdot(self._embedded(parts), there)), by_chance

    def wrong_middles(self, middle_1: int) -> list[int]:
        """Middles of seconds of channel 1 that do not belong there."""
        apart = round(_APART_S / HOP_S)
        every = range(_CLIP // 2, len(self._embedded_1) - _CLIP // 2, _WRONG_EVERY)
        return [middle for middle in every if abs(middle - middle_1) >= apart]

    def _embedded(self, parts: Sequence[int] | NDArray[np.intp]) -> Floats32:
        """Embeddings of the second of channel 0 with some parts hidden, shape (_CLIP, D)."""
        reach, levels = self._net.reach, self._around.copy()
        for part in parts:
            column, row = divmod(int(part), _ROWS)
            start = reach + column * _PART_FRAMES
            bands = slice(row * _PART_BANDS, (row + 1) * _PART_BANDS)
            levels[start : start + _PART_FRAMES, bands] = _QUIET
        return self._net(levels)[reach : reach + _CLIP]


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Numbers of parts, and how much later what they are like comes in channel 1, seconds."""

    numbers: NDArray[np.intp]
    later_s: Floats

    def told(self, p_hidden: float, p_elsewhere: float) -> MatchingParts:
        """The parts where they may be shown."""
        shown = slice(None if max(p_hidden, p_elsewhere) <= SHOWN_P else 0)
        column, row = np.divmod(self.numbers[shown], _ROWS)
        time_0_s = (column + 0.5) * _PART_FRAMES * HOP_S - CLIP_S / 2
        edges_hz = np.append(MIDDLES_HZ[::_PART_BANDS], MIDDLES_HZ[-1])
        return MatchingParts(
            p_hidden,
            p_elsewhere,
            time_0_s,
            time_0_s + self.later_s[shown],
            edges_hz[row],
            edges_hz[row + 1],
        )


def _around(time_s: float) -> Span:
    """Whole seconds around a moment."""
    return max(int(time_s) - _AROUND_S, 0), int(time_s) + _AROUND_S + 1


def _levels(features: ChannelFeatures) -> Floats32:
    """Levels over the noise floor of the stretch, shape (T, BANDS)."""
    return band_levels(features.log_mel[:], noise_floor(features.log_mel))


def _stretch(values: Floats32, start: int, length: int) -> Floats32:
    """Some frames, zero where there are none; shape (length, D)."""
    out = np.zeros((length, values.shape[1]), dtype=np.float32)
    first, stop = max(start, 0), min(start + length, len(values))
    if first < stop:
        out[first - start : stop - start] = values[first:stop]
    return out


def _p_value(value: float, by_chance: Floats) -> float:
    """Share of what chance gives that is as large, the value itself among it."""
    return float(1 + np.count_nonzero(by_chance >= value)) / (1 + len(by_chance))
