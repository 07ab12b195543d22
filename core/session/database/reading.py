"""Tables into a session."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.align.alignment import Alias
from core.align.path import OffsetPath
from core.align.rankings import RankedBy
from core.arrays import Floats
from core.audio.channels import ChannelSource
from core.audio.recording import Recording
from core.errors import InputError
from core.formats.files import checked
from core.keypoints import KeypointSet, ReviewState, Source
from core.session.database.codec import changes_from, floats, proposed, shared
from core.session.edits.change import Step, StepState, ViewState
from core.session.edits.state import Basis, Proposal, RecordingState
from core.session.paths import beside, nearest
from core.session.recordings import FileStamp, ImportedTable, SessionRecording
from core.session.run import Provenance, RankedCandidate, Run
from core.session.session import Session
from core.sync_points import SyncPoints

_NONSENSE = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    OSError,
    RecursionError,
    zlib.error,
)
"""What values of the wrong kind, number or depth lead to while they are made sense of."""
ASK_FOR_A_COPY = "open a copy from before, or save its keypoints with sqlite3 (docs/session.md)"


def read(connection: sqlite3.Connection, path: Path) -> Session:
    """Everything in a session file but dropped edits and earlier runs.

    Parameters
    ----------
    connection : Connection
    path : Path
        The session file.

    Raises
    ------
    InputError
        If a table holds what cannot be.
    sqlite3.Error
        If SQLite cannot read it.
    """
    with judged(path, "something"):
        return _read(connection, path)


def _read(connection: sqlite3.Connection, path: Path) -> Session:
    recordings = read_recordings(connection, path)
    states: dict[int, RecordingState] = {}
    for row in _rows(connection, "SELECT id, name, basis, taken_out FROM recording ORDER BY id"):
        with judged(path, f"recording {row['name']}"):
            states[row["id"]] = _state(connection, row)
    runs: dict[int, tuple[int, Run]] = {}
    last = "SELECT *, max(number) FROM model_run GROUP BY recording"
    for row in _rows(connection, last):
        with judged(path, f"run {row['number']}"):
            runs[row["recording"]] = row["number"], _run(connection, row)
    done = _steps(connection, path, states, runs, StepState.DONE)
    undone = _steps(connection, path, states, runs, StepState.UNDONE)
    (last_number,) = connection.execute("SELECT coalesce(max(number), 0) FROM edit").fetchone()
    return Session(recordings, states, runs, done, undone, last_number, _shown(connection, states))


def read_recordings(connection: sqlite3.Connection, path: Path) -> dict[int, SessionRecording]:
    """What a session file knows of its recordings, by key; errors as in `read`."""
    found: dict[int, SessionRecording] = {}
    for row in _rows(connection, "SELECT * FROM recording ORDER BY id"):
        with judged(path, f"recording {row['name']}"):
            found[row["id"]] = _recording(connection, row, path.parent)
    return found


@contextmanager
def judged(path: Path, what: str) -> Iterator[None]:
    """Say in a line where `what` is found to make no sense."""
    try:
        yield
    except _NONSENSE as error:
        raise InputError(path, f"{what} makes no sense in it ({error})", ASK_FOR_A_COPY) from error


def _rows(connection: sqlite3.Connection, query: str, *values: object) -> list[sqlite3.Row]:
    cursor = connection.execute(query, values)
    cursor.row_factory = sqlite3.Row
    return cursor.fetchall()


def _columns(connection: sqlite3.Connection, query: str, width: int, key: int) -> list[Any]:
    """The columns of a query, empty ones too if nothing is found."""
    rows = connection.execute(query, (key,)).fetchall()
    return [*zip(*rows, strict=True)] if rows else [()] * width


def _recording(connection: sqlite3.Connection, row: sqlite3.Row, home: Path) -> SessionRecording:
    query = "SELECT * FROM channel WHERE recording = ? ORDER BY channel"
    first, second = _rows(connection, query, row["id"])
    sources = [
        ChannelSource(
            Path(checked.text(c["path"])),
            checked.whole(c["file_channel"], 0),
            checked.whole(c["sample_rate_hz"], 1),
            checked.whole(c["frames"], 1),
            checked.whole(c["file_channels"], 1),
            None if c["started_at"] is None else datetime.fromisoformat(c["started_at"]),
            checked.text(c["device"]),
        )
        for c in (first, second)
    ]
    stamps = [
        FileStamp(checked.whole(c["size_bytes"], 0), checked.whole(c["modified_ns"], -(2**63)))
        for c in (first, second)
    ]
    near = [beside(c["path_relative"], home) for c in (first, second)]
    imported = None
    if row["imported"] is not None:
        table = nearest(row["imported_relative"], row["imported"], home)
        imported = ImportedTable(table, checked.text(row["imported_fingerprint"]))
    notes = checked.items(checked.parsed_json(row["notes"]))
    return SessionRecording(
        Recording(
            checked.text(row["name"]),
            (sources[0], sources[1]),
            tuple(map(checked.text, notes)),
            None if row["spacing_m"] is None else float(row["spacing_m"]),
        ),
        checked.text(row["fingerprint"]),
        (stamps[0], stamps[1]),
        nearest(row["folder_relative"], row["folder"], home),
        imported,
        tuple(place for place in near if place is not None),
    )


def _state(connection: sqlite3.Connection, row: sqlite3.Row) -> RecordingState:
    columns = _columns(
        connection,
        "SELECT position, time_0_s, time_0_text, time_1_s, state, source, confidence, reason, "
        "proposed_time_1_s, proposed_confidence, proposed_reason "
        "FROM keypoint WHERE recording = ? ORDER BY position",
        11,
        row["id"],
    )
    position, time_0_s, text, time_1_s, state, source, confidence, reason, *proposal = columns
    if position != tuple(range(len(position))):
        raise ValueError("keypoints are missing")
    keypoints = KeypointSet(
        floats(time_0_s),
        floats(time_1_s),
        tuple(map(ReviewState, state)),
        tuple(map(Source, source)),
        floats(confidence),
        shared(reason),
        None if None in text or not text else shared(text),
    )
    stands = proposed(keypoints.time_0_s, floats(proposal[0]), floats(proposal[1]), proposal[2])
    return RecordingState(
        keypoints,
        Proposal(Basis(row["basis"]), stands),
        bool(row["taken_out"]),
        _sync(connection, row["id"]),
    )


def _sync(connection: sqlite3.Connection, key: int) -> SyncPoints:
    time_0_s, time_1_s, uncertainty_s, kind = _columns(
        connection,
        "SELECT time_0_s, time_1_s, uncertainty_s, kind FROM sync_point WHERE recording = ? "
        "ORDER BY position",
        4,
        key,
    )
    numbers = (floats(time_0_s), floats(time_1_s), floats(uncertainty_s))
    return SyncPoints(*numbers, tuple(map(checked.text, kind)))


def _steps(
    connection: sqlite3.Connection,
    path: Path,
    states: dict[int, RecordingState],
    runs: dict[int, tuple[int, Run]],
    which: StepState,
) -> tuple[Step, ...]:
    """Steps that are done or undone, oldest first.

    An edit is about the keypoints that there were when it was made: they are followed away from
    what stands now.
    """
    times = {key: state.keypoints.time_0_s for key, state in states.items()}
    side, order = (0, "DESC") if which is StepState.DONE else (1, "ASC")
    query = f"SELECT * FROM edit WHERE state = ? ORDER BY number {order}"
    found = []
    for row in _rows(connection, query, which):
        with judged(path, f"edit {row['number']}"):
            step = _step(row, times[row["recording"]], runs)
            if step.edit.wholes is not None:
                times[row["recording"]] = step.edit.wholes[side].keypoints.time_0_s
            found.append(step)
    return tuple(found if which is StepState.UNDONE else found[::-1])


def _step(row: sqlite3.Row, time_0_s: Floats, runs: dict[int, tuple[int, Run]]) -> Step:
    last_run, _ = runs.get(row["recording"], (0, None))
    edit = changes_from(row["changes"], time_0_s).edit(
        row["recording"],
        checked.text(row["text"]),
        checked.text(row["merge_key"]),
        moment(row["made_at"]),
    )
    return Step(row["number"], edit, checked.whole(row["run"], 0, last_run))


def _run(connection: sqlite3.Connection, row: sqlite3.Row) -> Run:
    number = row["number"]
    said = _columns(
        connection,
        "SELECT time_1_s, confidence, reason, time_0_s FROM run_keypoint WHERE run = ? "
        "ORDER BY position",
        4,
        number,
    )
    path = _columns(
        connection,
        "SELECT time_0_s, offset_s, low_s, high_s FROM run_path WHERE run = ? ORDER BY position",
        4,
        number,
    )
    best = connection.execute(
        "SELECT ranked_by, offset_s, drift_ppm, score FROM run_candidate WHERE run = ? "
        "ORDER BY rank",
        (number,),
    )
    alias = None
    if row["alias_shift_s"] is not None:
        alias = Alias(float(row["alias_shift_s"]), float(row["alias_margin"]))
    made = Provenance(
        moment(row["started_at"]),
        float(row["duration_s"]),
        checked.text(row["finchsync"]),
        checked.text(row["evidence"]),
        checked.text(row["model"]),
        checked.text(row["device"]),
        checked.table(checked.parsed_json(row["settings"])),
    )
    return Run(
        row["recording"],
        made,
        proposed(floats(said[3]), floats(said[0]), floats(said[1]), said[2]),
        floats(path[0]),
        OffsetPath(floats(path[1]), floats(path[2]), floats(path[3])),
        tuple(RankedCandidate(RankedBy(by), *map(float, line)) for by, *line in best),
        alias,
        bool(row["needs_review"]),
        tuple(map(checked.text, checked.items(checked.parsed_json(row["warnings"])))),
        float(row["tolerance_s"]),
        float(floats([row["mean_confidence"]])[0]),
        checked.text(row["fingerprint"]),
    )


def moment(told: object) -> datetime:
    """A moment as it is written down; UTC where that does not say."""
    found = datetime.fromisoformat(checked.text(told))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _shown(connection: sqlite3.Connection, states: dict[int, RecordingState]) -> ViewState | None:
    """What was on screen last; nothing if that makes no sense, which is not worth a word."""
    row = connection.execute("SELECT shown_recording, shown_keypoint FROM session").fetchone()
    if row is None or row[0] not in states:
        return None
    recording, keypoint = row
    is_there = isinstance(keypoint, int) and 0 <= keypoint < len(states[recording].keypoints)
    return ViewState(recording, keypoint if is_there else -1)
