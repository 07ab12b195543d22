"""An aligner that knows the answer, so that the window can be tested without the real one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from app.session.alignment_results import AlignmentResults
from app.session.entries import Entry
from core.align.alignment import Alias, Alignment, Progress
from core.align.path import OffsetPath, Refinement
from core.align.rankings import RankedBy, Ranking
from core.align.scores import CandidateScores, PredictionScores
from core.audio.channels import ChannelSource
from core.audio.recording import Recording
from core.evidence.surface import ScoreSurface
from core.keypoints import machine_keypoints
from core.session import FileStamp, Provenance, RecordingState, SessionRecording
from core.time_map import TimeMap

STEP_S = 0.01
REACH_S = 1.0


def curve_s(time_0_s: np.ndarray) -> np.ndarray:
    """The offset that the fake finds, seconds."""
    return 0.2 + 0.002 * time_0_s + 0.05 * np.sin(time_0_s / 7)


def fake_alignment(
    time_0_s: np.ndarray, offset_s: np.ndarray | None = None, alias: Alias | None = None
) -> Alignment:
    """An alignment that follows a known curve, unsure of every tenth second.

    As the real aligner's, its evidence lies on rows a second apart from the recording's start,
    wherever the keypoints are.
    """
    rng = np.random.default_rng(3)
    rows_s = np.arange(np.median(np.mod(time_0_s, 1.0)), time_0_s[-1] + 1.0)
    count = len(rows_s)
    truth_s = curve_s(rows_s) if offset_s is None else np.interp(rows_s, time_0_s, offset_s)
    columns = round(2 * REACH_S / STEP_S) + 1
    grid_s = -REACH_S + STEP_S * np.arange(columns)
    unsure = rows_s.astype(int) % 10 == 7
    width_s = np.where(unsure, 0.06, 0.015)
    ridge = np.exp(-0.5 * ((grid_s - truth_s[:, None]) / width_s[:, None]) ** 2)
    score = 4 * ridge * np.where(unsure, 0.4, 1.0)[:, None]
    score += rng.gamma(1.0, 0.4, (count, columns)) - 0.4
    posterior = np.where(ridge > 1e-4, ridge, 0).astype(np.float32)
    posterior /= np.maximum(posterior.sum(axis=1, keepdims=True), 1e-9)
    confidence = np.where(unsure, 0.61, 0.99)
    surface = ScoreSurface(rows_s, np.full(count, -REACH_S), STEP_S, score.astype(np.float32))
    rows = surface.nearest_rows(time_0_s)
    time_1_s = time_0_s + (curve_s(time_0_s) if offset_s is None else offset_s)
    reasons = tuple(
        "two offsets 0.12 s apart are about equally likely" if u else "one clear peak"
        for u in unsure[rows]
    )
    return Alignment(
        keypoints=machine_keypoints(time_0_s, np.maximum(time_1_s, 0), confidence[rows], reasons),
        time_map=TimeMap.from_keypoints(time_0_s, time_1_s),
        path=OffsetPath(truth_s, truth_s - 2 * width_s, truth_s + 2 * width_s),
        surface=surface,
        posterior=posterior,
        candidates=fake_candidates(20),
        alias=alias,
        needs_review=bool(unsure.any()),
        warnings=(),
        tolerance_s=0.05,
        log_evidence=50.0,
        related=np.ones(count),
        duration_1_s=float(time_0_s[-1]) + 10.0,
        refinement=Refinement.none(count),
    )


def fake_candidates(count: int, first: int = 0) -> CandidateScores:
    """Linear candidates, the best one near the middle of the fake's curve."""
    rank = np.arange(first, first + count)
    offset_s = 0.2 + 0.03 * ((rank + 1) // 2) * (-1.0) ** rank
    parts = [1.0 / (1 + rank), 0.8 / (1 + rank), 20.0 / (1 + rank), 0.2 / (1 + rank)]
    scores = PredictionScores(*parts, np.maximum(100 - 4 * rank, 0), np.full(count, 100))
    return CandidateScores(offset_s, 2000.0 - 300.0 * rank, scores)


def fake_ranking(
    count: int, first: int = 0, by: RankedBy = RankedBy.EVIDENCE, model: str = ""
) -> Ranking:
    """A batch of lines in some opinion."""
    return Ranking(by, model, fake_candidates(count, first))


def fake_steps(recording: Recording, time_0_s: np.ndarray, **_: object) -> Iterator[object]:
    """Steps as the real aligner takes them."""
    alignment = fake_alignment(time_0_s)
    yield Progress("reading audio", 0.1)
    yield alignment.surface
    for first in range(0, 20, 5):
        yield Progress("ranking candidates", 0.4 + first / 50)
        yield fake_ranking(5, first)
    yield Progress("decoding the path", 0.9)
    yield alignment


class Stepwise:
    """An aligner that waits before every batch of lines until it is let on.

    Parameters
    ----------
    steps : callable
        All of its steps, from the keypoints on channel 0.
    """

    def __init__(self, steps: Callable[[np.ndarray], Iterable[object]]) -> None:
        self._steps = steps
        self.batches = 0
        self.released = threading.Semaphore(0)

    def __call__(
        self, _recording: Recording, time_0_s: np.ndarray, **_: object
    ) -> Iterator[object]:
        for step in self._steps(time_0_s):
            if isinstance(step, Ranking):
                assert self.released.acquire(timeout=20)
                self.batches += 1
            yield step


def failing_steps(error: Exception) -> Callable[..., Iterator[object]]:
    """An aligner that fails after its first step."""

    def steps(recording: Recording, time_0_s: np.ndarray, **_: object) -> Iterator[object]:
        yield Progress("reading audio", 0.1)
        raise error

    return steps


def fake_entry(name: str = "a.wav", duration_s: float = 20.0) -> Entry:
    """A recording without audio, not aligned yet."""
    sources = tuple(ChannelSource(Path(name), c, 100, round(100 * duration_s), 2) for c in (0, 1))
    stamp = FileStamp(0, 0)
    known = SessionRecording(Recording(name, sources), f"print of {name}", (stamp, stamp), Path())
    time_s = np.arange(0.0, duration_s)
    return Entry(known, RecordingState.new(machine_keypoints(time_s, time_s)))


def aligned_entry(name: str = "a.wav", duration_s: float = 20.0) -> Entry:
    """A recording without audio, with the keypoints and the evidence that the fake finds."""
    entry = fake_entry(name, duration_s)
    found = fake_alignment(entry.keypoints.time_0_s)
    state = RecordingState.new(found.keypoints)
    return replace(entry, state=state, evidence=AlignmentResults(machine=found, alignment=found))


def fake_provenance(evidence: str = "fake") -> Provenance:
    """What made a fake alignment."""
    return Provenance(datetime.now(UTC), 0.1, "0", evidence, "none", "cpu", {})
