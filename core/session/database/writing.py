"""Changes into tables, inside a transaction that the caller holds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.arrays import Floats
from core.keypoints import KeypointSet
from core.session.database.codec import edit_bytes, nullable
from core.session.edits.change import Change, RowsWritten, Step, StepState
from core.session.edits.edit import Whole
from core.session.edits.state import Proposal, RecordingState
from core.session.paths import stored
from core.session.recordings import SessionRecording
from core.session.run import Run
from core.sync_points import SyncPoints


def write(connection: sqlite3.Connection, home: Path, change: Change) -> None:
    """Write down one change.

    Parameters
    ----------
    connection : Connection
        In a transaction.
    home : Path
        Folder of the session file.
    change : Change

    Raises
    ------
    ValueError
        If the change does not fit what is in the file.
    sqlite3.Error
        If SQLite refuses.
    """
    for key, known, state in change.added:
        _add(connection, home, key, known, state)
    for key, known in change.relocated:
        connection.execute("DELETE FROM channel WHERE recording = ?", (key,))
        _update_recording(connection, home, key, known)
        _insert_channels(connection, home, key, known)
    if change.run is not None:
        _insert_run(connection, *change.run)
    _write_states(connection, change)
    for step in change.steps:
        _put_step(connection, step)
    connection.executemany(
        "UPDATE edit SET state = ? WHERE number = ?",
        [(state, number) for number, state in change.marks],
    )
    if change.shown is not None:
        connection.execute(
            "UPDATE session SET shown_recording = ?, shown_keypoint = ?",
            (change.shown.recording, change.shown.keypoint),
        )


def _write_states(connection: sqlite3.Connection, change: Change) -> None:
    """What is another in the states of recordings."""
    if change.whole is not None:
        _replace_keypoints(connection, *change.whole)
    if change.sync is not None:
        _replace_sync_points(connection, *change.sync)
    if change.proposal is not None:
        _update_proposal(connection, *change.proposal)
    if change.out is not None:
        key, is_out = change.out
        connection.execute("UPDATE recording SET taken_out = ? WHERE id = ?", (is_out, key))
    if change.rows is not None:
        _update_rows(connection, change.rows)


def _add(
    connection: sqlite3.Connection,
    home: Path,
    key: int,
    known: SessionRecording,
    state: RecordingState,
) -> None:
    connection.execute(
        "INSERT INTO recording (id, name, fingerprint, folder, basis, taken_out) "
        "VALUES (?, ?, ?, '', ?, ?)",
        (key, known.recording.name, known.fingerprint, state.basis, state.is_out),
    )
    _update_recording(connection, home, key, known)
    _insert_channels(connection, home, key, known)
    _insert_keypoints(connection, key, state.keypoints, state.proposal.keypoints)
    _replace_sync_points(connection, key, state.sync)


def _replace_keypoints(connection: sqlite3.Connection, key: int, whole: Whole) -> None:
    connection.execute("DELETE FROM keypoint WHERE recording = ?", (key,))
    connection.execute("UPDATE recording SET basis = ? WHERE id = ?", (whole.proposal.basis, key))
    _insert_keypoints(connection, key, whole.keypoints, whole.proposal.keypoints)


def _replace_sync_points(connection: sqlite3.Connection, key: int, sync: SyncPoints) -> None:
    connection.execute("DELETE FROM sync_point WHERE recording = ?", (key,))
    columns = (sync.time_0_s.tolist(), sync.time_1_s.tolist(), sync.uncertainty_s.tolist())
    rows = enumerate(zip(*columns, sync.kind, strict=True))
    connection.executemany(
        "INSERT INTO sync_point VALUES (?, ?, ?, ?, ?, ?)",
        ((key, position, *row) for position, row in rows),
    )


def _insert_keypoints(
    connection: sqlite3.Connection, key: int, keypoints: KeypointSet, proposal: KeypointSet
) -> None:
    count = len(keypoints)
    connection.executemany(
        "INSERT INTO keypoint VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        zip(
            (key,) * count,
            range(count),
            keypoints.time_0_s.tolist(),
            keypoints.time_0_text or (None,) * count,
            keypoints.time_1_s.tolist(),
            keypoints.state,
            keypoints.source,
            nullable(keypoints.confidence.tolist()),
            keypoints.reason,
            proposal.time_1_s.tolist(),
            nullable(proposal.confidence.tolist()),
            proposal.reason,
            strict=True,
        ),
    )


def _update_recording(
    connection: sqlite3.Connection, home: Path, key: int, known: SessionRecording
) -> None:
    imported: tuple[str | None, ...] = (None, None, None)
    if known.imported is not None:
        imported = (*stored(known.imported.path, home), known.imported.fingerprint)
    connection.execute(
        "UPDATE recording SET name = ?, fingerprint = ?, folder_relative = ?, folder = ?, "
        "imported_relative = ?, imported = ?, imported_fingerprint = ?, notes = ?, spacing_m = ? "
        "WHERE id = ?",
        (
            known.recording.name,
            known.fingerprint,
            *stored(known.folder, home),
            *imported,
            json.dumps(known.recording.notes),
            known.recording.spacing_m,
            key,
        ),
    )


def _insert_channels(
    connection: sqlite3.Connection, home: Path, key: int, known: SessionRecording
) -> None:
    for channel, (source, stamp) in enumerate(
        zip(known.recording.channels, known.stamps, strict=True)
    ):
        connection.execute(
            "INSERT INTO channel VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                key,
                channel,
                *stored(source.path, home),
                source.channel,
                source.sample_rate_hz,
                source.frames,
                stamp.size_bytes,
                stamp.modified_ns,
                source.file_channels,
                source.start and source.start.isoformat(),
                source.device,
            ),
        )


def _update_proposal(connection: sqlite3.Connection, key: int, proposal: Proposal) -> None:
    connection.execute("UPDATE recording SET basis = ? WHERE id = ?", (proposal.basis, key))
    keypoints = proposal.keypoints
    count = len(keypoints)
    connection.executemany(
        "UPDATE keypoint SET proposed_time_1_s = ?, proposed_confidence = ?, proposed_reason = ? "
        "WHERE recording = ? AND position = ?",
        zip(
            keypoints.time_1_s.tolist(),
            nullable(keypoints.confidence.tolist()),
            keypoints.reason,
            (key,) * count,
            range(count),
            strict=True,
        ),
    )


def _update_rows(connection: sqlite3.Connection, written: RowsWritten) -> None:
    rows, count = written.rows, len(written.position)
    only = " AND state = 'unreviewed'" if written.is_by_machine else ""
    cursor = connection.executemany(
        "UPDATE keypoint SET time_1_s = ?, state = ?, source = ?, confidence = ?, reason = ? "
        f"WHERE recording = ? AND position = ?{only}",
        zip(
            rows.time_1_s.tolist(),
            rows.state,
            rows.source,
            nullable(rows.confidence.tolist()),
            rows.reason,
            (written.recording,) * count,
            written.position.tolist(),
            strict=True,
        ),
    )
    if cursor.rowcount != count:
        who = "the machine may not write" if written.is_by_machine else "are not in the file"
        raise ValueError(f"{count - cursor.rowcount} keypoints that {who}")


def _put_step(connection: sqlite3.Connection, step: Step) -> None:
    edit = step.edit
    connection.execute(
        "INSERT INTO edit (number, recording, text, made_at, state, merge_key, run, changes) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET text = excluded.text, "
        "made_at = excluded.made_at, run = excluded.run, changes = excluded.changes",
        (
            step.number,
            edit.recording,
            edit.text,
            edit.made_at.isoformat(),
            StepState.DONE,
            edit.merge_key,
            step.run,
            edit_bytes(edit),
        ),
    )


def _insert_run(connection: sqlite3.Connection, number: int, run: Run) -> None:
    made, alias = run.made, run.alias
    connection.execute(
        "INSERT INTO model_run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            run.recording,
            made.started_at.isoformat(),
            made.duration_s,
            made.finchsync,
            made.evidence,
            made.model,
            made.device,
            json.dumps(dict(made.settings), sort_keys=True),
            run.needs_review,
            run.mean_confidence,
            run.tolerance_s,
            alias and alias.shift_s,
            alias and alias.margin,
            json.dumps(run.warnings),
            run.fingerprint,
        ),
    )
    keypoints = run.keypoints
    _insert_rows(
        connection,
        "run_keypoint",
        number,
        keypoints.time_1_s,
        keypoints.confidence,
        keypoints.reason,
        keypoints.time_0_s,
    )
    _insert_rows(connection, "run_path", number, run.path_time_0_s, *run.path.columns())
    names = ("offset_s", "drift_ppm", "score", "ranked_by")
    columns = ([getattr(line, name) for line in run.candidates] for name in names)
    _insert_rows(connection, "run_candidate", number, *columns)


def _insert_rows(
    connection: sqlite3.Connection, table: str, run: int, *columns: Sequence[object] | Floats
) -> None:
    values = [nullable(c.tolist()) if isinstance(c, np.ndarray) else c for c in columns]
    marks = ", ".join("?" * (2 + len(columns)))
    connection.executemany(
        f"INSERT INTO {table} VALUES ({marks})",
        ((run, position, *row) for position, row in enumerate(zip(*values, strict=True))),
    )
