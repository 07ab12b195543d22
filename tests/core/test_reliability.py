"""Calibration errors of counts that are known."""

from __future__ import annotations

import numpy as np
import pytest

from core.reliability import Tally, adaptive_error


def test_calibration_error_of_known_counts() -> None:
    confidence = np.array([0.95, 0.95, 0.95, 0.95, 0.55, 0.55])
    half = Tally.of(confidence, np.array([True, True, True, False, True, False]))
    assert half.expected_error == pytest.approx((4 * 0.2 + 2 * 0.05) / 6)
    assert (half.sure, half.sure_right) == (4, 3)
    both = Tally.total([half, half])
    assert both.keypoints == 12
    assert both.expected_error == pytest.approx(half.expected_error)


def test_calibration_error_in_bins_of_equal_count() -> None:
    confidence = np.repeat([0.991, 0.999], 500)
    is_right = np.repeat([False, True], 500)
    # Ten bins of equal width put both halves into one, where they nearly cancel out.
    assert adaptive_error(confidence, is_right) == pytest.approx((0.991 + 0.001) / 2, abs=1e-6)
    assert adaptive_error(np.empty(0), np.empty(0, dtype=bool)) == 0
