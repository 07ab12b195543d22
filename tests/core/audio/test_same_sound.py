"""One recording under two drifts is one recording."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.audio.recording import open_recording
from core.audio.same_sound import alike, course_of, sounds
from core.formats.files.wav import write_wav
from core.simulate import simulate_scene


def test_sounds_are_told_apart_whatever_the_drift_the_gain_and_the_rate(tmp_path: Path) -> None:
    courses = []
    for number, (seed, shift, gain) in enumerate([(1, 0, 1.0), (2, 0, 1.0), (1, 3000, 0.2)]):
        scene = simulate_scene("zebra_finch", seed, 20.0)
        samples = gain * scene.samples
        samples[:, 1] = np.roll(samples[:, 1], shift)
        write_wav(tmp_path / f"{number}.wav", samples, scene.sample_rate_hz)
        courses.append(course_of(open_recording(tmp_path / f"{number}.wav")))
    assert sounds(courses) == [0, 1, 0]
    assert sounds([]) == []


def test_of_next_to_nothing_no_sameness_is_claimed():
    course = np.random.default_rng(0).normal(size=(40, 4))
    assert alike(course[:5], course) == 0.0
    assert alike(np.zeros((40, 4)), course) == 0.0
    assert alike(course[:20], course) == pytest.approx(1.0)
