"""A calibration is fitted to recordings, not to keypoints."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

KEYPOINTS = 100


@pytest.fixture
def examples(bench):
    """Recordings right as often as their mass says, and flagged ones right half the time."""
    of, rng = bench("making.calibration_examples").Example, np.random.default_rng(0)
    made = []
    for number in range(120):
        is_aliased = number % 3 == 0
        mass = rng.uniform(0.02, 0.999, KEYPOINTS)
        right = np.full(KEYPOINTS, number % 2) if is_aliased else rng.random(KEYPOINTS) < mass
        blind = rng.random(KEYPOINTS) < 0.4
        row = (
            np.ones(KEYPOINTS),
            np.where(blind, 20.0, 0.0),
            np.ones(KEYPOINTS),
            np.full(KEYPOINTS, np.nan),
        )
        margin = 1.0 if is_aliased else np.nan
        kind = "stereotyped" if is_aliased else "aru"
        made.append(of(kind, f"{number}", 90.0, margin, mass, *row, blind, right.astype(bool)))
    return made


def test_a_bin_holds_keypoints_of_several_recordings(bench):
    fitting = bench("making.fit_calibration")
    recording = np.repeat(np.arange(80), KEYPOINTS)
    raw = recording / 100 + np.random.default_rng(0).uniform(0, 0.03, len(recording))
    parts = fitting.bins(raw, recording)
    assert len(parts) > 2
    assert np.array_equal(np.concatenate(parts), np.argsort(raw))
    for part in parts:
        count = np.bincount(recording[part])
        assert len(part) >= fitting.KEYPOINTS_A_BIN
        assert count.sum() / count.max() > fitting.RECORDINGS_A_BIN / 2
        assert np.count_nonzero(count) >= fitting.RECORDINGS_A_BIN


def test_two_recordings_that_happened_to_be_right_do_not_make_a_bin(bench):
    fitting = bench("making.fit_calibration")
    recording = np.repeat(np.arange(30), KEYPOINTS)
    raw = np.where(recording < 28, 0.3, 0.9) + np.arange(len(recording)) * 1e-6
    top = fitting.bins(raw, recording)[-1]
    assert len(np.unique(recording[top])) >= fitting.RECORDINGS_A_BIN


def test_keypoints_of_the_same_certainty_share_a_bin(bench):
    recording = np.repeat(np.arange(40), KEYPOINTS)
    parts = bench("making.fit_calibration").bins(np.full(len(recording), 0.8), recording)
    assert [len(part) for part in parts] == [len(recording)]


def test_what_is_fitted_claims_what_is_true_of_recordings_left_out(bench, examples):
    fitting = bench("making.fit_calibration")
    claims = fitting.cross_validated(examples, "compact", seed=0)
    alone = [index for index, one in enumerate(examples) if not one.is_aliased]
    for is_blind, most in ((False, 0.99), (True, 0.89)):
        there = [examples[index].is_blind == is_blind for index in alone]
        claimed = np.concatenate([claims[i][rows] for i, rows in zip(alone, there, strict=True)])
        masses = [examples[i].mass[rows] for i, rows in zip(alone, there, strict=True)]
        true = np.minimum(np.concatenate(masses), most)
        assert np.abs(claimed - true).mean() < 0.06
        assert claimed.max() <= most
    flagged = [claims[index].mean() for index, one in enumerate(examples) if one.is_aliased]
    assert np.ptp(flagged) < 0.3
    assert np.mean(flagged) == pytest.approx(0.5, abs=0.1)
    assert max(claim.max() for claim in claims) <= 0.99


def test_examples_are_read_as_they_were_written(bench, examples, tmp_path):
    kept = bench("making.calibration_examples")
    kept.save(tmp_path / "a.npz", examples)
    again = kept.load(tmp_path / "a.npz")
    assert [(one.kind, one.name, one.is_aliased) for one in again] == [
        (one.kind, one.name, one.is_aliased) for one in examples
    ]
    assert np.array_equal(again[7].mass, examples[7].mass)
    assert np.array_equal(again[7].right, examples[7].right)


def test_every_recording_has_a_seed_of_its_own_outside_the_benchmark(bench):
    kept = bench("making.calibration_examples")
    taken = [(first, first + count) for *_, first, count in kept.SCENES]
    taken += [(first, first + kept.UNRELATED) for first in kept.UNRELATED_SEEDS]
    assert all(end <= start for (_, end), (start, _) in pairwise([*taken, (7000, 7000)]))
    assert 4000 <= kept.TROUBLED_SEED < 5000


def test_a_short_recording_becomes_an_example(bench, monkeypatch):
    kept = bench("making.calibration_examples")
    monkeypatch.setattr(kept, "SCENE_S", 20.0)
    case = next(case for case in kept.simulated() if case.kind == "aru")
    one = kept.solved("spectral", case)
    assert len(one.mass) == len(one.right) == len(one.is_blind)
    assert one.right.mean() > 0.9
    assert not one.is_aliased
