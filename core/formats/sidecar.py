"""What a keypoint table cannot say, in a JSON file beside it: docs/export.md describes it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from core import __version__
from core.align.alignment import Alias
from core.errors import InputError
from core.formats import sidecar_text
from core.formats.files import checked
from core.formats.files.atomic import check_writable, write_files
from core.formats.files.places import place_at, place_text
from core.formats.files.reading import read_start, read_whole
from core.formats.sidecar_text import fingerprint
from core.formats.sync_json import sync_as_json, sync_from_json
from core.keypoints import KeypointSet, ReviewState, Source
from core.sync_points import SyncPoints

FORMAT = "finchsync-sidecar"
REPORT_FORMAT = "finchsync-report"
"""Of a report of ``align``, which may have the sidecar's place and then marks the table as ours."""
VERSION = 1

_BASES = ("path", "line", "imported")
_HEAD_BYTES = 4096
"""Holds all that a sidecar says before its recordings, even for a table with a long name."""


class Rows(StrEnum):
    """Which keypoints stand in the table; unalignable ones never do."""

    ALL = "all"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the aligner says of a recording as a whole.

    Parameters
    ----------
    mean_confidence : float
        Of its keypoints as proposed, 0 to 1.
    tolerance_s : float
        Error within which a keypoint counts as right, seconds.
    needs_review : bool
    alias : Alias or None
        A second alignment that fits almost as well.
    warnings : tuple of str
    """

    mean_confidence: float
    tolerance_s: float
    needs_review: bool
    alias: Alias | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SidecarRecording:
    """One recording in a sidecar.

    Parameters
    ----------
    name : str
        As in the table.
    fingerprint : str
        As `Recording.fingerprint`.
    keypoints : KeypointSet
        All of them, those left out of the table too.
    in_table : tuple of bool
        Which of them stand in the table.
    basis : str
        What undecided keypoints hold: "path", "line" or "imported".
    imported_from : str or None
        Name of the table that the keypoints came from.
    aligner : mapping of str to object, or None
        What made the alignment: version, evidence, model, device, settings, times.
    verdict : Verdict or None
    sync : SyncPoints
        Moments that were known to be the same on both clocks.
    files : tuple of str
        Names of its one or two files, with a channel where one of several was chosen.
    places : tuple of Path
        Where each of `files` lies; empty where nobody knows.
    """

    name: str
    fingerprint: str
    keypoints: KeypointSet
    in_table: tuple[bool, ...]
    basis: str
    imported_from: str | None = None
    aligner: Mapping[str, object] | None = None
    verdict: Verdict | None = None
    files: tuple[str, ...] = ()
    sync: SyncPoints = field(default_factory=SyncPoints.none)
    places: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Sidecar:
    """A sidecar as it was read.

    Parameters
    ----------
    finchsync : str
        Version that wrote it.
    made_at : datetime
        UTC.
    rows : Rows
    recordings : mapping of str to SidecarRecording
        By name.
    """

    finchsync: str
    made_at: datetime
    rows: Rows
    recordings: Mapping[str, SidecarRecording]


def sidecar_path(table: Path) -> Path:
    """Where the sidecar of a table is."""
    return table.with_suffix(".json")


def write_table(
    path: Path,
    content: bytes,
    recordings: Sequence[SidecarRecording],
    rows: Rows,
    *,
    overwrite: bool = False,
    part: Mapping[str, object] | None = None,
    others: Mapping[Path, bytes] | None = None,
) -> None:
    """Write a table and its sidecar, both whole or none.

    Parameters
    ----------
    path : Path
        The table; the sidecar has the same stem.
    content : bytes
        Of the table, in any export format.
    recordings : sequence of SidecarRecording
    rows : Rows
    overwrite : bool
        Whether existing files may be replaced.
    part : mapping of str to object, optional
        What `core.formats.parts` needs to know of a part of a table.
    others : mapping of Path to bytes, optional
        Files that belong to the table as well, and may be replaced in any case.

    Raises
    ------
    InputError
        If a place cannot be written, or exists and may not be replaced.
    """
    blocks = [_block(each, path.parent) for each in recordings]
    write_blocks(path, content, blocks, rows, overwrite=overwrite, part=part, others=others)


def write_blocks(
    path: Path,
    content: bytes,
    blocks: Sequence[bytes],
    rows: Rows,
    *,
    overwrite: bool = False,
    part: Mapping[str, object] | None = None,
    others: Mapping[Path, bytes] | None = None,
) -> None:
    """The same for recordings as `core.formats.sidecar_text.block` has them."""
    beside = sidecar_path(path)
    if beside == path:
        raise InputError(path, "is the name of the sidecar", "give the table another ending")
    text = sidecar_text.document(_head(path.name, content, rows), blocks, part)
    # A table whose sidecar could not be put in place stays as it was; a sidecar that
    # went ahead of its table is told by the table's fingerprint.
    others = others or {}
    files = {**others, path: content, beside: text}
    write_files(files, overwrite=overwrite, replaceable=others)


def read_sidecar(table: Path) -> Sidecar | None:
    """What the sidecar of a table says.

    Parameters
    ----------
    table : Path
        A CSV file; its content must be what it was when both were written.

    Returns
    -------
    Sidecar or None
        None if there is no sidecar beside the table.

    Raises
    ------
    InputError
        If it cannot be read, is damaged, is from a newer version, or the table
        was changed since. The table itself is as good as without it.
    """
    path = sidecar_path(table)
    try:
        if path == table or not path.is_file():
            return None
        document = checked.parsed_json(read_whole(path).decode("utf-8"))
        of_table = fingerprint(read_whole(table))
    except ValueError:
        # Some other program's JSON, or none at all: not ours to judge.
        return None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        return None
    if document.get("version") != VERSION:
        raise InputError(path, "is from another version of FinchSync", "update FinchSync")
    try:
        if document["table"]["fingerprint"] != of_table:
            raise InputError(
                path,
                f"does not belong to {table.name} as it is now",
                "export again; until then states and confidences are left out",
            )
        return _sidecar(document, table.parent)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(path, f"is damaged ({error})", "export again or delete it") from error


def is_result(table: Path) -> bool:
    """Whether FinchSync wrote a table, and nobody changed it since, by the sidecar beside it."""
    path = sidecar_path(table)
    try:
        head = _start(path)
        return bool(head) and fingerprint(read_whole(table)).encode() in head
    except InputError:
        return False


def refuse_foreign(table: Path) -> None:
    """Make sure that the sidecar of a table takes no place from something else.

    Raises
    ------
    InputError
        If another program's file is where it would be, it cannot be written, or the table
        has its name.
    """
    path = sidecar_path(table)
    if path == table:
        raise InputError(path, "is the name of the sidecar", "give the table another ending")
    check_writable(path, overwrite=True)
    if path.exists() and not _start(path):
        raise InputError(
            path,
            f"is not from FinchSync, and what belongs to {table.name} goes there",
            "choose another name for the table",
        )


def _start(sidecar: Path) -> bytes:
    """What a sidecar or report says before its recordings; empty if it is none."""
    head = read_start(sidecar, _HEAD_BYTES)
    return head if any(name.encode() in head for name in (FORMAT, REPORT_FORMAT)) else b""


def about_table(name: str, content: bytes) -> dict[str, str]:
    """By what a sidecar or report knows its table again.

    Parameters
    ----------
    name : str
    content : bytes
    """
    return {"name": name, "fingerprint": fingerprint(content)}


def _head(name: str, table: bytes, rows: Rows) -> dict[str, object]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "finchsync": __version__,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "table": {**about_table(name, table), "rows": str(rows)},
    }


def _block(recording: SidecarRecording, home: Path) -> bytes:
    verdict = recording.verdict
    alias = None if verdict is None else verdict.alias
    about: dict[str, object] = {
        "name": recording.name,
        "files": list(recording.files),
        "places": [place_text(path, home) for path in recording.places],
        "fingerprint": recording.fingerprint,
        "imported_from": recording.imported_from,
        "basis": recording.basis,
        "aligner": None if recording.aligner is None else dict(recording.aligner),
        "verdict": None
        if verdict is None
        else {
            "mean_confidence": sidecar_text.number_or_null(verdict.mean_confidence),
            "tolerance_s": verdict.tolerance_s,
            "needs_review": verdict.needs_review,
            "alias": None if alias is None else {"shift_s": alias.shift_s, "margin": alias.margin},
            "warnings": list(verdict.warnings),
        },
    }
    if len(recording.sync):
        about["sync_points"] = sync_as_json(recording.sync)
    return sidecar_text.block(about, recording.keypoints, recording.in_table)


def _sidecar(document: Mapping[str, Any], home: Path) -> Sidecar:
    listed = checked.items(document["recordings"])
    recordings = [_recording(checked.table(each), home) for each in listed]
    return Sidecar(
        checked.text(document["finchsync"]),
        datetime.fromisoformat(checked.text(document["made_at"])),
        Rows(document["table"]["rows"]),
        {recording.name: recording for recording in recordings},
    )


def _recording(value: Mapping[str, Any], home: Path) -> SidecarRecording:
    rows, verdict = checked.items(value["keypoints"]), value["verdict"]
    files, places = (checked.items(value.get(key, [])) for key in ("files", "places"))
    if len(places) not in (0, len(files)):
        raise ValueError("it says of some files where they are")
    imported_from, aligner, basis = value["imported_from"], value["aligner"], value["basis"]
    if basis not in _BASES:
        raise ValueError(f"the basis {basis!r} is not known")
    keypoints = KeypointSet(
        np.array([checked.number(row["time_0_s"], 0.0) for row in rows]),
        np.array([checked.number(row["time_1_s"], 0.0) for row in rows]),
        tuple(ReviewState(row["state"]) for row in rows),
        tuple(Source(row["source"]) for row in rows),
        np.array([_share(row["confidence"]) for row in rows]),
        tuple(checked.text(row["reason"]) for row in rows),
        tuple(checked.text(row["time_0_text"]) for row in rows),
    )
    return SidecarRecording(
        checked.text(value["name"]),
        checked.text(value["fingerprint"]),
        keypoints,
        tuple(checked.flag(row["in_table"]) for row in rows),
        basis,
        None if imported_from is None else checked.text(imported_from),
        None if aligner is None else checked.table(aligner),
        None if verdict is None else _verdict(checked.table(verdict)),
        tuple(map(checked.text, files)),
        sync_from_json(checked.items(value.get("sync_points", []))),
        tuple(place_at(checked.text(place), home) for place in places),
    )


def _verdict(value: Mapping[str, Any]) -> Verdict:
    alias = value["alias"]
    return Verdict(
        _share(value["mean_confidence"]),
        checked.number(value["tolerance_s"], 0.0),
        checked.flag(value["needs_review"]),
        None
        if alias is None
        else Alias(checked.number(alias["shift_s"]), checked.number(alias["margin"])),
        tuple(map(checked.text, checked.items(value["warnings"]))),
    )


def _share(value: object) -> float:
    """A confidence; NaN where nobody has said."""
    return math.nan if value is None else checked.number(value, 0.0, 1.0)
