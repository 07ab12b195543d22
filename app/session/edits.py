"""How edits change a recording's keypoints, and what the undo menu calls them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.base.evidence_words import opinion
from app.session.entries import Entry
from core.align.rankings import Ranking
from core.keypoints import KeypointSet, ReviewState, machine_keypoints
from core.known_map import off_the_ends
from core.session import Step
from core.time_map import TimeMap

SEEN_S = 0.0005
"""A move that the millisecond on the screen shows."""
_SEEN_CONFIDENCE = 0.005
"""A change that the two digits on the screen show."""

_DONE_TO = {
    ReviewState.ACCEPTED: "Accept",
    ReviewState.CORRECTED: "Pin",
    ReviewState.UNALIGNABLE: "Set aside",
    ReviewState.UNREVIEWED: "Release",
}


def moved_visibly(before: KeypointSet, after: KeypointSet) -> NDArray[np.intp]:
    """Which of the same keypoints, by index, stand elsewhere."""
    return np.flatnonzero(np.abs(after.time_1_s - before.time_1_s) >= SEEN_S)


def differ_in_confidence(before: KeypointSet, after: KeypointSet) -> bool:
    """Whether any of the same keypoints is visibly more or less certain, or newly has a number."""
    was_known, is_known = np.isfinite(before.confidence), np.isfinite(after.confidence)
    changed = np.abs(after.confidence - before.confidence) >= _SEEN_CONFIDENCE
    return bool(np.any(changed | (was_known != is_known)))


def edit_label(indices: Sequence[int], state: ReviewState) -> str:
    """A review of keypoints, for the undo menu."""
    what = f"keypoint {indices[0] + 1}" if len(indices) == 1 else f"{len(indices)} keypoints"
    return f"{_DONE_TO[state]} {what}"


def released(entry: Entry, indices: Sequence[int]) -> KeypointSet:
    """The keypoints with the decisions on some of them taken back."""
    free = entry.keypoints.review(indices, ReviewState.UNREVIEWED)
    others = (ReviewState.ACCEPTED,) * len(free)
    only = replace(free, state=others).review(indices, ReviewState.UNREVIEWED)
    return replace(only.with_proposal(entry.proposal), state=free.state)


def line_of(entry: Entry, ranking: Ranking, rank: int) -> KeypointSet | None:
    """The keypoints on a candidate's line, rank 0 is the best; None if there is none."""
    if not 0 <= rank < len(ranking.candidates):
        return None
    best = ranking.candidates.ranked(rank + 1)
    time_0_s = entry.keypoints.time_0_s
    time_1_s = best.time_map(rank).to_channel_1(time_0_s)
    end_s = entry.recording.channels[1].duration_s
    words = f"from linear candidate {rank + 1} by {opinion(ranking)}, not from the path"
    return machine_keypoints(
        time_0_s, np.clip(time_1_s, 0.0, end_s), reason=(words,) * len(time_0_s)
    )


def table_times(stands: Entry, opened: Entry) -> KeypointSet | None:
    """The times of a table that was opened for a recording; None if it has other keypoints."""
    time_0_s = stands.keypoints.time_0_s
    if opened.imported is None or not np.array_equal(time_0_s, opened.keypoints.time_0_s):
        return None
    return machine_keypoints(time_0_s, opened.keypoints.time_1_s)


def middle_of(step: Step) -> int:
    """The keypoint that a step was about: of those a person decided on, the middle one."""
    edit = step.edit
    states = zip(edit.position, edit.before.state, edit.after.state, strict=True)
    about = [int(p) for p, *pair in states if pair != [ReviewState.UNREVIEWED] * 2]
    about = about or edit.position.tolist()
    return about[len(about) // 2]


@lru_cache(maxsize=2)
def time_map_of(keypoints: KeypointSet, duration_1_s: float) -> TimeMap:
    """The map through keypoints inside of channel 1; several views ask for the same."""
    return off_the_ends(keypoints, duration_1_s).time_map()
