"""Learned evidence in the aligner, with something simple in the place of a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import soundfile as sf
from scipy.ndimage import gaussian_filter1d

from core.align.aligner import align, align_steps
from core.align.alignment import Progress
from core.align.calibration import shipped_calibration
from core.align.candidates import score_paths
from core.align.pins import realign
from core.align.stages import Stage
from core.audio.recording import Recording, open_recording
from core.errors import InputError
from core.evidence.choice import EvidenceChoice
from core.evidence.compact import open_compact
from core.evidence.learned import LearnedTerm
from core.keypoints import ReviewState
from core.simulate import simulate_scene

DURATION_S = 60.0
Offset = Callable[[np.ndarray], np.ndarray]


def bent(time_0_s: np.ndarray) -> np.ndarray:
    return 1.2 + 0.2 * np.sin(time_0_s / 9.0)


class Knowing:
    """Knows the offset to within a fifth of a second, as a network that hears whole seconds."""

    name, model_id, device, cost = "beats", "made up", "cpu", 30.0

    def __init__(self, offset: Offset | None, weight: float = 0.3, scale: float = 1.0) -> None:
        self.spectral_share = 1.0
        self._offset, self.weight, self._scale = offset, weight, scale
        self.notices = ["told before"]

    def term(self, _heard, time_0_s, first_offset_s, columns):
        rng = np.random.default_rng(0)
        term = 8 * gaussian_filter1d(rng.normal(size=(len(time_0_s), columns)), 8, axis=1)
        yield 0.5
        if self._offset is not None:
            grid_s = first_offset_s[:, None] + 0.01 * np.arange(columns)
            away = (grid_s - self._offset(time_0_s)[:, None]) / 0.1
            term += 6 * np.exp(-0.5 * away**2)
        term[:2] = 0.0
        self.notices.append("memory is short: 8 clips at a time")
        yield 1.0
        return LearnedTerm((self._scale * term).astype(np.float32))

    def close(self) -> None: ...


@pytest.fixture(scope="module")
def unlike(tmp_path_factory) -> Recording:
    """Two channels in which spectral evidence finds nothing."""
    rng = np.random.default_rng(7)
    path = tmp_path_factory.mktemp("unlike") / "unlike.wav"
    sf.write(path, rng.normal(scale=0.1, size=(round(16000 * DURATION_S), 2)), 16000)
    return open_recording(path)


def test_a_network_leads_where_spectral_evidence_is_lost(unlike):
    inside = slice(3, 55)
    without = align(unlike)
    assert np.abs(without.keypoints.offset_s - bent(without.keypoints.time_0_s))[inside].max() > 0.5
    found = align(unlike, learned=(Knowing(bent),))
    error_s = np.abs(found.keypoints.offset_s - bent(found.keypoints.time_0_s))[inside]
    assert error_s.mean() < 0.05
    assert found.log_evidence > without.log_evidence + 20


def test_the_scale_of_a_network_is_of_no_matter(unlike):
    one, other = (align(unlike, learned=(Knowing(bent, scale=scale),)) for scale in (1.0, 100.0))
    np.testing.assert_allclose(one.keypoints.time_1_s, other.keypoints.time_1_s, atol=2e-3)


def test_path_and_lines_are_ranked_over_what_the_network_hears_too(unlike):
    found = align(unlike, learned=(Knowing(bent),))
    best = found.candidates.ranked(1)
    time_0_s = found.surface.time_0_s
    line_s = best.offset_s[0] + time_0_s * best.drift_ppm[0] * 1e-6
    assert np.abs(line_s - bent(time_0_s)).mean() < 0.2
    path, line = (
        score_paths(found.surface, offset_s, found.duration_1_s)
        for offset_s in (found.path.offset_s, line_s)
    )
    assert line.published[0] == pytest.approx(best.score[0], rel=1e-5)
    assert path.published[0] > best.score[0]


def test_pins_lead_the_path_over_the_same_evidence(unlike):
    """Channels as far apart as spectral evidence cannot tell; a person moves one keypoint."""
    machine = align(unlike, learned=(Knowing(bent),))
    keypoints = machine.keypoints
    time_1_s = keypoints.time_1_s.copy()
    time_1_s[30] += 0.1
    state = list(keypoints.state)
    state[30] = ReviewState.CORRECTED
    led = realign(machine, replace(keypoints, time_1_s=time_1_s, state=tuple(state)))
    assert led.keypoints.time_1_s[30] == pytest.approx(time_1_s[30], abs=0.01)
    error_s = np.abs(led.keypoints.offset_s - bent(keypoints.time_0_s))
    assert error_s[3:25].mean() < 0.05
    assert error_s[36:55].mean() < 0.05
    assert led.evidence == machine.evidence


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    made = simulate_scene("zebra_finch", seed=11, duration_s=DURATION_S, snr_db=10.0)
    path = tmp_path_factory.mktemp("scene") / "scene.wav"
    sf.write(path, made.samples, made.sample_rate_hz)
    return open_recording(path), made.keypoints()


def test_a_network_that_hears_nothing_does_not_hurt(scene):
    recording, truth = scene
    error_s = [
        np.abs(align(recording, learned=learned).keypoints.time_1_s - truth.time_1_s).mean()
        for learned in ((), (Knowing(None),))
    ]
    assert error_s[1] < error_s[0] + 0.002


def test_a_network_that_hears_nothing_does_not_hurt_beside_the_compact_net(tmp_path):
    """As BEATs with a scorer of no use is heard, in noise."""
    made = simulate_scene("zebra_finch", seed=602, duration_s=DURATION_S, snr_db=0.0)
    sf.write(tmp_path / "noisy.wav", made.samples, made.sample_rate_hz)
    recording, truth = open_recording(tmp_path / "noisy.wav"), made.keypoints()
    compact = open_compact()
    error_s = [
        np.abs(align(recording, learned=learned).keypoints.time_1_s - truth.time_1_s).mean()
        for learned in ((), (compact,), (compact, Knowing(None)))
    ]
    assert error_s[1] < 0.5 * error_s[0], "the net is worth keeping here"
    assert error_s[2] < 1.03 * error_s[1]


def test_what_was_heard_with_is_told_with_its_notices(scene):
    recording, _ = scene
    shares, alignment = [], None
    for step in align_steps(recording, learned=(Knowing(None),)):
        if isinstance(step, Progress):
            shares.append((step.fraction, step.stage))
        alignment = step
    fractions = [share for share, _ in shares]
    assert fractions == sorted(fractions)
    assert fractions[-1] <= 1.0
    assert Stage.NETWORK in {stage for _, stage in shares}
    used = alignment.evidence
    assert (used.name, used.model_id, used.device) == ("beats", "made up", "cpu")
    assert used.notices == (
        "memory is short: 8 clips at a time",
        "confidence was calibrated with compact evidence: with beats evidence it may be too "
        "high or too low",
    )
    assert align(recording).evidence.name == "spectral"


def test_evidence_without_a_calibration_of_its_own_has_the_compact_nets():
    """Which is heard beside it."""
    assert shipped_calibration("beats").evidence == "compact"
    assert shipped_calibration("spectral").evidence == "spectral"


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"name": "magic"}, "evidence magic: is not known; choose one of: spectral"),
        ({"device": "tpu"}, "device tpu: is not known"),
        ({"name": "beats"}, "needs a BEATs checkpoint"),
        ({"name": "beats", "checkpoint": "b.pt"}, "needs a pair scorer"),
    ],
)
def test_a_choice_that_cannot_be_meant_is_refused(choice, said):
    with pytest.raises(InputError, match=said):
        EvidenceChoice(**choice)
