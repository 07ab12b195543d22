"""Confidence rises with certainty, and never promises too much."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.align import calibration
from core.align.calibration import (
    MOST_CONFIDENT,
    MOST_UNSURE,
    Calibration,
    calibration_of,
    shipped_calibration,
)
from core.align.claims.confidence import in_digits, whole_percent

MASS = np.linspace(0.0, 1.0, 201)


def claimed(
    of: Calibration, related: float, margin: float | None = None, *, is_blind: bool = False
) -> np.ndarray:
    """Claims for every mass, at a clear match or 20 s away from one."""
    rows = len(MASS)
    near_s = np.full(rows, 20.0 * is_blind)
    return of.confidence(MASS, np.full(rows, related), near_s, np.full(rows, is_blind), margin)


@pytest.mark.parametrize("is_blind", [False, True])
@pytest.mark.parametrize("margin", [None, 0.5, 3.5])
@pytest.mark.parametrize("evidence", ["spectral", "compact"])
def test_confidence_rises_with_mass_and_with_log_evidence(evidence, margin, is_blind):
    of = shipped_calibration(evidence)
    rows = [
        claimed(of, of.related(nats), margin, is_blind=is_blind)
        for nats in (-20.0, 0.0, 5.0, 50.0, 5000.0)
    ]
    assert (np.diff(rows, axis=0) >= 0).all()
    assert (np.diff(rows, axis=1) >= 0).all()
    assert np.min(rows) >= 0
    assert np.max(rows) <= MOST_CONFIDENT


@pytest.mark.parametrize("evidence", ["spectral", "compact"])
def test_thin_grounds_are_never_claimed_to_be_sure(evidence):
    of = shipped_calibration(evidence)
    assert claimed(of, 1.0).max() == MOST_CONFIDENT
    assert claimed(of, 1.0, 4.0).max() <= MOST_UNSURE
    assert claimed(of, 1.0, is_blind=True).max() <= MOST_UNSURE


def test_the_less_well_the_other_alignment_fits_the_more_is_claimed():
    of = shipped_calibration("compact")
    claims = [claimed(of, 1.0, margin) for margin in (0.0, 1.0, 2.0, 3.0)]
    assert (np.diff(claims, axis=0) >= 0).all()
    assert claims[0][-1] < claims[-1][-1]


@pytest.mark.parametrize("evidence", ["spectral", "compact"])
def test_strangers_are_not_trusted_even_where_the_path_seems_likely(evidence):
    of = shipped_calibration(evidence)
    assert claimed(of, of.related(-5.0))[MASS <= 0.9].max() < 0.5


def test_a_calibration_of_an_earlier_version_has_one_curve_in_and_out_of_reach():
    table = shipped_calibration("compact").table
    del table["blind"]
    of = calibration_of(table, "compact")
    assert np.array_equal(of.blind.weights, of.alone.weights)
    assert claimed(of, 1.0, is_blind=True).max() <= MOST_UNSURE


def test_a_calibration_of_another_layout_is_not_taken_for_one(tmp_path: Path, monkeypatch):
    table = {"related_centre_nats": 0.0, "related_scale_nats": 4.0, "weights": [0, 1, 1, 0]}
    (tmp_path / "calibration.json").write_text(json.dumps(table), encoding="utf-8")
    monkeypatch.setattr(calibration.resources, "files", lambda _: tmp_path)
    with pytest.raises(KeyError):
        shipped_calibration.__wrapped__("spectral")


@pytest.mark.parametrize(
    ("confidence", "percent", "digits"),
    [
        (0.949, 94, "0.94"),
        (0.95, 95, "0.95"),
        (0.29, 29, "0.29"),
        (0.99, 99, "0.99"),
        (0, 0, "0.00"),
    ],
)
def test_a_confidence_below_a_limit_does_not_read_as_the_limit(confidence, percent, digits):
    assert whole_percent(confidence) == percent
    assert in_digits(confidence) == digits
