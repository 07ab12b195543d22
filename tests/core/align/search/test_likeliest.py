"""The likeliest coarse paths, each apart from the others."""

import numpy as np

from core.align.search.likeliest import likeliest_paths


def evidence(peaks: dict[int, dict[int, float]], rows: int = 12) -> np.ndarray:
    """Nothing but peaks: row -> column -> nats."""
    score = np.zeros((rows, 600), dtype=np.float32)
    for row, of_row in peaks.items():
        for column, nats in of_row.items():
            score[row, column] = nats
    return score


def test_a_path_drifts_and_jumps_where_the_evidence_is_worth_it():
    drifting = {row: {100 + row: 6.0} for row in range(6)}
    there = {row: {300: 6.0} for row in range(6, 12)}
    (path, *_) = likeliest_paths(evidence(drifting | there), 50, 1)
    assert list(path[:6]) == list(range(100, 106))
    assert (path[7:] == 300).all()


def test_one_stretch_alone_is_no_jump():
    steady = {row: {100: 6.0} for row in range(12)}
    (path,) = likeliest_paths(evidence(steady | {5: {100: 0.0, 300: 9.0}}), 50, 3)
    assert (np.abs(path - 100) <= 2).all()


def test_a_rival_that_is_nearly_as_likely_is_told():
    both = {row: {100: 3.0, 400: 2.9} for row in range(4)}
    first, second, *_ = likeliest_paths(evidence(both), 50, 3)
    assert (np.abs(first[:4] - 100) <= 2).all()
    assert (np.abs(second[:4] - 400) <= 2).all()


def test_half_a_minute_before_a_restart_is_in_one_path_with_what_follows():
    """Four stretches of 3 nats are less than a jump costs: else each side is a path of its own."""
    before = {row: {100: 3.0} for row in range(4)}
    after = {row: {300: 3.0} for row in range(4, 12)}
    likeliest, *_, jumping = likeliest_paths(evidence(before | after), 50, 3)
    assert (np.abs(likeliest - 300) <= 8).all()
    assert (np.abs(jumping[:4] - 100) <= 2).all()
    assert (np.abs(jumping[4:] - 300) <= 2).all()
