"""Keypoints are added, taken away and made at another interval; decisions outlive it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.align.path import OffsetPath
from core.audio.channels import ChannelSource
from core.audio.recording import Recording
from core.keypoints import ReviewState, machine_keypoints
from core.session import (
    Basis,
    FileStamp,
    Proposal,
    Provenance,
    RecordingState,
    Run,
    Session,
    SessionFile,
    SessionRecording,
)
from core.sync_points import SyncPoints

TIME_0_S = np.arange(10.0)
END_1_S = 12.0


@pytest.fixture
def session() -> Session:
    return start()


def start() -> Session:
    sources = (
        ChannelSource(Path("a.wav"), 0, 1000, 10_000, 2),
        ChannelSource(Path("a.wav"), 1, 1000, round(1000 * END_1_S), 2),
    )
    stamp = FileStamp(1, 1)
    known = SessionRecording(Recording("a.wav", sources), "a", (stamp, stamp), Path())
    state = RecordingState.new(machine_keypoints(TIME_0_S, TIME_0_S))
    return run_over(Session().add([(known, state)])[0], 0.5)


def run_over(session: Session, offset_s: float) -> Session:
    time_0_s = session.states[1].keypoints.time_0_s
    rows_s = np.arange(10.0)
    offsets_s = offset_s + 0.01 * rows_s
    said = machine_keypoints(
        time_0_s,
        time_0_s + np.interp(time_0_s, rows_s, offsets_s),
        np.full(len(time_0_s), 0.8),
        ("clear",) * len(time_0_s),
    )
    made = Provenance(datetime(2026, 1, 1, tzinfo=UTC), 0.5, "1", "spectral", "none", "cpu", {})
    band = OffsetPath(offsets_s, offsets_s, offsets_s)
    run = Run(1, made, said, rows_s, band, (), None, bool(0), (), 0.05, 0.5, "a")
    return session.record_run(run, propose=True)[0]


def put(session: Session, kept: np.ndarray | None, *more_0_s: float) -> Session:
    if kept is None:
        kept = np.ones(len(session.states[1].keypoints), dtype=bool)
    return session.put_keypoints(1, kept, np.array(more_0_s), "Put")[0]


def test_an_added_keypoint_stands_on_the_path_until_a_person_moves_it(session: Session) -> None:
    added = put(session, None, 3.25)
    keypoints = added.states[1].keypoints
    assert keypoints.time_0_s[4] == 3.25
    assert keypoints.time_1_s[4] == pytest.approx(3.25 + 0.5325)
    assert (keypoints.reason[4], keypoints.confidence[4]) == ("clear", pytest.approx(0.8))
    assert keypoints.state[4] is ReviewState.UNREVIEWED
    moved = added.edit(1, keypoints.move(4, 3.9), "Move")[0]
    assert moved.undo()[0].undo()[0].states[1].keypoints.time_0_s.tolist() == TIME_0_S.tolist()


def test_what_a_person_decided_outlives_another_interval(session: Session) -> None:
    keypoints = session.states[1].keypoints.move(3, 3.7).review(5, ReviewState.UNALIGNABLE)
    decided = session.edit(1, keypoints, "Decide")[0]
    kept = decided.states[1].keypoints.is_reviewed
    wide = put(decided, kept, *np.arange(0.0, 10.0, 4.0))
    found = wide.states[1].keypoints
    assert found.time_0_s.tolist() == [0.0, 3.0, 4.0, 5.0, 8.0]
    assert found.time_1_s[1] == 3.7
    assert found.state[1] is ReviewState.CORRECTED
    assert found.state[3] is ReviewState.UNALIGNABLE
    back = wide.undo()[0].states[1].keypoints
    assert np.array_equal(back.time_1_s, keypoints.time_1_s)
    assert back.state == keypoints.state


def test_where_there_is_one_already_none_is_added(session: Session) -> None:
    again, change = session.put_keypoints(1, np.ones(10, dtype=bool), np.array([3.0]), "Add")
    assert again is session
    assert not change.steps


def test_new_keypoints_of_a_candidates_line_are_on_the_line() -> None:
    session = start()
    line = machine_keypoints(TIME_0_S, TIME_0_S + 0.25)
    taken = session.states[1].keypoints.with_proposal(line)
    on_line = session.edit(1, taken, "Take", proposal=Proposal(Basis.LINE, line))[0]
    assert put(on_line, None, 2.5).states[1].keypoints.time_1_s[3] == 2.75


def test_imported_times_leave_as_they_came_and_new_ones_have_text_too() -> None:
    session = start()
    texts = tuple(f"{time_s:.3f}" for time_s in TIME_0_S)
    state = session.states[1]
    state = replace(state, keypoints=replace(state.keypoints, time_0_text=texts))
    session = replace(session, states={1: state})
    found = put(session, None, 0.5).states[1].keypoints
    assert found.time_0_text is not None
    assert found.time_0_text[:3] == ("0.000", "0.5", "1.000")


def test_a_run_of_other_keypoints_is_asked_for_these(session: Session) -> None:
    halved = put(session, np.arange(10) % 2 == 0, 4.5)
    again = run_over(halved, 0.7)
    found = again.states[1].keypoints
    assert found.offset_s == pytest.approx(0.7 + 0.01 * found.time_0_s)
    back = again.undo()[0].states[1].keypoints
    assert back.time_0_s.tolist() == TIME_0_S.tolist()
    assert back.offset_s == pytest.approx(0.7 + 0.01 * TIME_0_S), "what the machine says now"


def test_sync_points_are_a_step_of_their_own(session: Session) -> None:
    points = SyncPoints(np.array([1.5]), np.array([2.0]), kind=("clap",))
    synced, change = session.set_sync(1, points, "Import sync points")
    assert synced.states[1].sync.is_as(points)
    assert change.sync is not None
    assert synced.states[1].keypoints is session.states[1].keypoints
    assert len(synced.undo()[0].states[1].sync) == 0
    assert synced.undo()[0].redo()[0].states[1].sync.is_as(points)


way = st.one_of(
    st.tuples(st.just("add"), st.floats(0, 9.9)),
    st.tuples(st.just("remove"), st.integers(0, 30)),
    st.tuples(st.just("interval"), st.sampled_from([0.5, 1.0, 3.0])),
    st.tuples(st.just("move"), st.integers(0, 30), st.floats(0, END_1_S)),
    st.tuples(st.just("sync"), st.integers(0, 3)),
    st.sampled_from([("undo",), ("redo",)]),
)


def done(session: Session, step: tuple) -> Session:
    kind, *of = step
    keypoints = session.states[1].keypoints
    every = np.ones(len(keypoints), dtype=bool)
    match kind:
        case "undo":
            return session.undo()[0] if session.done else session
        case "redo":
            return session.redo()[0] if session.undone else session
        case "add":
            return put(session, None, of[0])
        case "remove":
            every[of[0] % len(keypoints)] = len(keypoints) < 3
            return put(session, every)
        case "interval":
            return put(session, keypoints.is_reviewed, *np.arange(0.0, 10.0, of[0]))
        case "sync":
            times_s = np.arange(float(of[0]))
            return session.set_sync(1, SyncPoints(times_s, times_s + 0.5), "Sync")[0]
    return session.edit(1, keypoints.move(of[0] % len(keypoints), of[1]), "Move")[0]


def told(session: Session) -> object:
    state = session.states[1]
    kept = state.keypoints
    return (
        *(kept.time_0_s.tolist(), kept.time_1_s.tolist(), kept.state, kept.source, kept.reason),
        state.proposal.keypoints.time_1_s.tolist(),
        state.sync.time_0_s.tolist(),
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(way, max_size=20))
def test_undo_and_redo_walk_along_a_list_of_snapshots(steps: list[tuple]) -> None:
    session = start()
    snapshots, at = [told(session)], 0
    for step in steps:
        before = session
        session = done(session, step)
        if step[0] == "undo":
            at = max(at - 1, 0)
        elif step[0] == "redo":
            at = min(at + 1, len(snapshots) - 1)
        elif session is not before:
            at += 1
            snapshots[at:] = [told(session)]
        assert told(session) == snapshots[at]


def test_all_of_it_comes_back_from_the_file(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "a.finchsync"
    with SessionFile.create(path) as file:
        first = start()
        file.commit(Session().add([(first.recordings[1], first.states[1])])[1])
        value = file.read()
        changes = [
            lambda s: s.put_keypoints(1, np.ones(10, dtype=bool), np.array([0.25, 3.5]), "Add"),
            lambda s: s.edit(1, s.states[1].keypoints.move(1, 1.5), "Move"),
            lambda s: s.set_sync(1, SyncPoints(np.array([1.0]), np.array([1.5])), "Sync"),
            lambda s: s.put_keypoints(1, np.arange(12) != 5, np.empty(0), "Remove"),
            lambda s: s.undo(),
            lambda s: s.undo(),
        ]
        for make in changes:
            value, change = make(value)
            file.commit(change)
    with SessionFile.open(path) as file:
        found = file.read()
    assert told(found) == told(value)
    for _ in range(2):
        found, value = found.redo()[0], value.redo()[0]
        assert told(found) == told(value)
    for _ in range(4):
        found, value = found.undo()[0], value.undo()[0]
        assert told(found) == told(value)
