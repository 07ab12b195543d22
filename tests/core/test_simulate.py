import hashlib

import numpy as np

from core.simulate import simulate_scene


def test_same_seed_same_samples() -> None:
    first, second, other = (simulate_scene(seed=s, duration_s=8.0).samples for s in (3, 3, 4))
    assert hashlib.sha256(first.tobytes()).digest() == hashlib.sha256(second.tobytes()).digest()
    assert not np.array_equal(first, other)
