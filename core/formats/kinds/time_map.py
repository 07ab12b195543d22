"""The time map as a table: at every keypoint, every second, or every frame of a video."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from core.formats.registry import Format, KeypointExport, stems_of
from core.known_map import KnownMap

COLUMNS = (
    *("Number", "Time Channel 0", "Time Channel 1"),
    *("Sample Channel 0", "Sample Channel 1", "Unknown"),
)


def _places(names: Sequence[str], path: Path) -> tuple[Path, ...]:
    """A file a recording."""
    return tuple(path.with_name(f"{stem}{path.suffix}") for stem in stems_of(names, path))


def _contents(export: KeypointExport, places: Sequence[Path]) -> Iterator[bytes]:  # noqa: ARG001
    for name in export.table.files:
        yield "".join(_lines(export, name)).encode()


def _lines(export: KeypointExport, name: str) -> Iterator[str]:
    yield ",".join(COLUMNS) + "\n"
    moments, known = export.moments, export.known_map(name)
    recording = export.recordings.get(name)
    duration_s = export.durations_s(name)[0]
    time_0_s = moments.times_s(export.table.files[name], duration_s)
    time_1_s = known.time_map.to_channel_1(time_0_s)
    reasons = _reasons(known, time_0_s.tolist(), duration_s)
    rates_hz = () if recording is None else [each.sample_rate_hz for each in recording.channels]
    for number, (first_s, second_s, why) in enumerate(
        zip(time_0_s.tolist(), time_1_s.tolist(), reasons, strict=True)
    ):
        if why and not moments.with_unknown:
            continue
        times_s = (first_s,) if why else (first_s, second_s)
        samples = [f"{time * rate:.0f}" for time, rate in zip(times_s, rates_hz, strict=False)]
        texts = [f"{time:.6f}" for time in times_s]
        yield ",".join((str(number), *_pair(texts), *_pair(samples), why)) + "\n"


def _pair(texts: Sequence[str]) -> Sequence[str]:
    return (*texts, "", "")[:2]


def _reasons(known: KnownMap, time_0_s: Sequence[float], duration_s: float) -> Iterator[str]:
    """Why a moment has no known counterpart; empty if it has one."""
    stretches = iter(known.unknown)
    stretch = next(stretches, None)
    is_known = known.is_known(np.asarray(time_0_s)).tolist()
    for time_s, has_one in zip(time_0_s, is_known, strict=True):
        while stretch is not None and stretch.end_s < time_s:
            stretch = next(stretches, None)
        if has_one:
            yield ""
        elif time_s > duration_s or stretch is None:
            yield "after channel 0 ends"
        else:
            yield str(stretch.reason)


FORMAT = Format(
    "time-map",
    "Time map",
    (".csv",),
    "Matching moments and samples of both channels.",
    _contents,
    _places,
    has_moments=True,
)
