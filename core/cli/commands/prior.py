"""``finchsync prior``: reviewed recordings in, the usual drift of their pair of recorders out."""

from __future__ import annotations

import argparse

from core.align.decoding.prior_fit import learn_prior
from core.cli.codes import DONE
from core.cli.screen import Screen
from core.cli.terminal.report import note, say
from core.errors import InputError
from core.formats.files.atomic import check_writable
from core.formats.prior_file import write_prior
from core.formats.tables.reviewed import ReviewedTable, read_reviewed
from core.keypoints import KeypointSet


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001
    """Learn and write a prior.

    Raises
    ------
    InputError
        If a table cannot be used, too few recordings are reviewed, or the file cannot be
        written.
    """
    tables = {each.path.resolve(): each for each in map(read_reviewed, args.paths)}
    check_writable(args.out, overwrite=args.overwrite)
    if args.out.resolve() in tables:
        raise InputError(args.out, "is one of the tables to be read", "choose another --out")
    found = [keypoints for table in tables.values() for keypoints in _reviewed(table)]
    prior = learn_prior(found, args.paths[0])
    if left := len(found) - prior.recordings:
        note(f"{left} of {len(found)} recordings have too few reviewed keypoints and are left out")
    write_prior(args.out, prior, overwrite=args.overwrite)
    say(
        f"{args.out}: the usual drift of {prior.recordings} recordings, which differ by "
        f"{1e3 * prior.offset_sd_s:.0f} ms and {1e6 * prior.slope_sd:.0f} ppm"
    )
    return DONE


def _reviewed(table: ReviewedTable) -> list[KeypointSet]:
    """What a person said of every recording: decisions, or all of a table that is not ours."""
    for line in table.notes:
        note(line)
    kept = [each.keypoints for each in table.recordings.values()]
    return [keypoints.settled() for keypoints in kept] if table.is_ours else kept
