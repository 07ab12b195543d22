"""Labels that were made on one recorder, written for the other through the time map."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from core.align.calibration import MOST_CONFIDENT
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
    tiers, origins = [], []
    left_out: list[LeftOut] = []
    cut: list[LeftOut] = []
    for tier in labels.tiers:
        kept = []
        for label in tier.labels:
            span_0_s = way.on_channel_0(label)
            known_0_s = way.known_part(*span_0_s)
            if known_0_s is None:
                left_out.append(LeftOut(tier.name, label, f"is left out: {way.why(*span_0_s)}"))
                continue
            if (why := way.why_not_whole(*span_0_s)) is not None:
                cut.append(LeftOut(tier.name, label, f"is carried in part: {why}"))
            kept.append(way.carried(label, *known_0_s))
            origins.append(label)
        tiers.append(Tier(tier.name, tuple(kept), tier.is_points))
    end_s = None if durations_s is None else durations_s[to]
    carried = replace(labels, tiers=tuple(tiers), end_s=end_s, notes=())
    return Carried(carried, tuple(origins), tuple(left_out), tuple(cut))


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """From one clock to the other, by way of channel 0."""

    known: KnownMap
    keypoints: KeypointSet
    durations_s: tuple[float, float]
    to: int

    @classmethod
    def of(cls, keypoints: KeypointSet, durations_s: tuple[float, float] | None, to: int) -> _Way:
        if durations_s is None:
            durations_s = keypoints.ends_s
        known = KnownMap.of(keypoints, *durations_s, with_unreviewed=True)
        return cls(known, keypoints, durations_s, to)

    def on_channel_0(self, label: Label) -> tuple[float, float]:
        """From where to where a label reaches, seconds on channel 0."""
        span_s = label.start_s, label.end_s
        if self.to == 0:
            start_s, end_s = self.known.time_map.to_channel_0(span_s).tolist()
            return start_s, end_s
        return span_s

    def known_part(self, start_s: float, end_s: float) -> tuple[float, float] | None:
        """From the first to the last known moment of a span of channel 0; None if there is none."""
        spans_s = self.known.known_s
        meets = (spans_s[:, 0] <= end_s + END_SLACK_S) & (spans_s[:, 1] >= start_s - END_SLACK_S)
        if not meets.any():
            return None
        first_s, last_s = spans_s[meets][0, 0], spans_s[meets][-1, 1]
        held = np.clip((start_s, end_s), first_s, last_s).tolist()
        # What only touches what is known is a moment, and was none.
        return None if held[0] == held[1] and end_s - start_s > 2 * END_SLACK_S else tuple(held)

    def why(self, start_s: float, end_s: float) -> str:
        """Why nothing of a span of channel 0 is known."""
        if end_s < 0:
            return "it lies before channel 0 starts"
        if start_s > self.durations_s[0]:
            return f"it lies after channel 0 ends, at {self.durations_s[0]:.3f} s"
        return next(
            (str(gap.reason) for gap in self.known.unknown if _meet(gap, start_s, end_s)),
            str(Unknown.UNSETTLED),
        )

    def why_not_whole(self, start_s: float, end_s: float) -> str | None:
        """Why something of a span of channel 0 is not known; None if all is."""
        if start_s < -END_SLACK_S:
            return "it begins before channel 0 starts"
        if end_s > self.durations_s[0] + END_SLACK_S:
            return "it ends after channel 0 ends"
        gaps = (gap for gap in self.known.unknown if _meet(gap, start_s, end_s))
        return next((str(gap.reason) for gap in gaps), None)

    def carried(self, label: Label, start_0_s: float, end_0_s: float) -> Label:
        """A label on the other clock, of which a part of channel 0 is known."""
        span_s = [start_0_s, end_0_s]
        if self.to == 1:
            span_s = self.known.time_map.to_channel_1(span_s).tolist()
        start_s, end_s = np.clip(span_s, 0.0, self.durations_s[self.to]).tolist()
        sure = self._least_sure(start_0_s, end_0_s)
        return replace(label, start_s=start_s, end_s=end_s, confidence=sure)

    def _least_sure(self, start_s: float, end_s: float) -> float:
        """Of the keypoints around and within a span of channel 0; NaN if nobody has said."""
        kept = self.keypoints
        first = int(np.searchsorted(kept.time_0_s, start_s, side="right")) - 1
        last = int(np.searchsorted(kept.time_0_s, end_s, side="left"))
        near = slice(max(first, 0), last + 1)
        sure = np.where(kept.is_reviewed[near], MOST_CONFIDENT, kept.confidence[near])
        sure = sure[kept.is_alignable[near] & np.isfinite(sure)]
        return float(sure.min()) if len(sure) else math.nan


def _meet(gap: Stretch, start_s: float, end_s: float) -> bool:
    return (gap.start_s < end_s - END_SLACK_S and gap.end_s > start_s + END_SLACK_S) or (
        gap.start_s < start_s == end_s < gap.end_s
    )
