"""Events and epochs of electrophysiology files, read through neo.

neo is an extra: see docs/decisions/0053-labs-formats.md. Asked for by name are readers that keep
all in one file, and unpickle nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import InputError
from core.formats.files.label_text import label_at
from core.formats.reader import LabelReader, read_through
from core.labels import Label, Labels, Tier

_NAMES = {
    ".nex": "NeuroExplorerRawIO",
    ".nev": "BlackrockRawIO",
    ".plx": "PlexonRawIO",
    ".smr": "Spike2RawIO",
}
"""What neo calls the reader of files with these endings."""


def _read(path: Path, files: Collection[str]) -> Labels:  # noqa: ARG001
    with read_through(path, "neo", "neo", "export its events as a table of text"):
        from neo import rawio

        file = getattr(rawio, _NAMES[path.suffix.lower()])(filename=str(path))
        file.parse_header()
        if file.block_count() != 1 or file.segment_count(0) != 1:
            what = f"holds {sum(map(file.segment_count, range(file.block_count())))} recordings"
            raise InputError(path, what, "export them as a file each")
        tiers = tuple(_tiers(path, file))
    if not tiers:
        raise InputError(path, "holds no events", "give a file with markers")
    return Labels(tiers)


def _tiers(path: Path, file: Any) -> Iterator[Tier]:
    for number, channel in enumerate(file.header["event_channels"]):
        name, is_points = str(channel["name"]), channel["type"] == b"event"
        labels = tuple(_labels(f"{path}, {name}", file, number))
        yield Tier(name, labels, is_points=is_points)


def _labels(where: str, file: Any, channel: int) -> Iterator[Label]:
    starts, durations, texts = file.get_event_timestamps(event_channel_index=channel)
    begun_s = np.asarray(file.rescale_event_timestamp(starts, event_channel_index=channel))
    lasts_s = np.zeros(len(begun_s))
    if durations is not None:
        lasts_s = np.asarray(file.rescale_epoch_duration(durations, event_channel_index=channel))
    for start_s, length_s, text in zip(begun_s.tolist(), lasts_s.tolist(), texts, strict=True):
        yield label_at(where, (start_s, start_s + length_s), str(text))


READER = LabelReader("events of NeuroExplorer, Plexon, Blackrock or Spike2", tuple(_NAMES), _read)
