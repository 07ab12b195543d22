"""``finchsync merge``: the tables of all shards in, that of the whole run out."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli.batch.result import by_file_path
from core.cli.codes import DONE, REFUSED, SOME_FAILED
from core.cli.screen import Screen
from core.cli.terminal.report import fail, say
from core.errors import InputError
from core.formats.failed_list import failed_files, failed_path, refuse_foreign_list
from core.formats.files.atomic import check_writable, write_files
from core.formats.parts import problems, read_part, whole_blocks, whole_failed, whole_table
from core.formats.sidecar import Rows, refuse_foreign, sidecar_path, write_blocks


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001
    """Merge, or name all that stands against it.

    Raises
    ------
    InputError
        If a table cannot be read or is of no shard, or a place cannot be written.
    """
    # A pattern as part.*.csv takes in what lies beside the tables.
    beside = {place(path) for path in args.parts for place in (failed_path, by_file_path)}
    tables = [path for path in args.parts if path not in beside]
    _check_places(args.out, tables, overwrite=args.overwrite)
    parts = [read_part(path) for path in tables]
    if against := problems(parts):
        for problem in against:
            fail(str(problem))
        return REFUSED
    blocks, failed = whole_blocks(parts, args.out.parent), whole_failed(parts)
    others = failed_files(args.out, ((each.name, each.error) for each in failed))
    for each in failed:
        fail(each.error)
    if not blocks:
        write_files(others, replaceable=others)
        return REFUSED
    content = whole_table(parts)
    write_blocks(args.out, content, blocks, Rows.ALL, overwrite=args.overwrite, others=others)
    asked = len(blocks) + len(failed)
    say(f"{len(blocks)} of {asked} recordings of {len(parts)} shards written to {args.out}")
    return SOME_FAILED if failed else DONE


def _check_places(out: Path, tables: list[Path], *, overwrite: bool) -> None:
    check_writable(out, overwrite=overwrite)
    refuse_foreign(out)
    refuse_foreign_list(out)
    check_writable(sidecar_path(out), overwrite=overwrite)
    read = {file.resolve() for path in tables for file in (path, sidecar_path(path))}
    for place in (out, sidecar_path(out), failed_path(out)):
        if place.resolve() in read:
            raise InputError(place, "is one of the files to be read", "choose another name")
