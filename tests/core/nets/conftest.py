"""Tests of the learned evidence; each file is skipped, and says so, where PyTorch is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.audio.recording import open_recording
from core.evidence.choice import EvidenceChoice
from tests.core.with_extra import one_thread, skipped_without

__all__ = ["one_thread"]

pytest_pycollect_makemodule = skipped_without("torch", "torchaudio")


@pytest.fixture
def choice(write_choice: Callable[[Path], EvidenceChoice], tmp_path: Path) -> EvidenceChoice:
    return write_choice(tmp_path)


@pytest.fixture
def shifted(make_audio_of):
    """Half a minute of noise whose level changes every 50 ms, channel 1 late by 0.43 s."""
    rng = np.random.default_rng(3)
    level = np.repeat(rng.exponential(0.05, size=620), 800)
    sound = (rng.normal(size=len(level)) * level).astype(np.float32)
    late = round(0.43 * 16000)
    samples = np.stack([sound[late:], sound[:-late]], axis=1)[: 30 * 16000]
    return open_recording(make_audio_of(samples))


@pytest.fixture
def make_audio_of(tmp_path):
    import soundfile as sf

    def make(samples, rate_hz: int = 16000):
        path = tmp_path / f"{rate_hz}.wav"
        sf.write(path, samples, rate_hz, subtype="FLOAT")
        return path

    return make
