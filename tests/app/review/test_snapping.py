"""Snapping takes the evidence of the keypoint's own second, and moves nothing far unasked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import curve_s, fake_alignment, fake_entry, fake_provenance
from finding import nth
from pytestqt.qtbot import QtBot

from app.base.time_view import TimeView
from app.review.review import Review
from app.review.review_queue import ReviewQueue
from app.session.session_model import SessionModel
from app.views.panels.score_curve import ScoreCurve
from core.align.alignment import Alignment
from core.align.limits import CERTAIN
from core.align.path import OffsetPath
from core.keypoints import ReviewState, machine_keypoints
from core.session import RecordingState


class Reviewer:
    """A reviewer of one recording of a minute, and what they are told."""

    def __init__(self, time_0_s: np.ndarray) -> None:
        self.session = SessionModel()
        entry = fake_entry(duration_s=60.0)
        keypoints = machine_keypoints(time_0_s, time_0_s)
        self.session.add([replace(entry, state=RecordingState.new(keypoints))])
        self.review = Review(self.session, TimeView(), ReviewQueue(self.session))
        self.said: list[str] = []
        self.review.message_posted.connect(lambda message: self.said.append(message.text))

    def align(self, alignment: Alignment) -> None:
        self.session.set_alignment(nth(self.session, 0), alignment, fake_provenance())

    @property
    def offset_s(self) -> float:
        return float(self.session.keypoints.offset_s[self.session.selection.keypoint])


def with_peaks(alignment: Alignment, at_s: tuple[float, ...], half_band_s: float) -> Alignment:
    """The alignment with these peaks in every row, relative to its path, and so wide a band."""
    surface, path = alignment.surface, alignment.path
    grid_s = surface.first_offset_s[:, None] + surface.step_s * np.arange(surface.score.shape[1])
    away_s = grid_s - path.offset_s[:, None]
    score = sum(np.exp(-0.5 * ((away_s - peak_s) / 0.02) ** 2) for peak_s in at_s)
    return replace(
        alignment,
        surface=replace(surface, score=np.asarray(4 * score, dtype=np.float32)),
        path=OffsetPath(path.offset_s, path.offset_s - half_band_s, path.offset_s + half_band_s),
    )


@pytest.mark.parametrize(
    "time_0_s",
    [np.arange(20.0, 50.0), np.arange(0.0, 40.0, 0.5), np.arange(20.3, 50.0, 0.5)],
    ids=["from 20 s on", "half seconds", "off the grid"],
)
def test_a_right_keypoint_stays_where_it_is(qapp, time_0_s: np.ndarray) -> None:
    reviewer = Reviewer(time_0_s)
    reviewer.align(with_peaks(fake_alignment(time_0_s), (0.0, 0.955), half_band_s=0.02))
    sure = np.flatnonzero(reviewer.session.keypoints.confidence >= CERTAIN)
    assert len(sure) > 20
    stood_s = reviewer.session.keypoints.offset_s
    for index in sure:
        reviewer.review.go_to(int(index))
        reviewer.review.snap()
    stands_s = reviewer.session.keypoints.offset_s
    assert reviewer.session.keypoints.state.count(ReviewState.CORRECTED) == len(sure)
    np.testing.assert_allclose(stands_s[sure], stood_s[sure], atol=0.010)


def test_a_peak_outside_the_paths_band_is_left_alone(qapp) -> None:
    time_0_s = np.arange(0.0, 20.0)
    reviewer = Reviewer(time_0_s)
    reviewer.align(with_peaks(fake_alignment(time_0_s), (0.4,), half_band_s=0.01))
    reviewer.review.go_to(5)
    before_s = reviewer.offset_s
    reviewer.review.snap()
    reviewer.review.snap()
    assert reviewer.offset_s == before_s
    assert "no peak of the score near" in reviewer.said[-1]
    reviewer.review.nudge(390)
    reviewer.review.snap()
    assert reviewer.offset_s == pytest.approx(before_s + 0.4, abs=0.005)


def test_a_long_way_is_gone_only_when_asked_twice(qapp, qtbot: QtBot) -> None:
    time_0_s = np.arange(0.0, 20.0)
    reviewer = Reviewer(time_0_s)
    reviewer.align(with_peaks(fake_alignment(time_0_s), (0.12,), half_band_s=0.2))
    curve = ScoreCurve(reviewer.session)
    qtbot.addWidget(curve)
    reviewer.review.go_to(5)
    before_s = reviewer.offset_s
    reviewer.review.snap()
    assert reviewer.offset_s == before_s
    assert reviewer.said[-1] == "The peak is +120 ms away; snap again to move there."
    assert curve.peak_text == "peak +120 ms (S)"
    reviewer.review.go_to(6)
    reviewer.review.snap()
    reviewer.review.go_to(5)
    reviewer.review.snap()
    assert reviewer.offset_s == before_s
    reviewer.review.snap()
    assert reviewer.offset_s == pytest.approx(before_s + 0.12, abs=0.005)


def test_where_nothing_was_compared_there_is_no_curve_and_no_peak(qapp, qtbot: QtBot) -> None:
    time_0_s = np.arange(0.0, 20.0)
    reviewer = Reviewer(np.append(time_0_s, 40.0))
    curve = ScoreCurve(reviewer.session)
    qtbot.addWidget(curve)
    evidence = reviewer.session.entries[0].evidence.with_surface(fake_alignment(time_0_s).surface)
    reviewer.session.set_evidence(nth(reviewer.session, 0), evidence)
    reviewer.review.go_to(4)
    reviewer.session.move_keypoint(4, 4 + float(curve_s(np.array(4.0))))
    assert curve.peak_text
    reviewer.review.go_to(20)
    before_s = reviewer.offset_s
    reviewer.review.snap()
    assert reviewer.offset_s == before_s
    assert reviewer.said[-1].startswith("This keypoint lies where the channels were not compared")
    assert not curve.peak_text


def test_before_any_run_snapping_says_what_is_missing(qapp) -> None:
    reviewer = Reviewer(np.arange(0.0, 20.0))
    reviewer.review.snap()
    assert "when the recording is aligned" in reviewer.said[-1]
