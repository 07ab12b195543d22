import numpy as np
import pytest

from core.evidence.peaks import peak_offsets, peak_to_snap_to
from core.evidence.surface import ScoreSurface

GRID_S = np.arange(-1.0, 1.0, 0.01)
ANYWHERE_S = np.array([[-1.0, 1.0]])


def surface(*bumps: tuple[float, float]) -> ScoreSurface:
    """One row with bumps of (offset in seconds, height), 30 ms wide, and a little noise."""
    noise = np.random.default_rng(2).normal(scale=0.05, size=len(GRID_S))
    row = sum(height * np.exp(-0.5 * ((GRID_S - at_s) / 0.03) ** 2) for at_s, height in bumps)
    return ScoreSurface(
        np.zeros(1), GRID_S[:1], 0.01, np.asarray(row + noise, dtype=np.float32)[None]
    )


def test_only_what_stands_out_is_a_peak() -> None:
    found = peak_offsets(surface((0.3, 4.0), (-0.2, 3.0), (0.7, 1.0)), 0)
    assert np.all((np.abs(found - 0.3) < 0.02) | (np.abs(found + 0.2) < 0.03))
    assert found[0] == pytest.approx(0.3, abs=0.012)


def test_peaks_lie_between_the_steps_of_the_grid() -> None:
    row = 4 - ((GRID_S - 0.2534) / 0.1) ** 2
    smooth = ScoreSurface(np.zeros(1), GRID_S[:1], 0.01, row.astype(np.float32)[None])
    assert peak_offsets(smooth, 0)[0] == pytest.approx(0.2534, abs=2e-4)


def test_snapping_goes_to_the_nearest_peak_and_on_to_the_highest_other() -> None:
    smooth = ScoreSurface(
        np.zeros(1),
        GRID_S[:1],
        0.01,
        sum(
            h * np.exp(-0.5 * ((GRID_S - at) / 0.03) ** 2)
            for at, h in ((0.3, 4.0), (-0.2, 3.0), (0.5, 2.5))
        ).astype(np.float32)[None],
    )
    assert peak_to_snap_to(smooth, 0, -0.1, ANYWHERE_S) == pytest.approx(-0.2, abs=0.005)
    assert peak_to_snap_to(smooth, 0, -0.2, ANYWHERE_S) == pytest.approx(0.3, abs=0.005)
    assert peak_to_snap_to(smooth, 0, 0.3, ANYWHERE_S) == pytest.approx(-0.2, abs=0.005)


def test_a_row_without_evidence_has_no_peak() -> None:
    silent = ScoreSurface(np.zeros(1), np.zeros(1), 0.01, np.zeros((1, 50), dtype=np.float32))
    assert peak_to_snap_to(silent, 0, 0.1, ANYWHERE_S) is None


def test_a_lonely_peak_is_snapped_to_again() -> None:
    row = np.exp(-0.5 * ((GRID_S - 0.1) / 0.03) ** 2).astype(np.float32)[None]
    lonely = ScoreSurface(np.zeros(1), GRID_S[:1], 0.01, row)
    assert peak_to_snap_to(lonely, 0, 0.1, ANYWHERE_S) == pytest.approx(0.1, abs=0.005)


def test_a_peak_out_of_reach_is_not_snapped_to() -> None:
    row = sum(h * np.exp(-0.5 * ((GRID_S - at) / 0.03) ** 2) for at, h in ((0.1, 3.0), (-0.7, 4.0)))
    two = ScoreSurface(np.zeros(1), GRID_S[:1], 0.01, np.asarray(row, dtype=np.float32)[None])
    near_s = np.array([[0.05, 0.15]])
    assert peak_to_snap_to(two, 0, 0.1, near_s) == pytest.approx(0.1, abs=0.005)
    assert peak_to_snap_to(two, 0, 0.3, np.array([[0.25, 0.35]])) is None
    both_s = np.array([[0.05, 0.15], [-0.8, -0.6]])
    assert peak_to_snap_to(two, 0, 0.1, both_s) == pytest.approx(-0.7, abs=0.005)
