"""What is told of a keypoint are the figures that its confidence was made of."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core.align.aligner import align
from core.align.alignment import Alignment, Travel
from core.align.claims.explanation import explained
from core.audio.recording import open_recording
from core.formats.files.wav import write_wav
from core.simulate import simulate_scene


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Alignment:
    """Of a scene whose second half is nothing but noise, different in both channels."""
    scene = simulate_scene("zebra_finch", 3, 50.0, snr_db=15.0)
    samples = scene.samples.copy()
    blank = samples[len(samples) // 2 :]
    blank[:] = np.random.default_rng(0).normal(scale=samples.std() / 5, size=blank.shape)
    path = tmp_path_factory.mktemp("half") / "half.wav"
    write_wav(path, samples, scene.sample_rate_hz)
    return align(open_recording(path))


def test_a_clear_match_is_told_with_how_much_better_it_fits(half: Alignment) -> None:
    row = int(np.argmax(half.statistics.nats))
    first, *others = explained(half, float(half.surface.time_0_s[row]))
    assert re.match(r"This second fits (over a million|[\d,]+) times better", first)
    assert "a clear match fits 20 times better" in first
    assert not any("nearest clear match" in sentence for sentence in others)


def test_silence_is_told_with_the_way_to_the_nearest_clear_match(half: Alignment) -> None:
    said = " ".join(explained(half, 45.0))
    away_s = float(re.search(r"nearest clear match is (\d+) s away", said)[1])
    clear_s = half.surface.time_0_s[half.statistics.nats >= 3.0]
    assert away_s == pytest.approx(45.0 - clear_s[clear_s <= 45.0].max(), abs=1.5)
    assert "both channels hear the same around here has a probability of" in said


def test_travel_and_another_alignment_are_told(half: Alignment) -> None:
    from dataclasses import replace

    from core.align.alignment import Alias

    doubted = replace(half, alias=Alias(-0.5, 2.0), travel=Travel(0.2, is_given=True))
    said = explained(doubted, 10.0)
    assert any("0.50 s earlier fits almost as well" in sentence for sentence in said)
    assert any("Sounds arrive up to 200 ms apart" in sentence for sentence in said)


def test_where_nothing_was_compared_nothing_is_told(half: Alignment) -> None:
    assert explained(half, 500.0) == ()
