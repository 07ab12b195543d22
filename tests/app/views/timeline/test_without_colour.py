"""What became of a keypoint can be told without seeing colours."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from PySide6.QtGui import QImage

from app.frame.main_window import MainWindow
from app.look.keypoint_style import LINES, Mark
from app.look.palette import DARK

DECIDED = {
    Mark.ACCEPTED: 2,
    Mark.CORRECTED: 3,
    Mark.UNALIGNABLE: 4,
}


def _bars(image: QImage) -> np.ndarray:
    """Where something is drawn, shape (height, width)."""
    ground = int(DARK.plot[1:], 16)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1) & 0xFFFFFF
    return pixels != ground


def test_bars_of_the_overview_differ_in_shape(opened: MainWindow) -> None:
    review = opened.review
    for mark, index in DECIDED.items():
        review.go_to(index)
        {
            Mark.ACCEPTED: review.accept,
            Mark.CORRECTED: lambda: review.nudge(100),
            Mark.UNALIGNABLE: review.unalignable,
        }[mark]()
    strip = opened.overview
    drawn = _bars(strip._draw_states())
    middles = (opened.session.keypoints.time_0_s / strip._view.duration_s * drawn.shape[1]).astype(
        int
    )
    bars = {mark: drawn[:, middles[index]] for mark, index in DECIDED.items()}
    assert all(bar.any() for bar in bars.values())
    for one, other in combinations(bars.values(), 2):
        assert not np.array_equal(one, other)


def test_links_of_what_wants_a_look_and_of_decisions_differ_in_their_lines() -> None:
    told_apart = (Mark.UNCERTAIN, Mark.ACCEPTED, Mark.CORRECTED, Mark.UNALIGNABLE)
    assert len({LINES[mark] for mark in told_apart}) == len(told_apart)
