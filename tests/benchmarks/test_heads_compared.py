from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (extra: nets)")


def test_the_place_of_the_true_clip_is_among_those_that_are_not_true(bench):
    from core.nets.table import PairTable

    time_1_s = np.array([1.0, 1.0, 1.03])
    odds = np.tile(np.linspace(0, 1, 21), (3, 1)).astype(np.float32)
    odds[0, 10], odds[1, 11] = 2.0, 0.96
    odds[2, :5] = np.nan
    found = PairTable(time_1_s, np.zeros(3, dtype=np.int64), 0.1, odds)
    places = bench("nets.heads_compared").places_of_truth(found, time_1_s)
    # the true clips are 0.9, 1.0 and 1.1; in the last row 1.1, with eight above it
    assert places.tolist() == [1, 2, 10]
