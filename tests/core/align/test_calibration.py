"""Confidence rises with certainty, and never promises too much."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.align import calibration
from core.align.calibration import MOST_CONFIDENT, shipped_calibration
from core.align.claims.confidence import in_digits, whole_percent

MASS = np.linspace(0.0, 1.0, 201)


@pytest.mark.parametrize("margin", [None, 0.5, 3.5])
@pytest.mark.parametrize("evidence", ["spectral", "compact"])
def test_confidence_rises_with_mass_and_with_log_evidence(evidence, margin):
    of = shipped_calibration(evidence)
    rows = [
        of.confidence(MASS, np.full(len(MASS), related), np.zeros(len(MASS)), margin)
        for related in map(of.related, (-20.0, 0.0, 5.0, 50.0, 5000.0))
    ]
    assert (np.diff(rows, axis=0) >= 0).all()
    assert (np.diff(rows, axis=1) >= 0).all()
    assert np.min(rows) >= 0
    assert np.max(rows) <= MOST_CONFIDENT


@pytest.mark.parametrize("evidence", ["spectral", "compact"])
def test_a_second_alignment_about_as_good_is_never_claimed_to_be_sure(evidence):
    of = shipped_calibration(evidence)
    alone = of.confidence(MASS, np.ones(len(MASS)), np.zeros(len(MASS)))
    aliased = of.confidence(MASS, np.ones(len(MASS)), np.zeros(len(MASS)), 4.0)
    assert alone.max() == MOST_CONFIDENT
    assert aliased.max() < 0.9


def test_the_less_well_the_other_alignment_fits_the_more_is_claimed():
    of = shipped_calibration("compact")
    claims = [
        of.confidence(MASS, np.ones(len(MASS)), np.zeros(len(MASS)), margin)
        for margin in (0.0, 1.0, 2.0, 3.0)
    ]
    assert (np.diff(claims, axis=0) >= 0).all()
    assert claims[0][-1] < claims[-1][-1]


@pytest.mark.parametrize("evidence", ["spectral", "compact"])
def test_strangers_are_not_trusted_even_where_the_path_seems_likely(evidence):
    of = shipped_calibration(evidence)
    sure = of.confidence(np.array([0.5, 0.9]), np.full(2, of.related(-5.0)), np.zeros(2))
    assert sure.max() < 0.5


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
