"""Times from a table are doubted where they are far from what is heard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.align.agreement import compared
from core.align.alignment import Alignment
from tests.core.align.test_pins import machine


def _found() -> Alignment:
    time_s = np.arange(60.0)
    return machine(0.5 + 0.0 * time_s, time_s < 50)


def test_a_time_far_from_the_path_is_as_improbable_as_the_path_is_probable():
    found = _found()
    table = replace(found.keypoints, time_1_s=found.keypoints.time_1_s + 0.01)
    table = table.move(20, float(table.time_1_s[20]) - 0.3)
    said = compared(table, found)
    np.testing.assert_array_equal(said.time_1_s, table.time_1_s)
    near = np.arange(60) != 20
    np.testing.assert_array_equal(said.confidence[near], found.keypoints.confidence[near])
    assert said.confidence[20] < 0.05
    assert said.reason[20] == "0.29 s earlier than the path"


def test_where_nothing_is_claimed_nothing_is_said_of_the_table():
    found = _found()
    unknown = replace(found.keypoints, confidence=np.full(60, np.nan))
    said = compared(found.keypoints, replace(found, keypoints=unknown))
    assert np.isnan(said.confidence).all()
