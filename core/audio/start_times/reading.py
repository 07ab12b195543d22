"""The one place that says when a file's recording began."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from core.audio.start_times.headers import starts_in_headers
from core.audio.start_times.names import start_in_name
from core.audio.start_times.start_time import StartTime
from core.errors import InputError, system_reason

_KEPT = 4096
_SAME_S = 2.0
"""So near, two sources tell of the same moment, seconds."""


def start_time(path: Path) -> StartTime | None:
    """When a file's recording began.

    Headers are believed before names, which people change; the name may add the zone
    that a header leaves out, or a header the fraction of a second that the name leaves out.

    Parameters
    ----------
    path : Path

    Returns
    -------
    StartTime or None
        None if nothing tells it, or the recorder's clock was never set.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    try:
        stamp = path.stat()
        return _start_time(path, stamp.st_size, stamp.st_mtime_ns)
    except OSError as error:
        raise InputError(
            path, f"cannot be opened ({system_reason(error)})", "check the path"
        ) from error


@lru_cache(_KEPT)
def _start_time(path: Path, _size: int, _modified_ns: int) -> StartTime | None:
    in_name = start_in_name(path.name)
    told = [*starts_in_headers(path), *([in_name] if in_name else [])]
    told = [start for start in told if not start.is_unset]
    if not told:
        return None
    first, *others = told
    for other in others:
        first = _completed(first, other)
    return first


def _completed(start: StartTime, other: StartTime) -> StartTime:
    """The same moment with what another source knows of it more exactly."""
    local, also = start.moment.replace(tzinfo=None), other.moment.replace(tzinfo=None)
    if abs((local - also).total_seconds()) > _SAME_S:
        return start
    if other.resolution_s < start.resolution_s:
        start = replace(start, moment=also.replace(tzinfo=start.moment.tzinfo))
        start = replace(start, resolution_s=other.resolution_s)
    if other.has_zone and not start.has_zone:
        start = replace(start, moment=start.moment.replace(tzinfo=other.moment.tzinfo))
    return start
