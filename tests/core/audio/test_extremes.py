"""Waveforms to look at: no click is lost, however many samples stand in one place."""

from __future__ import annotations

import numpy as np
import pytest

from core.audio import extremes
from core.audio.extremes import Extremes

RATE_HZ = 8000


def noise(samples: int) -> np.ndarray:
    rng = np.random.default_rng(4)
    return rng.normal(scale=0.05, size=samples).clip(-0.9, 0.9).astype(np.float32)


def filled(sound: np.ndarray, block: int) -> Extremes:
    made = Extremes(RATE_HZ, len(sound))
    for at in range(0, len(sound), block):
        made.add(sound[at : at + block], at)
    return made


@pytest.mark.parametrize("most", [1 << 21, 4096])
@pytest.mark.parametrize("places", [7, 300, 5000])
def test_every_sample_is_seen_in_its_place_or_beside_it(
    monkeypatch: pytest.MonkeyPatch, most: int, places: int
) -> None:
    monkeypatch.setattr(extremes, "_MOST_COLUMNS", most)
    sound = noise(100_003)
    made = filled(sound, 9_999)
    edges_s = np.linspace(0, len(sound) / RATE_HZ, places + 1)
    low, high = made.between(edges_s)
    assert np.nanmin(low) == pytest.approx(sound.min(), abs=1e-4)
    assert np.nanmax(high) == pytest.approx(sound.max(), abs=1e-4)
    for place in range(0, places, max(places // 50, 1)):
        first, stop = (round(edges_s[place + end] * RATE_HZ) for end in (0, 1))
        beside = slice(max(place - 1, 0), place + 2)
        assert np.nanmin(low[beside]) <= sound[first:stop].min() + 1e-4
        assert np.nanmax(high[beside]) >= sound[first:stop].max() - 1e-4
        around = 2 * (stop - first) + 2 * made.step
        near = sound[max(first - around, 0) : stop + around]
        assert near.min() - 1e-4 <= low[place]
        assert high[place] <= near.max() + 1e-4


def test_one_click_in_an_hour_is_seen_at_its_place() -> None:
    sound = np.zeros(3600 * 1000, dtype=np.float32)
    sound[2_000_001] = 0.8
    made = Extremes(1000, len(sound))
    for at in range(0, len(sound), 700_000):
        made.add(sound[at : at + 700_000], at)
    _, high = made.between(np.linspace(0, 3600, 1001))
    (place,) = np.flatnonzero(high > 0.5)
    assert place == pytest.approx(2000.0 / 3.6, abs=1.5)


def test_what_has_not_come_and_what_never_will_is_nothing() -> None:
    sound = noise(40_000)
    made = Extremes(RATE_HZ, len(sound))
    made.add(sound[16_000:24_000], 16_000)
    low, high = made.between(np.arange(-1.0, 7.0, 0.5))
    assert np.isfinite(high).tolist() == [False] * 6 + [True] * 2 + [False] * 7
    assert np.array_equal(np.isnan(low), np.isnan(high))
