"""``finchsync export``: keypoints of a session or table in, files in a format out."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.cli.codes import DONE
from core.cli.screen import Screen
from core.cli.terminal.report import note, say
from core.errors import InputError
from core.formats.files.atomic import make_folder, write_files
from core.formats.registry import KeypointExport, format_named
from core.formats.sidecar import Rows, sidecar_path, write_table
from core.formats.tables.biodcase import BiodcaseTable
from core.formats.tables.moments import Moments, read_times
from core.keypoints import KeypointSet
from core.session.kept import Kept, read_kept

_MOST_NAMED = 3
"""Of the files that were written; more are counted."""


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001
    """Write the files.

    Raises
    ------
    InputError
        If something cannot be read or written, or there is nothing to write.
    """
    chosen = format_named(args.format)
    found, notes = read_kept(args.path)
    rows = Rows.REVIEWED if args.reviewed else Rows.ALL
    table = BiodcaseTable(_chosen(found, rows, args.path))
    recordings = {each.name: each.recording for each in found if each.recording is not None}
    sync = {each.name: each.sync for each in found if len(each.sync)}
    export = KeypointExport(table, recordings, sync)
    if chosen.has_moments:
        known = {each.name: each.known_map(rows) for each in found}
        export = replace(export, known=known, moments=_moments(args))
    elif args.every or args.frames or args.times or args.known:
        raise InputError(
            f"format {chosen.name}",
            "holds keypoints only",
            "leave out --every, --frames, --times and --known, or give --format time-map",
        )
    place = args.out / f"{args.path.resolve().stem}{chosen.suffix}"
    files = chosen.keypoint_files(export, place)
    beside = (sidecar_path(place),) if chosen.has_sidecar else ()
    _protect([*files, *beside], found, args.path)
    make_folder(args.out)
    if chosen.has_sidecar:
        about = tuple(each.sidecar(rows) for each in found)
        write_table(place, files[place], about, rows, overwrite=args.overwrite)
    else:
        write_files(files, overwrite=args.overwrite)
    for line in notes:
        note(line)
    for each in found:
        if chosen.has_moments and each.recording is None:
            note(f"{each.name}: the columns of samples are empty: {each.why_no_audio}.")
    count, many = sum(map(len, table.files.values())), len(table.files)
    where = f"{len(files):,} files in {args.out}"
    if len(files) <= _MOST_NAMED:
        where = ", ".join(map(str, files))
    say(f"{count:,} keypoints of {many:,} recording{'s' * (many != 1)} in {where}")
    return DONE


def _moments(args: argparse.Namespace) -> Moments:
    step_s = args.every if args.frames is None else 1 / args.frames
    listed_s = None if args.times is None else read_times(args.times)
    return Moments(step_s, listed_s, with_unknown=not args.known)


def _chosen(found: Sequence[Kept], rows: Rows, where: Path) -> dict[str, KeypointSet]:
    kept = {each.name: each.chosen(rows) for each in found}
    kept = {name: keypoints for name, keypoints in kept.items() if len(keypoints)}
    if not kept:
        raise InputError(where, "holds no keypoints that are reviewed", "leave out --reviewed")
    return kept


def _protect(places: Sequence[Path], found: Sequence[Kept], path: Path) -> None:
    """Refuse to write over what was read."""
    read = {path.resolve()}
    for each in found:
        if each.leaving is not None:
            known = each.leaving.known
            read |= {file.resolve() for file in known.recording.paths}
            read |= {known.imported.path.resolve()} if known.imported else set()
    for place in places:
        if place.resolve() in read:
            raise InputError(place, "is one of the files that are read", "choose another folder")
