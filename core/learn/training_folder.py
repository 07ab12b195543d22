"""Corrections as a folder in BioDCASE layout: what `train`, the baselines and `evaluate` read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import soundfile as sf

from core.audio.channels import Samples
from core.audio.recording import Recording, open_recording
from core.audio.resampled import resampled
from core.errors import InputError
from core.formats.files.atomic import new_folder
from core.formats.files.names import name_key
from core.formats.sidecar import Rows, SidecarRecording, write_table
from core.formats.tables.biodcase import BiodcaseTable, csv_bytes
from core.formats.tables.folder_tables import TABLE_NAME
from core.learn.corrections import Corrected, Corrections
from core.steps import Steps, part_of

_QUALITY = "VHQ"
_FRAME_BYTES, _MOST_WAV_BYTES = 8, 4e9
"""Of two floats; a WAV file counts its bytes in 32 bits."""
_BLOCK_BYTES = 1 << 23


def write_training_folder(
    out: Path, corrections: Corrections, *, copies: bool = False
) -> Steps[tuple[str, ...]]:
    """Write recordings and what a person settled of them; stop iterating to leave nothing.

    Parameters
    ----------
    out : Path
        A folder that is to be made.
    corrections : Corrections
    copies : bool
        Whether audio is copied; otherwise there are links to it, where the system has links.
        What is no stereo file always becomes one.

    Yields
    ------
    float
        Share of the work done.

    Returns
    -------
    tuple of str
        What a person should know.

    Raises
    ------
    InputError
        If there is nothing to write, audio cannot be read, or the place cannot be written.
    """
    if not corrections.recordings:
        raise InputError(out, "there is no reviewed keypoint to write", "review some")
    names = _distinct([each.recording for each in corrections.recordings])
    about: list[SidecarRecording] = []
    with new_folder(out) as passing:
        (passing / "audio").mkdir()
        for number, (name, each) in enumerate(zip(names, corrections.recordings, strict=True)):
            place = passing / "audio" / name
            putting = _put(each.recording, place, copies=copies)
            yield from part_of(putting, number / len(names), (number + 1) / len(names))
            about.append(_about(place, each))
        table = BiodcaseTable({each.name: each.keypoints for each in about})
        path = passing / TABLE_NAME
        write_table(path, csv_bytes(table, path), tuple(about), Rows.REVIEWED)
    return tuple(
        f"{each.recording.name} is called {name} there"
        for name, each in zip(names, corrections.recordings, strict=True)
        if name != each.recording.name
    )


def _distinct(recordings: list[Recording]) -> list[str]:
    """A name for each, its own if no other has that; what is no stereo file becomes a WAV."""
    taken: set[str] = set()
    found = []
    for recording in recordings:
        own = recording.channels[0].path
        suffix = own.suffix if recording.is_stereo_file else ".wav"
        numbered = (f"{own.stem}_{number}{suffix}" for number in range(2, 2 + len(recordings)))
        name = next(
            each for each in (own.stem + suffix, *numbered) if name_key(each).lower() not in taken
        )
        taken.add(name_key(name).lower())
        found.append(name)
    return found


def _put(recording: Recording, place: Path, *, copies: bool) -> Steps[None]:
    if not recording.is_stereo_file:
        yield from _interleave(recording, place)
        return
    source = recording.paths[0].resolve()
    if not copies:
        try:
            place.symlink_to(source)
        except (OSError, NotImplementedError):
            copies = True
    yield 0.0
    if copies:
        yield from _copy(source, place)


def _copy(source: Path, place: Path) -> Steps[None]:
    size, copied = max(source.stat().st_size, 1), 0
    with source.open("rb") as read, place.open("xb") as written:
        while block := read.read(_BLOCK_BYTES):
            written.write(block)
            copied += len(block)
            yield min(copied / size, 1.0)


def _interleave(recording: Recording, place: Path) -> Steps[None]:
    """Both channels at the rate of channel 0; the shorter one ends in silence."""
    rate_hz = recording.channels[0].sample_rate_hz
    frames = rate_hz * max(source.duration_s for source in recording.channels)
    kind = "WAV" if _FRAME_BYTES * frames < _MOST_WAV_BYTES else "RF64"
    written = 0
    with ExitStack() as stack:
        try:
            out = stack.enter_context(
                sf.SoundFile(place, "w", rate_hz, 2, format=kind, subtype="FLOAT")
            )
            for block in _side_by_side(
                resampled(recording, 0, rate_hz, _QUALITY),
                resampled(recording, 1, rate_hz, _QUALITY),
            ):
                out.write(block)
                written += len(block)
                yield min(written / frames, 1.0)
        except sf.LibsndfileError as error:
            raise InputError(
                place.name, f"cannot be written ({error.error_string})", "choose another place"
            ) from error


def _side_by_side(zero: Iterator[Samples], one: Iterator[Samples]) -> Iterator[Samples]:
    """Blocks of both channels, shape (frames, 2)."""
    nothing = np.empty(0, dtype=np.float32)
    left = [nothing, nothing]
    coming = [zero, one]
    while True:
        for channel in (0, 1):
            if not len(left[channel]):
                left[channel] = next(coming[channel], nothing)
        lengths = [len(part) for part in left if len(part)]
        if not lengths:
            return
        block = np.zeros((min(lengths), 2), dtype=np.float32)
        for channel in (0, 1):
            part = left[channel][: len(block)]
            block[: len(part), channel] = part
            left[channel] = left[channel][len(block) :]
        yield block


def _about(place: Path, each: Corrected) -> SidecarRecording:
    kept, fingerprint = each.keypoints, open_recording(place).fingerprint()
    return SidecarRecording(
        *(place.name, fingerprint, kept, (True,) * len(kept), "path"),
        files=(place.name,),
        places=(place,),
    )
