"""Labels that were made on one recorder, written for the other through the time map."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from core.align.calibration import MOST_CONFIDENT
from core.arrays import Floats
from core.keypoints import KeypointSet
from core.known_map import KnownMap, Stretch, Unknown
from core.labels import Label, Labels, Tier

END_SLACK_S = 1e-3
"""How far past the end a time may lie: formats round to a millisecond or finer."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A label that has no place on the other recorder.

    Parameters
    ----------
    tier : str
    label : Label
        As it was.
    why : str
        As "is left out: after channel 1 ends".
    """

    tier: str
    label: Label
    why: str

    def sentence(self) -> str:
        """The label and why it is left out."""
        label, tier = self.label, f" of {self.tier!r}" if self.tier else ""
        return f"{label.text!r}{tier} at {label.start_s:.3f} s {self.why}"


@dataclass(frozen=True, slots=True)
class Carried:
    """What came of labels.

    Parameters
    ----------
    labels : Labels
        On the other clock, each with its confidence.
    origins : tuple of Label
        What each of them was, in the same order.
    left_out : tuple of LeftOut
    cut : tuple of LeftOut
        Those of which only a part is on the other recorder, and is kept.
    """

    labels: Labels
    origins: tuple[Label, ...]
    left_out: tuple[LeftOut, ...]
    cut: tuple[LeftOut, ...]


def carry(
    labels: Labels,
    keypoints: KeypointSet,
    durations_s: tuple[float, float] | None,
    to: int,
) -> Carried:
    """Carry labels from one channel of a recording to the other.

    A label is as sure as the least sure of the keypoints around and within it.

    Parameters
    ----------
    labels : Labels
        On the clock of the channel that is not `to`.
    keypoints : KeypointSet
        Of the recording; those that nobody decided on count as well.
    durations_s : tuple of (float, float), or None
        Length of channel 0 and 1, seconds. None if nobody knows: then both end with the last
        keypoint.
    to : int
        0 or 1.
    """
    way = _Way.of(keypoints, durations_s, to)
    spans_s = np.array([(label.start_s, label.end_s) for label in labels]).reshape(-1, 2)
    found = iter(way.carried(spans_s))
    tiers, origins = [], []
    left_out: list[LeftOut] = []
    cut: list[LeftOut] = []
    for tier in labels.tiers:
        kept = []
        for label in tier.labels:
            part = next(found)
            if part.span_s is None:
                left_out.append(LeftOut(tier.name, label, f"is left out: {part.why}"))
                continue
            if part.why:
                cut.append(LeftOut(tier.name, label, f"is carried in part: {part.why}"))
            start_s, end_s = part.span_s
            # What was carried before is as sure as both ways together.
            sure = part.sure if math.isnan(label.confidence) else part.sure * label.confidence
            kept.append(replace(label, start_s=start_s, end_s=end_s, confidence=sure))
            origins.append(label)
        tiers.append(Tier(tier.name, tuple(kept), tier.is_points))
    last_s = None if durations_s is None else durations_s[to]
    carried = replace(labels, tiers=tuple(tiers), end_s=last_s, notes=())
    return Carried(carried, tuple(origins), tuple(left_out), tuple(cut))


class _Part(NamedTuple):
    """What came of one span."""

    span_s: tuple[float, float] | None
    """On the other clock; None if it has no place there."""
    why: str
    """Why not all of it has; empty if it has."""
    sure: float


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """From one clock to the other, by way of channel 0."""

    known: KnownMap
    time_0_s: Floats
    sure: Floats
    """Confidence of the keypoints, NaN where nobody has said, shape (K,)."""
    durations_s: tuple[float, float]
    to: int

    @classmethod
    def of(cls, keypoints: KeypointSet, durations_s: tuple[float, float] | None, to: int) -> _Way:
        if durations_s is None:
            last_0_s, last_1_s = float(keypoints.time_0_s[-1]), float(keypoints.time_1_s.max())
            durations_s = last_0_s, last_1_s
        known = KnownMap.of(keypoints, *durations_s, with_unreviewed=True)
        sure = np.where(keypoints.is_reviewed, MOST_CONFIDENT, keypoints.confidence)
        sure[~keypoints.is_alignable] = np.nan
        return cls(known, keypoints.time_0_s, sure, durations_s, to)

    def carried(self, spans_s: Floats) -> Iterator[_Part]:
        """What comes of spans of the clock that they were made on, shape (N, 2), seconds."""
        time_map = self.known.time_map
        on_0_s = time_map.to_channel_0(spans_s) if self.to == 0 else spans_s
        parts_s = self._known_parts(on_0_s)
        there_s = time_map.to_channel_1(parts_s) if self.to == 1 else parts_s
        there_s = np.clip(there_s, 0.0, self.durations_s[self.to])
        first = np.maximum(np.searchsorted(self.time_0_s, parts_s[:, 0], side="right") - 1, 0)
        last = np.searchsorted(self.time_0_s, parts_s[:, 1], side="left") + 1
        rows = (on_0_s.tolist(), np.isfinite(parts_s[:, 0]).tolist(), there_s.tolist())
        for (start_s, end_s), has_place, (start_there_s, end_there_s), *near in zip(
            *rows, first.tolist(), last.tolist(), strict=True
        ):
            if has_place:
                why = self._why_in_part(start_s, end_s)
                sure = self._least_sure(*near)
                yield _Part((start_there_s, end_there_s), why, sure)
            else:
                yield _Part(None, self._why_nothing(start_s, end_s), math.nan)

    def _known_parts(self, spans_s: Floats) -> Floats:
        """From the first to the last known moment of spans of channel 0, shape (N, 2).

        NaN where nothing is known.
        """
        known_s = self.known.known_s
        if not len(known_s):
            return np.full_like(spans_s, np.nan)
        start_s, end_s = spans_s.T
        first = np.searchsorted(known_s[:, 1], start_s - END_SLACK_S)
        last = np.searchsorted(known_s[:, 0], end_s + END_SLACK_S, side="right") - 1
        is_known = first <= last
        most = len(known_s) - 1
        low_s, high_s = known_s[np.minimum(first, most), 0], known_s[np.maximum(last, 0), 1]
        parts_s = np.clip(spans_s, low_s[:, None], np.maximum(low_s, high_s)[:, None])
        # What only touches what is known would be a moment, and was none.
        is_known &= (parts_s[:, 0] < parts_s[:, 1]) | (end_s - start_s <= 2 * END_SLACK_S)
        parts_s[~is_known] = np.nan
        return parts_s

    def _why_nothing(self, start_s: float, end_s: float) -> str:
        """Why nothing of a span of channel 0 is known."""
        if end_s < 0:
            return "it lies before channel 0 starts"
        if start_s > self.durations_s[0]:
            return f"it lies after channel 0 ends, at {self.durations_s[0]:.3f} s"
        return self._gap(start_s, end_s) or str(Unknown.UNSETTLED)

    def _why_in_part(self, start_s: float, end_s: float) -> str:
        """Why something of a span of channel 0 is not known; empty if all is."""
        if start_s < -END_SLACK_S:
            return "it begins before channel 0 starts"
        if end_s > self.durations_s[0] + END_SLACK_S:
            return "it ends after channel 0 ends"
        return self._gap(start_s, end_s)

    def _gap(self, start_s: float, end_s: float) -> str:
        """Why a stretch that a span of channel 0 meets is not known; empty if all is."""
        gaps = self.known.unknown
        at = bisect_right(gaps, start_s, key=lambda gap: gap.end_s)
        near = (gap for gap in gaps[at : at + 2] if _meet(gap, start_s, end_s))
        return next((str(gap.reason) for gap in near), "")

    def _least_sure(self, first: int, last: int) -> float:
        """Of some keypoints; NaN if nobody has said of any."""
        near = self.sure[first:last]
        near = near[np.isfinite(near)]
        return float(near.min()) if len(near) else math.nan


def _meet(gap: Stretch, start_s: float, end_s: float) -> bool:
    if start_s == end_s:
        return gap.start_s < start_s < gap.end_s
    return gap.start_s < end_s - END_SLACK_S and gap.end_s > start_s + END_SLACK_S
