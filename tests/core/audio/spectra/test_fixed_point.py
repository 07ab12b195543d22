from __future__ import annotations

import numpy as np

from core.audio.spectra.fixed_point import FixedPoint


def test_values_come_back_to_half_a_step():
    values = np.random.default_rng(1).uniform(-7.9, 7.9, (50, 3)).astype(np.float32)
    kept = FixedPoint.of(values, 1 / 4096)
    assert len(kept) == 50
    np.testing.assert_allclose(kept[10:20], values[10:20], atol=0.5 / 4096)


def test_a_stretch_is_zero_beyond_the_ends():
    kept = FixedPoint.of(np.ones((8, 2), np.float32), 0.5)
    stretch = kept.stretch(-3, 13)
    assert stretch.shape == (13, 2)
    assert stretch[:, 0].tolist() == [0.0] * 3 + [1.0] * 8 + [0.0] * 2
    assert not kept.stretch(20, 5).any()
