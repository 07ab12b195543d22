"""Labels that were carried across, as a file and a JSON file beside it: docs/export.md."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

from core import __version__
from core.carry import Carried, LeftOut
from core.errors import InputError
from core.formats.files.atomic import write_files
from core.formats.fitting import fitted
from core.formats.registry import Format
from core.formats.sidecar import sidecar_path
from core.labels import Label

FORMAT = "finchsync-carried-labels"
VERSION = 1


@dataclass(frozen=True, slots=True)
class CarriedFrom:
    """Where carried labels come from.

    Parameters
    ----------
    labels : Path
        Their file.
    keypoints : Path
        Session or table that the time map is of.
    recording : str
    to : int
        The channel on whose clock they are now.
    """

    labels: Path
    keypoints: Path
    recording: str
    to: int


def write_carried(
    path: Path, chosen: Format, carried: Carried, source: CarriedFrom, *, overwrite: bool = False
) -> tuple[str, ...]:
    """Write carried labels and what their format cannot say of them, both or none.

    Parameters
    ----------
    path : Path
    chosen : Format
        One that holds labels.
    carried : Carried
    source : CarriedFrom
    overwrite : bool
        Whether existing files may be replaced.

    Returns
    -------
    tuple of str
        What the format has no room for, a sentence each.

    Raises
    ------
    InputError
        If a place cannot be written or is what was read, the format holds no labels, or none of
        the labels has a place on the other recorder.
    """
    if chosen.labels is None:
        raise InputError(f"format {chosen.name}", "holds no labels", "choose another")
    beside = sidecar_path(path)
    read = {source.labels.resolve(), source.keypoints.resolve()}
    for place in (path, beside):
        if place.resolve() in read or path == beside:
            raise InputError(place, "is one of the files to be read", "choose another name")
    if carried.left_out and not len(carried.labels):
        first, *more = carried.left_out
        others = f", nor {len(more)} more" if more else ""
        what = f"none of its labels can be carried: {first.sentence()}{others}"
        raise InputError(source.labels, what, "check that they belong to this recording")
    fits, notes = fitted(carried.labels, chosen.labels.holds)
    content = chosen.labels.content(fits, path)
    told = json.dumps(_document(path, carried, source), ensure_ascii=False, indent=1)
    write_files({path: content, beside: f"{told}\n".encode()}, overwrite=overwrite)
    return notes


def _document(path: Path, carried: Carried, source: CarriedFrom) -> dict[str, object]:
    pairs = zip(
        ((tier.name, label) for tier in carried.labels.tiers for label in tier.labels),
        carried.origins,
        strict=True,
    )
    return {
        "format": FORMAT,
        "version": VERSION,
        "finchsync": __version__,
        "file": path.name,
        "labels_from": source.labels.name,
        "keypoints_from": source.keypoints.name,
        "recording": source.recording,
        "to_channel": source.to,
        "labels": [
            {
                "tier": tier,
                **_span("", label),
                **_span("from_", origin),
                "text": label.text,
                "confidence": None if math.isnan(label.confidence) else label.confidence,
            }
            for (tier, label), origin in pairs
        ],
        "cut": [_told(each) for each in carried.cut],
        "left_out": [_told(each) for each in carried.left_out],
    }


def _told(each: LeftOut) -> dict[str, object]:
    return {
        "tier": each.tier,
        **_span("from_", each.label),
        "text": each.label.text,
        "why": each.why,
    }


def _span(prefix: str, label: Label) -> dict[str, float]:
    return {f"{prefix}start_s": label.start_s, f"{prefix}end_s": label.end_s}
