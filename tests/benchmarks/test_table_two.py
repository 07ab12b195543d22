"""Tables of published systems: the right line is chosen, and errors are the challenge's."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")


def test_the_published_scores_find_a_line_that_all_keypoints_agree_on(bench) -> None:
    from core.nets.table import PairTable

    forms = bench("published.table_two_forms")
    time_0_s = np.arange(40.0)
    first = np.rint(time_0_s / 0.1).astype(np.int64) - 50
    prediction = np.full((40, 101), -4.0, dtype=np.float32)
    prediction[:, 70] = 4.0
    outside = (first[:, None] + np.arange(101) < 0) | (first[:, None] + np.arange(101) > 400)
    prediction[outside] = np.nan
    table = PairTable(time_0_s, first, 0.1, prediction)
    found = forms.chosen_times(table, (40.0, 40.0), forms.FINE_AXIS)
    inside = time_0_s + 2.0 <= 40.0
    for name in ("binary count", "Eq. 2 as published", "Eq. 2 normalised"):
        assert np.allclose((found[name] - time_0_s)[inside], 2.0, atol=0.11), name
        assert found[name].max() <= 40.0


def test_no_training_seed_is_kept_for_measuring(bench) -> None:
    sets = bench("published.table_two_sets")
    seeds = {s for of in sets.SEEDS.values() for part in of.values() for s in part}
    assert all(not 7000 <= seed <= 7999 for seed in seeds | {sets.DRIFT_SEED, sets.DRIFT_SEED + 1})
    train, val = (
        {s for part in sets.SEEDS[name].values() for s in part} for name in ("train", "val")
    )
    assert not train & val


def test_rows_are_scored_by_the_challenges_rules(bench, tmp_path) -> None:
    from core.keypoints import machine_keypoints

    two, sets = bench("published.table_two"), bench("published.table_two_sets")
    truth = machine_keypoints(np.arange(4.0), np.arange(4.0) + 0.5)
    jobs = tuple((tmp_path / name, truth) for name in ("a.wav", "b.wav"))
    column = sets.Column("two", heard=False, jobs=jobs)
    rows = two.measured([column], lambda job: {"no sync": job[1].time_0_s})
    assert rows["no sync"]["two"] == {"mse_s2": 0.25, "mae_ms": 500.0}
    assert two.page(rows, ["two"]).count("| no sync | 0.250 |") == 1
