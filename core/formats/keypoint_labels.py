"""Keypoints as labels: a point on each of the two clocks, told apart by its number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.formats.registry import KeypointExport, LabelFile, stems_of
from core.keypoints import KeypointSet
from core.labels import Label, Labels, Tier

CHANNELS = ("channel 0", "channel 1")
"""The tiers of keypoints, one a clock."""


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


def _word(name: str) -> str:
    return name.replace(" ", "")


def _with(text: str, confidence: float) -> str:
    return text if math.isnan(confidence) else f"{text} {confidence:.3f}"
