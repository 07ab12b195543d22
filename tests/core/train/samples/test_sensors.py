from __future__ import annotations

import numpy as np
import pytest

from core.train.recipe import recipe_of
from core.train.samples.draw import DrawOptions, epoch_batches
from core.train.samples.sensors import SensorChange
from tests.core.train.samples.test_samples import flat, recording

RATE_HZ = 16_000


def clips(count: int = 3, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    loud = np.repeat(rng.uniform(0.01, 0.3, (count, 10)), RATE_HZ // 10, axis=1)
    return (loud * rng.standard_normal((count, RATE_HZ))).astype(np.float32)


def test_a_change_comes_again_and_is_another_one_in_the_other_channel():
    start, heard = np.array([0, 1600, 5]), clips()
    change = SensorChange(3)
    again = change.applied(heard, 0, start)
    np.testing.assert_array_equal(change.applied(heard, 0, start), again)
    assert np.abs(change.applied(heard, 1, start) - again).max() > 1e-3
    one = change.applied(heard[1:2], 0, start[1:2])
    np.testing.assert_allclose(one[0], again[1], atol=1e-5)


def test_changes_range_from_next_to_nothing_to_as_much_noise_as_sound():
    """Levels of what was added, against the loudest tenth of each clip."""
    start, heard = np.arange(3), clips()
    loud = np.sort((heard.reshape(3, 10, -1) ** 2).mean(2), axis=1)[:, -1]
    below_db = []
    for seed in range(60):
        changed = SensorChange(seed).applied(heard, 0, start)
        assert np.isfinite(changed).all()
        quiet = np.sort((changed.reshape(3, 100, -1) ** 2).mean(2), axis=1)[:, 0]
        below_db.append(10 * np.log10(np.median(loud / quiet)))
    assert min(below_db) < 12
    assert max(below_db) > 25


def test_noise_is_not_in_common_and_silence_stays_finite():
    change = next(
        SensorChange(seed)
        for seed in range(99)
        if SensorChange(seed).applied(np.zeros((1, RATE_HZ), "f4"), 0, np.zeros(1, int)).any()
    )
    heard = np.repeat(clips(1), 2, axis=0)
    a, b = change.applied(heard, 0, np.array([0, 7]))
    noise = a - b
    assert noise.std() > 0
    silent = change.applied(np.zeros((1, RATE_HZ), "f4"), 0, np.zeros(1, int))
    assert np.isfinite(silent).all()
    assert np.abs(silent).max() < 1e-3


def test_changed_keypoints_have_few_variants_so_that_they_can_be_kept():
    files = [recording(40.0, seed=seed) for seed in range(2)]
    options = DrawOptions(stride=4, changes="sensors", augmented_share=1.0, variants=3)
    seen: dict[tuple[int, int], set[str]] = {}
    for epoch in range(20):
        for sample in flat(epoch_batches(files, options, 0, epoch)):
            seen.setdefault((sample.recording, sample.start_0), set()).add(sample.augmentation.key)
    assert max(map(len, seen.values())) == 3
    assert len(set.union(*seen.values())) > 2 * len(files)


def test_true_clips_of_ranking_heads_lie_about_the_truth_the_same_every_time():
    files = [recording(40.0)]
    options = recipe_of("place").draw
    first, second = (
        {s.start_0: s.start_1 for s in flat(epoch_batches(files, options, 0, epoch))}
        for epoch in (0, 20)
    )
    samples = flat(epoch_batches(files, options, 0, 0))
    away_s = [s.start_1[0] / RATE_HZ - s.time_1_s for s in samples]
    assert all(first[k] == second[k] for k in first.keys() & second.keys())
    assert 0 < np.abs(away_s).max() <= 0.05 + 1e-4


@pytest.mark.parametrize(("keypoints", "stride"), [(40, 1), (600, 2), (9000, 20)])
def test_every_keypoint_is_heard_where_there_are_few(keypoints, stride):
    files = [recording(keypoints / 2 + 4)]
    assert DrawOptions().strides_for(files).stride == stride
    assert DrawOptions(is_stride_fixed=True).strides_for(files).stride == 20
