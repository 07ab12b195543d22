"""What two seconds have in common is shown where hiding it proves that it counts, only there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.audio.recording import Recording, open_recording
from core.evidence.matching_parts import SHOWN_P, MatchingParts, matching_parts
from core.steps import result_of

RATE_HZ = 16000
DURATION_S = 24.0
SHARED_S, SHARED_HZ = 12.15, 3000.0
OWN_S, OWN_HZ = 11.75, 900.0
LATER_S = 0.02
"""How much later the shared call comes in channel 1 than the keypoint says."""


def _call(start_s: float, hz: float, time_s: np.ndarray) -> np.ndarray:
    at = np.clip((time_s - start_s) / 0.12, 0.0, 1.0)
    return 0.2 * np.sin(np.pi * at) ** 2 * np.sin(2 * np.pi * (hz + 800 * at) * time_s)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """One call that both channels hear, one that channel 0 alone hears, others all over."""
    rng = np.random.default_rng(2)
    time_s = np.arange(round(DURATION_S * RATE_HZ)) / RATE_HZ
    channels = []
    for channel in (0, 1):
        sound = rng.normal(scale=0.01, size=len(time_s))
        sound += _call(SHARED_S + LATER_S * channel, SHARED_HZ, time_s)
        others_s = [s for s in rng.uniform(0.5, DURATION_S - 1, 16) if not 11 < s < 13]
        for start_s in others_s:
            sound += _call(start_s, rng.uniform(1000, 5000), time_s)
        if channel == 0:
            sound += _call(OWN_S, OWN_HZ, time_s)
        channels.append(sound)
    path = tmp_path_factory.mktemp("pair") / "pair.wav"
    sf.write(path, np.stack(channels, axis=1), RATE_HZ, subtype="FLOAT")
    return open_recording(path)


def _found(recording: Recording, time_0_s: float, time_1_s: float) -> MatchingParts:
    found = result_of(matching_parts(recording, time_0_s, time_1_s))
    assert found is not None
    return found


def test_the_call_that_both_hear_is_why_they_match(recording: Recording) -> None:
    found = _found(recording, 12.0, 12.0)
    assert found.is_shown
    middle_s = SHARED_S + 0.06 - 12.0
    away_s = np.abs(found.time_0_s - middle_s)
    assert np.median(away_s) < 0.08
    # The net hears 0.3 s around each frame: what is in common spreads a little.
    assert away_s.max() < 0.35
    best = np.flatnonzero(away_s < 0.06)
    assert np.median(found.time_1_s[best] - found.time_0_s[best]) == pytest.approx(
        LATER_S, abs=0.015
    )
    on_it = (found.low_hz[best] <= SHARED_HZ + 400) & (found.high_hz[best] >= SHARED_HZ)
    assert on_it.any()
    on_own = (np.abs(found.time_0_s - (OWN_S + 0.06 - 12.0)) < 0.06) & (found.high_hz < 1500)
    assert not on_own.any(), "channel 1 does not hear it"


def test_seconds_that_do_not_belong_together_show_nothing(recording: Recording) -> None:
    for time_1_s in (7.0, 9.0, 15.0, 17.0):
        found = _found(recording, 12.0, time_1_s)
        assert not found.is_shown
        assert max(found.p_hidden, found.p_elsewhere) > SHOWN_P
        assert len(found.time_0_s) == len(found.time_1_s) == len(found.low_hz) == 0


def test_noise_shows_nothing(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(scale=0.05, size=(round(DURATION_S * RATE_HZ), 2))
    sf.write(tmp_path / "noise.wav", noise, RATE_HZ, subtype="FLOAT")
    recording = open_recording(tmp_path / "noise.wav")
    assert not any(_found(recording, t, t).is_shown for t in np.arange(9.0, 15.0))


def test_a_second_that_is_not_all_there_has_no_answer(recording: Recording) -> None:
    assert result_of(matching_parts(recording, 0.2, 5.0)) is None
    assert result_of(matching_parts(recording, 5.0, DURATION_S - 0.1)) is None


def test_it_can_be_stopped_between_steps(recording: Recording) -> None:
    steps = matching_parts(recording, 12.0, 12.0)
    shares = [next(steps) for _ in range(50)]
    assert shares == sorted(shares)
    assert shares[-1] < 1
    steps.close()
