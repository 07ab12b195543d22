"""``finchsync prior``: reviewed recordings in, the usual drift of their pair of recorders out."""

from __future__ import annotations

import argparse
from itertools import compress
from pathlib import Path

from core.align.decoding.prior_fit import learn_prior
from core.cli.codes import DONE
from core.cli.screen import Screen
from core.cli.terminal.report import note, say
from core.errors import InputError
from core.formats.atomic import check_writable
from core.formats.biodcase import read_csv
from core.formats.folder_tables import tables_of
from core.formats.prior_file import write_prior
from core.formats.sidecar import is_result, read_sidecar
from core.keypoints import KeypointSet


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001
    """Learn and write a prior.

    Raises
    ------
    InputError
        If a table cannot be used, too few recordings are reviewed, or the file cannot be
        written.
    """
    tables = list(dict.fromkeys(_table(path).resolve() for path in args.paths))
    check_writable(args.out, overwrite=args.overwrite)
    if args.out.resolve() in tables:
        raise InputError(args.out, "is one of the tables to be read", "choose another --out")
    found = [keypoints for table in tables for keypoints in _reviewed(table)]
    prior = learn_prior(found, args.paths[0])
    if left := len(found) - prior.recordings:
        note(f"{left} of {len(found)} recordings have too few reviewed keypoints and are left out")
    write_prior(args.out, prior, overwrite=args.overwrite)
    say(
        f"{args.out}: the usual drift of {prior.recordings} recordings, which differ by "
        f"{1e3 * prior.offset_sd_s:.0f} ms and {1e6 * prior.slope_sd:.0f} ppm"
    )
    return DONE


def _table(path: Path) -> Path:
    """The table that is meant by itself or by its folder."""
    if not path.is_dir():
        return path
    found = tables_of(path, takes_result=True)
    if found.table is None:
        why = found.unused or "no table of keypoints is in it"
        raise InputError(path, why, "give the table itself")
    return found.table


def _reviewed(table: Path) -> list[KeypointSet]:
    """What a person said of every recording: decisions, or all of a table that is not ours."""
    read = read_csv(table)
    for line in read.notes:
        note(line)
    sidecar = read_sidecar(table)
    if sidecar is not None:
        return [_decided(recording.keypoints) for recording in sidecar.recordings.values()]
    if is_result(table):
        raise InputError(
            table, "came from FinchSync, and nothing beside it says what was reviewed", "export it"
        )
    return list(read.files.values())


def _decided(keypoints: KeypointSet) -> KeypointSet:
    by_person = keypoints.is_reviewed
    return KeypointSet(
        keypoints.time_0_s[by_person],
        keypoints.time_1_s[by_person],
        tuple(compress(keypoints.state, by_person)),
    )
