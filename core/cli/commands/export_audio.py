"""``finchsync export-audio``: keypoints in, channel 1 on channel 0's clock out."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from core.audio.sources import file_stems
from core.cli.codes import DONE, REFUSED, SOME_FAILED
from core.cli.screen import Screen
from core.cli.terminal.report import Advance, fail, note, progress_bar, say
from core.errors import InputError
from core.formats.aligned_audio import (
    AlignedAudio,
    WrittenAudio,
    refuse_originals,
    write_aligned_audio,
)
from core.formats.files.atomic import make_folder
from core.formats.sidecar import Rows
from core.session.kept import Kept, read_kept, the_one
from core.session.leaving import known_map_of
from core.steps import Steps, part_of, told_of


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001
    """Write a file for each recording; one that cannot be written does not stop the others.

    Raises
    ------
    InputError
        If nothing can be read.
    """
    found, notes = read_kept(args.path)
    if args.recording is not None:
        found = (the_one(found, args.recording, args.path, args.path),)
    for line in notes:
        note(line)
    places = _places(found, args)
    make_folder(args.out)
    originals = [each.recording for each in found if each.recording is not None]
    failed = 0
    with progress_bar("exporting audio") as advance:
        for number, (kept, place) in enumerate(zip(found, places, strict=True)):
            try:
                start, end = number / len(found), (number + 1) / len(found)
                refuse_originals(place, originals)
                steps = part_of(_written(kept, place, args), start, end)
                _tell(told_of(steps, partial(_advance, advance, kept.name)))
            except InputError as error:
                fail(str(error))
                failed += 1
    if not failed:
        return DONE
    return SOME_FAILED if failed < len(found) else REFUSED


def _places(found: tuple[Kept, ...], args: argparse.Namespace) -> list[Path]:
    stems = file_stems([each.name for each in found])
    return [args.out / f"{stem}.aligned.{args.format}" for stem in stems]


def _written(kept: Kept, place: Path, args: argparse.Namespace) -> Steps[WrittenAudio]:
    recording = kept.audio()
    rows = Rows.ALL if args.unreviewed else Rows.REVIEWED
    known = known_map_of(kept.keypoints, recording, rows)
    if known.is_empty and not args.unreviewed:
        raise InputError(
            kept.name,
            "has no keypoint that a person accepted or corrected",
            "review it, or give --unreviewed",
        )
    asked = AlignedAudio(known, args.rate, not args.alone, not args.trim)
    return write_aligned_audio(place, recording, asked, overwrite=args.overwrite)


def _advance(advance: Advance, name: str, share: float) -> None:
    advance(share, name)


def _tell(written: WrittenAudio) -> None:
    for line in written.notes:
        note(f"{written.path}: {line}")
    span = f"{written.start_s:.3f} to {written.end_s:.3f} s of channel 0"
    say(f"{written.path}: {span}, at {written.rate_hz:,} Hz")
