"""Keypoints as labels: a point on each of the two clocks, told apart by its number."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.formats.registry import KeypointExport, LabelFile, stems_of
from core.keypoints import KeypointSet, ReviewState, Source
from core.labels import Label, Labels, Tier

CHANNELS = ("channel 0", "channel 1")
"""The tiers of keypoints, one a clock."""
_NUMBER = re.compile(r"[0-9]{1,9}")
_SHARE = re.compile(r"[01]\.[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class KeypointLabels:
    """How a format for labels holds keypoints.

    Without tiers there is a file for each channel, and one or two for every recording.

    Parameters
    ----------
    form : LabelFile
    """

    form: LabelFile

    def places(self, names: Sequence[str], path: Path) -> tuple[Path, ...]:
        """Where they go; as `Format.places`."""
        parts = ("",) if self.form.holds.tiers else tuple(f".{_word(one)}" for one in CHANNELS)
        return tuple(
            path.with_name(f"{stem}{part}{path.suffix}")
            for stem in stems_of(names, path)
            for part in parts
        )

    def contents(self, export: KeypointExport, places: Sequence[Path]) -> Iterator[bytes]:
        """What goes there; as `Format.contents`."""
        left = iter(places)
        for name, keypoints in export.table.files.items():
            recording = export.recordings.get(name)
            labels = self._labels(keypoints, None if recording is None else recording.durations_s)
            if self.form.holds.tiers:
                yield self.form.content(labels, next(left))
                continue
            for tier in labels.tiers:
                alone = replace(labels, tiers=(replace(tier, name=""),))
                yield self.form.content(alone, next(left))

    def _labels(self, keypoints: KeypointSet, durations_s: tuple[float, float] | None) -> Labels:
        """Both tiers; the text is number and state, and confidence where that has no place."""
        sure = keypoints.confidence.tolist()
        texts = [
            f"{number} {state}" if self.form.holds.confidence else _with(f"{number} {state}", share)
            for number, (state, share) in enumerate(zip(keypoints.state, sure, strict=True), 1)
        ]
        tiers = []
        for channel, times_s in zip(
            CHANNELS, (keypoints.time_0_s.tolist(), keypoints.time_1_s.tolist()), strict=True
        ):
            points = (
                Label(time_s, time_s, text, confidence=share)
                for time_s, text, share in zip(times_s, texts, sure, strict=True)
            )
            tiers.append(Tier(channel, tuple(points), is_points=True))
        return Labels(tuple(tiers), None if durations_s is None else max(durations_s))


def keypoints_of(labels: Labels) -> KeypointSet | None:
    """Keypoints that stand in the tiers of both channels, paired by their number.

    Parameters
    ----------
    labels : Labels
        With the tiers `CHANNELS`; their texts begin with a number, state and confidence may
        follow.

    Returns
    -------
    KeypointSet or None
        None if there are no such tiers, or no number stands in both. Imported, a keypoint is
        as it was: with its state, set by the machine unless it is corrected.
    """
    tiers = {tier.name: tier for tier in labels.tiers}
    if not set(CHANNELS) <= set(tiers):
        return None
    first, second = (_by_number(tiers[name]) for name in CHANNELS)
    pairs = sorted((first[n].start_s, second[n].start_s, n) for n in set(first) & set(second))
    if not pairs:
        return None
    time_0_s, time_1_s, numbers = zip(*pairs, strict=True)
    said = [_said(first[number]) for number in numbers]
    return KeypointSet(
        np.array(time_0_s),
        np.array(time_1_s),
        tuple(state for state, _ in said),
        tuple(Source.HUMAN if s is ReviewState.CORRECTED else Source.MACHINE for s, _ in said),
        np.array([sure for _, sure in said]),
    )


def partner_of(path: Path) -> Path | None:
    """Where the labels of channel 1 are if `path` has those of channel 0 alone, by its name."""
    zero, one = (f".{_word(name)}" for name in CHANNELS)
    if not path.stem.endswith(zero):
        return None
    return path.with_name(f"{path.stem.removesuffix(zero)}{one}{path.suffix}")


def _by_number(tier: Tier) -> dict[int, Label]:
    numbered = ((label.text.split(maxsplit=1)[:1], label) for label in tier.labels)
    return {int(word[0]): label for word, label in numbered if word and _NUMBER.fullmatch(word[0])}


def _said(label: Label) -> tuple[ReviewState, float]:
    """State and confidence of a keypoint, as far as a label tells them."""
    words = label.text.split()[1:]
    state = next((ReviewState(word) for word in words if word in {*ReviewState}), None)
    shares = [float(word) for word in words if _SHARE.fullmatch(word)]
    sure = shares[0] if math.isnan(label.confidence) and shares else label.confidence
    return state or ReviewState.UNREVIEWED, sure


def _word(name: str) -> str:
    return name.replace(" ", "")


def _with(text: str, confidence: float) -> str:
    return text if math.isnan(confidence) else f"{text} {confidence:.3f}"
