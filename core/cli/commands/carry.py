"""``finchsync carry``: labels of one recorder in, the same on the other's clock out."""

from __future__ import annotations

import argparse
import math

from core.carry import carry
from core.cli.codes import DONE, SOME_FAILED
from core.cli.screen import Screen
from core.cli.terminal.report import fail, note, say
from core.errors import InputError
from core.formats.carried_file import CarriedFrom, write_carried
from core.formats.registry import format_named, label_formats, read_labels
from core.session.kept import read_kept, the_one


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001
    """Carry, write, name what has no place.

    Raises
    ------
    InputError
        If something cannot be read or written, or no label has a place.
    """
    found, notes = read_kept(args.by)
    recording = the_one(found, args.recording, args.labels, args.by)
    read_as, labels = read_labels(args.labels, recording.file_names)
    chosen = read_as if args.format is None else format_named(args.format)
    if chosen is None:
        names = ", ".join(each.name for each in label_formats())
        raise InputError(args.labels, "is in a format that is only read", f"give --format: {names}")
    carried = carry(labels, recording.keypoints, recording.durations_s, args.to)
    source = CarriedFrom(args.labels, args.by, recording.name, args.to)
    lost = write_carried(args.out, chosen, carried, source, overwrite=args.overwrite)
    for line in (*notes, *labels.notes, *(f"{args.out}: {line}." for line in lost)):
        note(line)
    if recording.durations_s is None:
        note(f"{args.by}: its audio is not beside it, so both channels end with the last keypoint.")
    for each in carried.cut:
        note(f"{args.labels}: {each.sentence()}.")
    for each in carried.left_out:
        fail(f"{args.labels}: {each.sentence()}.")
    count = len(carried.labels)
    sure = [x.confidence for x in carried.labels if math.isfinite(x.confidence)]
    least = f", the least sure {min(sure):.2f}" if sure else ""
    say(f"{count} of {len(labels)} labels on the clock of channel {args.to} in {args.out}{least}")
    return SOME_FAILED if carried.left_out else DONE
