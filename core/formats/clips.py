"""A stretch of both channels as two sound files, as it was recorded."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from core import __version__
from core.audio.recording import Recording
from core.errors import InputError
from core.formats.aligned_audio import refuse_originals, subtype_for
from core.formats.files.sound_files import SoundKind, sound_writer
from core.steps import Steps

Spans = tuple[tuple[float, float], tuple[float, float]]
"""From when to when on either channel, seconds on its own clock."""

_CONTAINER = "WAV"


def clip_paths(path: Path) -> tuple[Path, Path]:
    """Where the clips of both channels go: beside `path`, with the channel in the name."""
    first, second = (path.with_name(f"{path.stem}.channel{c}{path.suffix}") for c in (0, 1))
    return first, second


def write_clips(
    path: Path, recording: Recording, spans_s: Spans, *, overwrite: bool = False
) -> Steps[tuple[Path, Path]]:
    """Write a stretch of each channel, at its own sample rate and on its own clock; both or none.

    Parameters
    ----------
    path : Path
        What the files are called, but for the channel; see `clip_paths`.
    recording : Recording
    spans_s : pair of (float, float)
    overwrite : bool
        Whether existing files may be replaced.

    Yields
    ------
    float
        Share of the work done. Stopped in between, it leaves nothing behind.

    Returns
    -------
    pair of Path

    Raises
    ------
    InputError
        If a place cannot be written or is an original, a channel does not run then, or the audio
        cannot be read.
    """
    paths = clip_paths(path)
    total_s = sum(end_s - start_s for start_s, end_s in spans_s)
    done_s = 0.0
    with ExitStack() as stack:
        for channel, (place, (start_s, end_s)) in enumerate(zip(paths, spans_s, strict=True)):
            refuse_originals(place, [recording])
            source = recording.channels[channel]
            if end_s <= 0 or start_s >= source.duration_s:
                what = f"does not run from {start_s:.3f} to {end_s:.3f} s on its own clock"
                raise InputError(f"channel {channel}", what, "select another region")
            rate_hz = source.sample_rate_hz
            comment = f"FinchSync {__version__}: {recording.name}, channel {channel}, from "
            comment += f"{start_s:.6f} to {end_s:.6f} s"
            subtype = subtype_for(recording, _CONTAINER)
            kind = SoundKind(rate_hz, 1, _CONTAINER, subtype, comment)
            file = stack.enter_context(sound_writer(place, kind, overwrite=overwrite))
            for block in recording.blocks(channel, start_s=start_s, end_s=end_s):
                file.write(block)
                done_s += len(block) / rate_hz
                yield min(done_s / total_s, 1.0)
    return paths
