"""The session as a value: edits, their history, and what machines may do to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.align.path import OffsetPath
from core.audio.channels import ChannelSource
from core.audio.recording import Recording
from core.keypoints import KeypointSet, ReviewState, machine_keypoints
from core.session import (
    Basis,
    Edit,
    FileStamp,
    Proposal,
    Provenance,
    RecordingState,
    Run,
    Session,
    SessionRecording,
)

COUNT = 5
TIME_0_S = np.arange(float(COUNT))
STAMP = FileStamp(1, 1)
MADE = Provenance(datetime(2026, 1, 1, tzinfo=UTC), 0.5, "1", "spectral", "none", "cpu", {})


def _known(name: str) -> SessionRecording:
    sources = (
        ChannelSource(Path(name), 0, 8000, 8000, 2),
        ChannelSource(Path(name), 1, 8000, 8000, 2),
    )
    return SessionRecording(Recording(name, sources), name, (STAMP, STAMP), Path())


def _start(basis: Basis = Basis.PATH) -> Session:
    """Two recordings under the keys 1 and 2."""
    state = RecordingState.new(machine_keypoints(TIME_0_S, TIME_0_S + 0.5), basis)
    return Session().add([(_known("a.wav"), state), (_known("b.wav"), state)])[0]


def _proposal(offset_s: float, why: str = "") -> KeypointSet:
    times_s = TIME_0_S + offset_s
    return machine_keypoints(TIME_0_S, times_s, np.full(COUNT, 0.5), (why,) * COUNT)


def _run(offset_s: float, key: int = 1) -> Run:
    band = OffsetPath(*[np.full(COUNT, offset_s)] * 3)
    said = _proposal(offset_s, "run")
    return Run(key, MADE, said, TIME_0_S, band, (), None, bool(key - 1), (), 0.05, 0.5, "a")


def _told(session: Session) -> list[object]:
    """The states of all recordings, to compare."""
    return [
        (
            [getattr(state.keypoints, name) for name in ("state", "source", "reason")],
            state.keypoints.time_1_s.tolist(),
            np.nan_to_num(state.keypoints.confidence, nan=-1).tolist(),
            state.basis,
            state.proposal.keypoints.time_1_s.tolist(),
            state.is_out,
        )
        for state in session.states.values()
    ]


def _moved(session: Session, index: int, time_1_s: float, key: int = 1, merge: str = "") -> Session:
    keypoints = session.states[key].keypoints.move(index, time_1_s)
    return session.edit(key, keypoints, f"Move keypoint {index + 1}", merge)[0]


# -- random sequences ------------------------------------------------------------------

keys, indices = st.integers(1, 2), st.integers(0, COUNT - 1)
times_s = st.floats(0, 10).map(lambda t: round(t, 3))
moves = st.tuples(st.just("move"), keys, indices, times_s, st.sampled_from(["", "nudge"]))
reviews = st.tuples(st.just("review"), keys, indices, st.sampled_from(list(ReviewState)))
lines = st.tuples(st.just("line"), keys, times_s)
follows = st.tuples(st.just("follow"), keys, times_s)
runs = st.tuples(st.just("run"), keys, times_s, st.booleans())
outs = st.tuples(st.just("out"), keys, st.booleans())
turns = st.sampled_from([("undo",), ("redo",)])


def _done(session: Session, step: tuple) -> Session:
    kind, *of = step
    if kind == "undo":
        return session.undo()[0] if session.done else session
    if kind == "redo":
        return session.redo()[0] if session.undone else session
    state = session.states[of[0]]
    if kind == "move":
        return _moved(session, of[1], of[2], of[0], f"{of[3]} {of[1]}" if of[3] else "")
    if kind == "review":
        return session.edit(of[0], state.keypoints.review(of[1], of[2]), "Review")[0]
    if kind == "follow":
        return session.follow(of[0], _proposal(of[1], "followed"))[0]
    if kind == "run":
        return session.record_run(_run(of[1], of[0]), propose=of[2])[0]
    if kind == "out":
        return session.set_excluded(of[0], is_excluded=of[1], text="Take out")[0]
    line = _proposal(of[1], "line")
    keypoints = state.keypoints.with_proposal(line)
    return session.edit(of[0], keypoints, "Take line", proposal=Proposal(Basis.LINE, line))[0]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(moves, reviews, lines, outs, turns, turns), max_size=25))
def test_undo_and_redo_walk_along_a_list_of_snapshots(steps: list[tuple]) -> None:
    session = _start()
    snapshots, cursor = [_told(session)], 0
    for step in steps:
        before, session = session, _done(session, step)
        if step[0] in ("undo", "redo"):
            away = -1 if step[0] == "undo" else 1
            cursor = min(max(cursor + away, 0), len(snapshots) - 1)
        elif _told(session) != _told(before):
            # A merged edit takes the place of the last one, and may take it back altogether.
            cursor = len(session.done)
            snapshots = [*snapshots[:cursor], _told(session)]
        assert _told(session) == snapshots[cursor]
        assert (len(session.done), len(session.undone)) == (cursor, len(snapshots) - 1 - cursor)
    while session.done:
        session, _ = session.undo()
    assert _told(session) == snapshots[0]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(moves, reviews, lines, outs, follows, runs, turns), max_size=25))
def test_whatever_happened_redo_takes_undo_back_and_the_machine_touches_no_decision(
    steps: list[tuple],
) -> None:
    session = _start()
    for step in steps:
        before, session = session, _done(session, step)
        if step[0] in ("follow", "run"):
            for key, state in before.states.items():
                decided = state.keypoints.is_reviewed
                after = session.states[key].keypoints
                assert after.state == state.keypoints.state
                assert (after.time_1_s == state.keypoints.time_1_s)[decided].all()
        if session.done:
            undone, _ = session.undo()
            assert _told(undone.redo()[0]) == _told(session)
            assert _told(undone.redo()[0].undo()[0]) == _told(undone)


@st.composite
def chains(draw: st.DrawFn) -> list[RecordingState]:
    """Four states of one recording, each made from the one before."""
    states = [_start().states[1]]
    for _ in range(3):
        keypoints = states[-1].keypoints
        for index in draw(st.lists(indices, max_size=3)):
            keypoints = keypoints.move(index, draw(times_s))
        proposal = states[-1].proposal
        if draw(st.booleans()):
            proposal = Proposal(draw(st.sampled_from(list(Basis))), _proposal(draw(times_s)))
        states.append(RecordingState(keypoints, proposal, draw(st.booleans())))
    return states


@settings(deadline=None, max_examples=60)
@given(chains())
def test_edits_go_both_ways_and_join_in_any_order(states: list[RecordingState]) -> None:
    a, b, c = (Edit.between(1, *pair, "e") for pair in pairwise(states))
    whole = Edit.between(1, states[0], states[-1], "e")
    for edit in (whole, a.then(b).then(c), a.then(b.then(c))):
        assert edit.starts_from(states[0])
        assert edit.leads_to(states[-1])
        assert edit.leads_to(edit.apply(states[0]))
        assert edit.starts_from(edit.revert(states[-1]))
        assert edit.position.tolist() == whole.position.tolist()
        assert (edit.proposals is None) == (whole.proposals is None)
        assert edit.outs == whole.outs


def _edit(before: RecordingState, index: int, text: str, made_at: datetime) -> Edit:
    after = replace(before, keypoints=before.keypoints.move(index, 1.0))
    return Edit.between(1, before, after, text, text, made_at)


def test_an_edit_is_made_when_it_is_made() -> None:
    state = _start().states[1]
    before = datetime.now(UTC)
    edit = Edit.between(1, state, state, "e")
    assert before <= edit.made_at <= datetime.now(UTC)


def test_steps_that_merge_tell_of_the_last_and_what_comes_of_a_step_tells_of_the_step() -> None:
    state, early, late = _start().states[1], MADE.started_at, datetime(2026, 1, 2, tzinfo=UTC)
    first = _edit(state, 0, "first", early)
    second = _edit(first.apply(state), 1, "second", late)
    merged, followed = first.then(second), first.followed_by(second)
    assert (merged.text, merged.merge_key, merged.made_at) == ("second", "second", late)
    assert (followed.text, followed.merge_key, followed.made_at) == ("first", "first", early)
    assert merged.position.tolist() == followed.position.tolist() == [0, 1]


def test_edits_of_other_recordings_are_no_edits_of_this() -> None:
    state = _start().states[1]
    with pytest.raises(ValueError, match="different recordings"):
        Edit.between(1, state, state, "e").then(Edit.between(2, state, state, "e"))


# -- what a person would miss ----------------------------------------------------------


def test_nudges_of_one_keypoint_are_one_step_and_others_are_not() -> None:
    session = _start()
    for time_1_s in (0.6, 0.7, 0.8):
        session = _moved(session, 0, time_1_s, merge="nudge 0")
    session = _moved(session, 1, 1.6, merge="nudge 1")
    session = _moved(session, 1, 1.6, key=2, merge="nudge 1")
    assert [step.edit.recording for step in session.done] == [1, 1, 2]
    for _ in range(3):
        session, _ = session.undo()
    assert _told(session) == _told(_start())


def test_a_nudge_after_an_undo_is_a_step_of_its_own() -> None:
    session = _moved(_moved(_start(), 0, 0.6, merge="nudge"), 1, 1.6)
    session = _moved(session.undo()[0], 0, 0.7, merge="nudge")
    assert len(session.done) == 2
    assert session.undo()[0].states[1].keypoints.time_1_s[0] == 0.6


def test_nudges_that_lead_nowhere_leave_no_step() -> None:
    session = _moved(_start(), 0, 0.6)
    session = _moved(_moved(session, 0, 0.7, merge="nudge"), 0, 0.6, merge="nudge")
    assert len(session.done) == 1


def test_accepting_twice_is_no_second_step() -> None:
    session = _start()
    accepted = session.states[1].keypoints.review(0, ReviewState.ACCEPTED)
    once, _ = session.edit(1, accepted, "Accept keypoint 1")
    assert once.edit(1, accepted, "Accept keypoint 1")[0] is once


def test_one_undo_takes_back_the_move_and_what_followed() -> None:
    session = _moved(_start(), 0, 0.8)
    session = _moved(session, 3, 3.1, key=2)
    session, _ = session.follow(1, _proposal(0.7, "followed"))
    assert session.states[1].keypoints.time_1_s.tolist() == [0.8, 1.7, 2.7, 3.7, 4.7]
    assert [step.edit.text for step in session.done] == ["Move keypoint 1", "Move keypoint 4"]
    session, _ = session.undo()
    assert session.states[1].keypoints.time_1_s[1] == 1.7
    session, _ = session.undo()
    assert _told(session) == _told(_start())
    assert session.redo()[0].states[1].keypoints.reason[1] == "followed"


def test_a_run_is_no_step_and_spares_decisions() -> None:
    session, _ = _moved(_start(), 0, 0.8).record_run(_run(0.3), propose=True)
    assert len(session.done) == 1
    assert session.states[1].keypoints.time_1_s.tolist() == [0.8, 1.3, 2.3, 3.3, 4.3]
    assert session.states[1].proposal.keypoints.reason[0] == "run"


def test_undo_of_an_older_edit_gives_a_keypoint_back_to_the_newer_run() -> None:
    session = _moved(_start(), 0, 0.8).follow(1, _proposal(0.7, "followed"))[0]
    session, _ = session.record_run(_run(0.3), propose=True)
    undone, _ = session.undo()
    assert undone.states[1].keypoints.time_1_s.tolist() == [0.3, 1.3, 2.3, 3.3, 4.3]
    assert undone.states[1].keypoints.reason[0] == "run"
    assert _told(undone.redo()[0]) == _told(session)


def test_undo_of_a_line_after_a_newer_run_goes_back_to_that_run() -> None:
    session = _done(_start(), ("line", 1, 2.0))
    session, _ = session.record_run(_run(0.3), propose=True)
    undone, _ = session.undo()
    assert (undone.states[1].basis, undone.states[1].keypoints.time_1_s[0]) == (Basis.PATH, 0.3)


def test_a_recording_taken_out_keeps_its_decisions_and_comes_back_by_undo() -> None:
    decided = _moved(_start(), 0, 0.8)
    session, _ = decided.set_excluded(1, is_excluded=True, text="Take out")
    assert session.states[1].is_out
    assert session.states[1].keypoints.time_1_s[0] == 0.8
    assert session.set_excluded(1, is_excluded=True, text="Take out")[0] is session
    # What the machine says late belongs to the move, and leaves the recording where it is.
    session, _ = session.follow(1, _proposal(0.7, "followed"))
    session, _ = session.record_run(_run(0.3), propose=True)
    assert session.states[1].is_out
    assert _told(session.undo()[0].redo()[0]) == _told(session)
    session, _ = session.undo()
    assert not session.states[1].is_out
    session, _ = session.undo()
    assert not session.states[1].keypoints.is_reviewed.any()


def test_imported_times_stand_against_a_run_and_come_back_when_the_path_is_undone() -> None:
    session, _ = _start(Basis.IMPORTED).record_run(_run(0.3), propose=False)
    assert _told(session) == _told(_start(Basis.IMPORTED))
    path = session.runs[1][1].keypoints
    keypoints = session.states[1].keypoints.with_proposal(path)
    session, _ = session.edit(1, keypoints, "Take path", proposal=Proposal(Basis.PATH, path))
    assert session.states[1].keypoints.time_1_s[0] == 0.3
    assert _told(session.undo()[0]) == _told(_start(Basis.IMPORTED))


def test_an_edit_after_an_undo_ends_what_could_be_redone() -> None:
    session = _moved(_moved(_start(), 0, 0.8), 1, 1.8).undo()[0]
    session = _moved(session, 2, 2.8)
    assert [step.number for step in session.done] == [1, 3]
    with pytest.raises(ValueError, match="nothing to redo"):
        session.redo()


def test_keypoints_of_another_recording_are_refused() -> None:
    session = _start()
    other = machine_keypoints(TIME_0_S + 0.1, TIME_0_S)
    with pytest.raises(ValueError, match="other keypoints"):
        session.edit(1, other, "Move")
