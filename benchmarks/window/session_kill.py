"""Kill a process that edits a session, again and again; nothing acknowledged may be lost.

A child process makes scripted random edits and says so after each commit; the parent kills it
(SIGKILL, or what Windows has) at a random moment, opens the file again and compares all of it
with what the same script makes in memory. ``python -m benchmarks.window.session_kill --times 200``
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.common.places import REPOSITORY
from core.align.alignment import Alias
from core.align.path import OffsetPath
from core.align.rankings import RankedBy
from core.audio.channels import ChannelSource
from core.audio.recording import Recording
from core.errors import InputError
from core.keypoints import KeypointSet, ReviewState, machine_keypoints
from core.session import (
    Basis,
    Change,
    FileStamp,
    Proposal,
    Provenance,
    RankedCandidate,
    RecordingState,
    Run,
    Session,
    SessionFile,
    SessionRecording,
    ViewState,
)
from core.session import Step as HistoryStep
from core.session.edits.state import Rows
from core.sync_points import SyncPoints

RECORDINGS = 3
KEYPOINTS = 115
LONGEST_S = 0.4
"""How long after its start a child is killed at the latest."""
ROUNDS_A_FILE = 20
TIMED_KEYPOINTS = 3600
TIMED_COMMITS = 500

Step = tuple[Session, Change]


def new_session(recordings: int = RECORDINGS, keypoints: int = KEYPOINTS) -> Step:
    """Recordings that nobody has reviewed; there is no audio behind them."""
    time_0_s = np.arange(float(keypoints))
    return Session().add(
        (
            SessionRecording(
                Recording(f"{n}.wav", (_source(n, 0), _source(n, 1))),
                f"{n:032x}",
                (FileStamp(1000, n), FileStamp(1000, n)),
                Path(tempfile.gettempdir()),
            ),
            RecordingState.new(machine_keypoints(time_0_s, time_0_s + 0.5)),
        )
        for n in range(recordings)
    )


def _source(number: int, channel: int) -> ChannelSource:
    return ChannelSource(
        Path(tempfile.gettempdir()) / f"{number}.wav", channel, 48000, 48000 * 120, 2
    )


def script(session: Session, rng: np.random.Generator) -> Iterator[Step]:
    """Random edits, undos, redos and runs, without end; the same for the same seed."""
    ways = (
        *(_nudge, _decide, _follow, _take_line, _take_out, _run, _undo, _redo, _show),
        *(_put, _sync),
    )
    shares = (0.32, 0.25, 0.12, 0.02, 0.02, 0.02, 0.11, 0.08, 0.02, 0.03, 0.01)
    while True:
        way: Callable[[Session, np.random.Generator], Step] = ways[rng.choice(len(ways), p=shares)]
        session, change = way(session, rng)
        yield session, change


def content(session: Session) -> str:
    """Everything a session holds but the times of day, to compare."""
    return repr(
        (
            [_state(state) for state in session.states.values()],
            [(r.fingerprint, r.recording.name) for r in session.recordings.values()],
            [[_step(step) for step in steps] for steps in (session.done, session.undone)],
            [(key, number, _said(run)) for key, (number, run) in sorted(session.runs.items())],
            session.last_number,
            _shown(session),
        )
    )


def _shown(session: Session) -> ViewState | None:
    """What is on screen; no keypoint where it was taken away since, as a reader finds it."""
    shown = session.shown
    if shown is None or shown.keypoint < len(session.states[shown.recording].keypoints):
        return shown
    return replace(shown, keypoint=-1)


def _columns(of: KeypointSet | Rows) -> list[object]:
    return [of.time_1_s.tolist(), of.confidence.tolist(), of.state, of.source, of.reason]


def _state(state: RecordingState) -> object:
    times = state.keypoints.time_0_s.tolist(), state.keypoints.time_0_text
    proposal = _proposal(state.proposal)
    return times, _columns(state.keypoints), proposal, state.is_out, _pins(state.sync)


def _pins(sync: SyncPoints) -> object:
    numbers = (sync.time_0_s, sync.time_1_s, sync.uncertainty_s)
    return [column.tolist() for column in numbers], sync.kind


def _proposal(proposal: Proposal) -> object:
    return proposal.basis, _columns(proposal.keypoints)


def _step(step: HistoryStep) -> object:
    edit = step.edit
    proposals = [_proposal(proposal) for proposal in edit.proposals or ()]
    told = step.number, step.run, edit.recording, edit.text, edit.merge_key, edit.position.tolist()
    wholes = [
        (whole.keypoints.time_0_s.tolist(), _columns(whole.keypoints), _proposal(whole.proposal))
        for whole in edit.wholes or ()
    ]
    syncs = [_pins(sync) for sync in edit.syncs or ()]
    rest = proposals, edit.outs, wholes, syncs
    return told, _columns(edit.before), _columns(edit.after), rest


def _said(run: Run) -> object:
    path = [column.tolist() for column in (run.path_time_0_s, *run.path.columns())]
    rest = run.candidates, run.alias, run.needs_review, run.warnings, run.tolerance_s, run.made
    times = run.keypoints.time_0_s.tolist()
    return times, _columns(run.keypoints), path, rest, run.fingerprint


def _nudge(session: Session, rng: np.random.Generator) -> Step:
    # Often the same keypoint again, so that nudges merge.
    key, index = 1 + int(rng.integers(RECORDINGS)) // 2, int(rng.integers(4))
    keypoints = session.states[key].keypoints
    time_1_s = float(keypoints.time_1_s[index]) + 0.001
    text = f"Move keypoint {index + 1}"
    return session.edit(key, keypoints.move(index, time_1_s), text, f"nudge {index}")


def _decide(session: Session, rng: np.random.Generator) -> Step:
    key = 1 + int(rng.integers(RECORDINGS))
    index = int(rng.integers(len(session.states[key].keypoints)))
    state = list(ReviewState)[rng.integers(4)]
    keypoints = session.states[key].keypoints.review(index, state)
    return session.edit(key, keypoints, f"Set keypoint {index + 1} to {state}")


def _proposed(session: Session, key: int, rng: np.random.Generator, why: str) -> KeypointSet:
    time_0_s = session.states[key].keypoints.time_0_s
    offset_s = rng.normal(0.5, 0.01, len(time_0_s))
    return machine_keypoints(
        time_0_s, time_0_s + offset_s, rng.random(len(time_0_s)), (why,) * len(time_0_s)
    )


def _follow(session: Session, rng: np.random.Generator) -> Step:
    key = 1 + int(rng.integers(RECORDINGS))
    return session.follow(key, _proposed(session, key, rng, "followed"))


def _take_line(session: Session, rng: np.random.Generator) -> Step:
    key = 1 + int(rng.integers(RECORDINGS))
    line = _proposed(session, key, rng, "from linear candidate 1")
    keypoints = session.states[key].keypoints.with_proposal(line)
    return session.edit(key, keypoints, "Take candidate 1", proposal=Proposal(Basis.LINE, line))


def _take_out(session: Session, rng: np.random.Generator) -> Step:
    key = 1 + int(rng.integers(RECORDINGS))
    out = not session.states[key].is_out
    return session.set_excluded(
        key, is_excluded=out, text="Take the recording out" if out else "Bring it back"
    )


def _put(session: Session, rng: np.random.Generator) -> Step:
    key = 1 + int(rng.integers(RECORDINGS))
    keypoints = session.states[key].keypoints
    kept = np.ones(len(keypoints), dtype=bool)
    way = int(rng.integers(3))
    if way == 0:
        return session.put_keypoints(key, kept, rng.uniform(0, 100, 1), "Add a keypoint")
    if way == 1:
        kept[4 + int(rng.integers(len(keypoints) - 4))] = len(keypoints) < 50
        return session.put_keypoints(key, kept, np.empty(0), "Remove a keypoint")
    step_s = float(rng.choice([0.5, 1.0, 2.0]))
    kept = keypoints.is_reviewed
    return session.put_keypoints(key, kept, np.arange(0, 115, step_s), "Set the interval")


def _sync(session: Session, rng: np.random.Generator) -> Step:
    key, count = 1 + int(rng.integers(RECORDINGS)), int(rng.integers(4))
    time_s = np.cumsum(rng.uniform(0.1, 20, count))
    sync = SyncPoints(time_s, time_s + 0.5, rng.uniform(1e-4, 0.1, count), ("clap ü",) * count)
    return session.set_sync(key, sync, "Import sync points")


def _run(session: Session, rng: np.random.Generator) -> Step:
    key = 1 + int(rng.integers(RECORDINGS))
    said = _proposed(session, key, rng, "clear")
    offset_s = said.offset_s
    run = Run(
        key,
        Provenance(datetime(2026, 1, 1, tzinfo=UTC), 0.5, "1", "spectral", "none", "cpu", {}),
        said,
        said.time_0_s,
        OffsetPath(offset_s, offset_s - 0.01, offset_s + 0.01),
        (
            RankedCandidate(RankedBy.EVIDENCE, 0.5, 20.0, 3.0),
            RankedCandidate(RankedBy.MODEL, 0.4, 10.0, 2.0),
        ),
        Alias(0.76, 1.5),
        bool(rng.integers(2)),
        ("0.76 s later fits almost as well",),
        0.05,
        0.5,
        session.recordings[key].fingerprint,
    )
    return session.record_run(run, propose=bool(rng.integers(2)))


def _undo(session: Session, _: np.random.Generator) -> Step:
    return session.undo() if session.done else (session, Change())


def _redo(session: Session, _: np.random.Generator) -> Step:
    return session.redo() if session.undone else (session, Change())


def _show(session: Session, rng: np.random.Generator) -> Step:
    return session.show(ViewState(1 + int(rng.integers(RECORDINGS)), int(rng.integers(KEYPOINTS))))


@dataclass
class Tally:
    """What came of the kills."""

    kills: int = 0
    acknowledged: int = 0
    kept_unacknowledged: int = 0
    wrong: int = 0
    unreadable: int = 0
    problems: list[str] = field(default_factory=list)


def kill_often(folder: Path, times: int, seed: int = 0) -> Tally:
    """Let children edit sessions in `folder` and kill each at a random moment."""
    tally = Tally()
    moments = np.random.default_rng(seed)
    path = folder / "none.finchsync"
    for number in range(times):
        if number % ROUNDS_A_FILE == 0:
            path = folder / f"{number}.finchsync"
            with SessionFile.create(path) as file:
                file.commit(new_session()[1])
        with SessionFile.open(path) as file:
            before = file.read()
        commits = _commits_of_a_killed(path, number, float(moments.uniform(0, LONGEST_S)))
        tally.kills += 1
        tally.acknowledged += commits
        _judge(tally, path, before, number, commits)
    return tally


def _commits_of_a_killed(path: Path, seed: int, after_s: float) -> int:
    """Run a child until it is killed; how many commits it acknowledged."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.window.session_kill",
        "--child",
        str(path),
        str(seed),
    ]
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=REPOSITORY, env=os.environ | {"PYTHONPATH": ""}
    )
    assert child.stdout is not None
    with child:
        assert child.stdout.readline() == b"0\n", "the child did not start"
        time.sleep(after_s)
        child.kill()
        said = child.stdout.read()
    return said.count(b"\n")


def _judge(tally: Tally, path: Path, before: Session, seed: int, commits: int) -> None:
    try:
        with SessionFile.open(path) as file:
            found = content(file.read())
    except InputError as error:
        tally.unreadable += 1
        tally.problems.append(str(error))
        return
    steps = itertools.chain([before], (s for s, _ in script(before, np.random.default_rng(seed))))
    *_, acknowledged, next_one = itertools.islice(steps, commits + 2)
    if found == content(acknowledged):
        return
    if found == content(next_one):
        tally.kept_unacknowledged += 1
    else:
        tally.wrong += 1
        tally.problems.append(f"kill {seed}: not the session after {commits} commits")


def edit_until_killed(path: Path, seed: int) -> None:
    """What the child does."""
    os.write(1, b"0\n")
    with SessionFile.open(path) as file:
        steps = script(file.read(), np.random.default_rng(seed))
        for number, (_, change) in enumerate(steps, 1):
            file.commit(change)
            os.write(1, f"{number}\n".encode())


def commit_times_ms(folder: Path) -> np.ndarray:
    """How long one committed move takes in a recording of an hour, ms, shape (N,)."""
    session, change = new_session(1, TIMED_KEYPOINTS)
    times_s = []
    with SessionFile.create(folder / "timed.finchsync") as file:
        file.commit(change)
        for n in range(TIMED_COMMITS):
            moved = session.states[1].keypoints.move(n, n + 0.25)
            session, change = session.edit(1, moved, f"Move keypoint {n + 1}")
            started_s = time.perf_counter()
            file.commit(change)
            times_s.append(time.perf_counter() - started_s)
    return 1e3 * np.array(times_s)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.window.session_kill")
    parser.add_argument("--times", type=int, default=200, help="how many kills (200)")
    parser.add_argument("--child", nargs=2, metavar=("SESSION", "SEED"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        edit_until_killed(Path(arguments.child[0]), int(arguments.child[1]))
    from benchmarks.common import store
    from benchmarks.common.places import RESULTS

    with tempfile.TemporaryDirectory() as folder:
        tally = kill_often(Path(folder), arguments.times)
        times_ms = commit_times_ms(Path(folder))
    commit_ms = {f"p{p}": round(float(np.percentile(times_ms, p)), 3) for p in (50, 95, 100)}
    print(
        f"{tally.kills} kills, {tally.acknowledged} acknowledged changes: {tally.wrong} sessions "
        f"wrong, {tally.unreadable} unreadable, {tally.kept_unacknowledged} held one change more"
    )
    print(f"one commit: {commit_ms['p50']} ms, 95 % within {commit_ms['p95']} ms")
    print(*tally.problems, sep="\n")
    store.save(RESULTS, "session_kill", vars(tally) | {"commit_ms": commit_ms})
    return int(tally.wrong + tally.unreadable > 0)


if __name__ == "__main__":
    sys.exit(main())
