"""A small deployment: recordings with three calls each, by two recorders that start alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from core.audio.recording import open_recording
from core.evidence.compact import open_compact
from core.evidence.learned import Networks
from core.formats.files.wav import write_wav
from core.keypoints import KeypointSet, ReviewState
from core.learn.corrections import Corrected, Corrections

RATE_HZ, DURATION_S = 16_000, 40.0
OFFSET_S, OFFSET_SD_S = 1.3, 0.05
CALLS = 3

MakeDeployment = Callable[[Path, int], dict[str, KeypointSet]]


needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="torch not installed")


@pytest.fixture
def short_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """The net learns for one epoch only."""
    from core.learn import tier_two
    from core.train.adapting import EPOCH_STEPS

    monkeypatch.setattr(
        tier_two, "RECIPE", replace(tier_two.RECIPE, steps=EPOCH_STEPS, crops_a_step=1)
    )


def _call(rng: np.random.Generator) -> np.ndarray:
    time_s = np.arange(0.0, 0.4, 1 / RATE_HZ)
    sweep_hz = rng.uniform(1500, 3000) + rng.uniform(-3000, 3000) * time_s
    return np.hanning(len(time_s)) * np.sin(2 * np.pi * np.cumsum(sweep_hz) / RATE_HZ)


def recorded(path: Path, seed: int) -> KeypointSet:
    """One recording with a drift of its own near the usual one, and its truth each second."""
    rng = np.random.default_rng(seed)
    slope, offset_s = rng.normal(200e-6, 50e-6), rng.normal(OFFSET_S, OFFSET_SD_S)
    samples = rng.normal(scale=0.02, size=(round(DURATION_S * RATE_HZ), 2))
    for at_s in rng.uniform(0.1, 0.9, CALLS) * DURATION_S:
        call = _call(rng)
        for channel, gain in ((0, 1.0), (1, 0.5)):
            heard_s = at_s + channel * (offset_s + slope * at_s)
            first = round(heard_s * RATE_HZ)
            samples[first : first + len(call), channel] += gain * call
    write_wav(path, samples.astype(np.float32), RATE_HZ)
    time_0_s = np.arange(0.0, DURATION_S - 2.0)
    return KeypointSet(time_0_s, time_0_s + offset_s + slope * time_0_s)


@pytest.fixture(scope="session")
def networks() -> Networks:
    return (open_compact(),)


@pytest.fixture(scope="session")
def make_deployment() -> MakeDeployment:
    """Write so many recordings into ``audio`` of a folder, and tell the truth by their names."""

    def make(folder: Path, count: int) -> dict[str, KeypointSet]:
        (folder / "audio").mkdir(parents=True)
        names = [f"{number}.wav" for number in range(count)]
        return {
            name: recorded(folder / "audio" / name, 100 + number)
            for number, name in enumerate(names)
        }

    return make


@pytest.fixture(scope="session")
def corrections(
    make_deployment: MakeDeployment, tmp_path_factory: pytest.TempPathFactory
) -> Corrections:
    """Six recordings of which every keypoint was set by a person, where it truly is."""
    folder = tmp_path_factory.mktemp("deployment")
    return Corrections(
        tuple(
            corrected(folder / "audio" / name, truth)
            for name, truth in make_deployment(folder, 6).items()
        )
    )


def corrected(path: Path, truth: KeypointSet) -> Corrected:
    recording = open_recording(path)
    by_person = replace(truth, state=(ReviewState.CORRECTED,) * len(truth))
    return Corrected(recording, recording.fingerprint(), by_person)
