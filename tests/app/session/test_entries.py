"""What an entry says of its recording follows what is left to review."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import aligned_entry, fake_entry

from app.session.entries import Entry
from core.keypoints import KeypointSet, ReviewState
from core.session import Basis, Proposal


def put(entry: Entry, keypoints: KeypointSet) -> Entry:
    return replace(entry, state=replace(entry.state, keypoints=keypoints))


def test_deciding_on_what_is_certain_does_not_hide_what_is_not() -> None:
    entry = aligned_entry(duration_s=60.0)
    doubt = np.where(np.arange(60) % 3 == 0, 0.7, 0.99)
    entry = put(entry, replace(entry.keypoints, confidence=doubt))
    assert entry.concerns == ("the mean confidence is only 0.89",)
    certain = [i for i in range(60) if i % 3]
    # The aligner, led through decisions, believes these; its mean rises above the limit.
    led = replace(entry.alignment, needs_review=False)
    decided = put(entry, entry.keypoints.review(certain, ReviewState.ACCEPTED))
    decided = replace(decided, evidence=replace(entry.evidence, alignment=led))
    assert decided.open_confidence == pytest.approx(0.7)
    assert decided.concerns == ("the mean confidence of what is left is only 0.70",)
    rest = [i for i in range(60) if i % 3 == 0]
    done = put(decided, decided.keypoints.review(rest, ReviewState.ACCEPTED))
    assert done.concerns == ()


def test_where_keypoints_say_nothing_the_aligner_does() -> None:
    entry = aligned_entry()
    silent = replace(entry.keypoints, confidence=np.full(20, np.nan))
    state = replace(entry.state, keypoints=silent, proposal=Proposal(Basis.IMPORTED, silent))
    low = replace(entry.alignment, needs_review=True)
    imported = replace(entry, state=state, evidence=replace(entry.evidence, alignment=low))
    assert imported.concerns == (f"the mean confidence is only {low.mean_confidence:.2f}",)


def test_only_what_nothing_has_set_is_unset() -> None:
    entry = fake_entry()
    assert entry.is_unset.all()
    assert not aligned_entry().is_unset.any()
    moved = put(entry, entry.keypoints.move(3, 3.0))
    assert list(np.flatnonzero(~moved.is_unset)) == [3], "a person says that 3.0 s is right"
