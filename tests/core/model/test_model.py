"""The shipped model is a value like any other."""

from __future__ import annotations

import numpy as np
import soundfile as sf

from core.align.aligner import align
from core.audio.recording import open_recording
from core.evidence.compact import open_compact
from core.model.model import SHIPPED, shipped_model
from core.simulate import simulate_scene


def test_aligning_with_the_shipped_model_is_aligning_without(tmp_path):
    scene = simulate_scene("zebra_finch", 3600, 20.0, snr_db=5.0)
    sf.write(tmp_path / "a.wav", scene.samples, scene.sample_rate_hz)
    recording = open_recording(tmp_path / "a.wav")
    for networks in ((), (open_compact(),)):
        shipped = shipped_model(networks)
        assert shipped.is_shipped
        assert shipped.name == SHIPPED
        without = align(recording, learned=networks).keypoints
        given = align(recording, learned=networks, tuning=shipped.tuning).keypoints
        assert np.array_equal(without.time_1_s, given.time_1_s)
        assert np.array_equal(without.confidence, given.confidence)
