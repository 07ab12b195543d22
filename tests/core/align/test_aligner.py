from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from scipy.stats import norm

from core.align.aligner import AlignOptions, align, align_steps
from core.align.alignment import Alignment, DecodedEvidence, Progress, Travel
from core.align.calibration import MOST_CONFIDENT
from core.align.claims import confidence
from core.align.path import Refinement
from core.align.rankings import Ranking
from core.align.scores import CandidateScores
from core.audio.recording import open_recording
from core.errors import InputError
from core.evidence.surface import ScoreSurface
from core.simulate import DriftSpec, Scene, simulate_scene


def write(scene: Scene, path: Path, **options: str) -> Path:
    sf.write(path, scene.samples, scene.sample_rate_hz, **options)
    return path


@pytest.fixture(scope="module")
def scene() -> Scene:
    return simulate_scene("zebra_finch", seed=11, duration_s=60.0, snr_db=10.0)


@pytest.fixture(scope="module")
def aligned(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Alignment:
    path = write(scene, tmp_path_factory.mktemp("scene") / "scene.wav")
    return align(open_recording(path))


def test_a_finch_scene_is_aligned_and_says_so(scene, aligned):
    truth = scene.keypoints()
    error_s = np.abs(aligned.keypoints.time_1_s - truth.time_1_s)
    assert error_s.mean() < 0.01
    assert aligned.mean_confidence > 0.9
    assert not aligned.needs_review
    inside = (aligned.path.low_s <= aligned.path.offset_s) & (
        aligned.path.offset_s <= aligned.path.high_s
    )
    assert inside.all()
    np.testing.assert_allclose(
        aligned.time_map.to_channel_1(truth.time_0_s[5:-5]),
        aligned.keypoints.time_1_s[5:-5],
        atol=1e-6,
    )


def _frames_of_mp3(scene: Scene, part: slice, level: float) -> bytes:
    """MP3 of a constant bit rate without its tag."""
    file = io.BytesIO()
    options = {"subtype": "MPEG_LAYER_III", "bitrate_mode": "CONSTANT", "compression_level": level}
    sf.write(file, scene.samples[part], scene.sample_rate_hz, format="MP3", **options)
    mp3 = file.getvalue()
    return mp3[mp3.index(mp3[:2], 4) :] if b"Info" in mp3[:60] else mp3


def test_an_mp3_that_tells_no_length_is_aligned_to_its_end(scene, tmp_path):
    """libsndfile reckons with the first bit rate, and the confidence was highest at a false end."""
    half = len(scene.samples) // 2 // 1152 * 1152
    path = tmp_path / "scene.mp3"
    first, second = slice(None, half), slice(half, None)
    path.write_bytes(_frames_of_mp3(scene, first, 0.0) + _frames_of_mp3(scene, second, 0.7))
    assert sf.info(path).duration < 50
    keypoints = align(open_recording(path)).keypoints
    assert keypoints.time_0_s[-1] >= 59.0
    truth = scene.keypoints()
    count = len(truth)
    # MP3 adds some silence to the end, where a keypoint after channel 1 stands.
    found_s = np.minimum(keypoints.time_1_s[:count], truth.time_1_s[-1])
    assert np.abs(found_s - truth.time_1_s).max() < 0.05
    assert keypoints.confidence[count - 15 : count].mean() > 0.95


def test_every_keypoint_has_a_reason_and_none_is_certain(aligned):
    assert all(aligned.keypoints.reason)
    assert aligned.keypoints.confidence.max() <= MOST_CONFIDENT
    assert aligned.keypoints.confidence.min() >= 0


def test_the_path_beats_every_line_on_a_bent_clock(tmp_path):
    bent = simulate_scene(
        "zebra_finch", 5, 60.0, snr_db=15.0, drift=DriftSpec(bend_s=(0.2, 0.25), drift_ppm=(0, 0))
    )
    result = align(open_recording(write(bent, tmp_path / "bent.wav")))
    truth = bent.keypoints()
    best = result.candidates.ranked(1).time_map(0).to_channel_1(truth.time_0_s)
    line_s = np.abs(best - truth.time_1_s).mean()
    path_s = np.abs(result.keypoints.time_1_s - truth.time_1_s).mean()
    assert path_s < 0.02
    assert path_s < line_s / 2


def test_steps_report_progress_and_stream_results(scene, tmp_path):
    recording = open_recording(write(scene, tmp_path / "scene.wav"))
    steps = list(align_steps(recording))
    fractions = [step.fraction for step in steps if isinstance(step, Progress)]
    assert fractions == sorted(fractions)
    assert fractions[-1] <= 1
    kinds = [type(step) for step in steps]
    assert kinds.count(ScoreSurface) == 1
    assert kinds.count(Ranking) > 1
    assert kinds[-1] is Alignment
    assert kinds.index(ScoreSurface) < kinds.index(Ranking)


def test_stopping_early_stops(scene, tmp_path):
    steps = align_steps(open_recording(write(scene, tmp_path / "scene.wav")))
    assert isinstance(next(steps), Progress)
    steps.close()
    assert next(steps, None) is None


def test_keypoints_anywhere_lie_on_the_path(scene, tmp_path):
    recording = open_recording(write(scene, tmp_path / "scene.wav"))
    time_0_s = np.array([0.0, 0.0, 7.25, 7.75, 20.25, 41.0, 59.25, 59.25])
    result = align(recording, time_0_s)
    np.testing.assert_array_equal(result.keypoints.time_0_s, time_0_s)
    expected = np.clip(scene.time_map.to_channel_1(time_0_s), 0, scene.duration_s)
    assert np.abs(result.keypoints.time_1_s - expected)[1:-1].max() < 0.03


def test_two_mono_files_of_other_rate_and_length(scene, tmp_path):
    import soxr

    first, second = tmp_path / "room.flac", tmp_path / "bird.wav"
    sf.write(first, scene.samples[:, 0], scene.sample_rate_hz)
    sf.write(second, soxr.resample(scene.samples[: 16000 * 50, 1], 16000, 44100), 44100)
    result = align(open_recording(first, second))
    truth = scene.keypoints()
    covered = truth.time_1_s < 49
    error_s = np.abs(result.keypoints.time_1_s - truth.time_1_s)[covered]
    assert np.median(error_s) < 0.01
    assert result.keypoints.time_1_s.max() <= 50.0
    after = np.array(result.keypoints.reason)[scene.time_map.to_channel_1(truth.time_0_s) > 51]
    assert set(after) <= {"after channel 1 ends"}


def test_a_short_second_channel_is_aligned_where_it_is(scene, tmp_path):
    first, second = tmp_path / "room.wav", tmp_path / "bird.wav"
    sf.write(first, scene.samples[:, 0], 16000)
    sf.write(second, scene.samples[: 16000 * 12, 1], 16000)
    result = align(open_recording(first, second))
    truth_s = scene.time_map.to_channel_1(result.keypoints.time_0_s)
    covered = (truth_s > 1) & (truth_s < 11)
    assert np.abs(result.keypoints.time_1_s - truth_s)[covered].max() < 0.05


NOISE = np.random.default_rng(7).normal(scale=0.1, size=(16000 * 20, 2)).astype(np.float32)


def identical() -> np.ndarray:
    return np.repeat(NOISE[:, :1], 2, axis=1)


def clipped() -> np.ndarray:
    return np.clip(identical() * 30, -0.99, 0.99)


@pytest.mark.parametrize("make", [identical, clipped])
def test_identical_channels_have_no_offset(make, tmp_path):
    path = tmp_path / "same.wav"
    sf.write(path, make(), 16000)
    result = align(open_recording(path))
    assert np.abs(result.keypoints.offset_s).max() < 0.01
    assert result.needs_review
    assert "the same sound" in result.warnings[0]


@pytest.mark.parametrize("duration_s", [20.0, 60.0])
def test_channels_with_nothing_in_common_are_not_claimed(duration_s, tmp_path):
    one, other = (simulate_scene("zebra_finch", seed, duration_s) for seed in (1, 2))
    path = tmp_path / "unrelated.wav"
    sf.write(path, np.stack([one.samples[:, 0], other.samples[:, 1]], axis=1), 16000)
    result = align(open_recording(path))
    assert result.needs_review
    assert np.mean(result.keypoints.confidence >= 0.95) < 0.1


@pytest.mark.parametrize("shift_s", [3.0, 20.0, 30.0])
def test_a_recording_beside_itself_is_found_at_its_shift_or_not_claimed(scene, tmp_path, shift_s):
    """Half a minute apart nothing of it is in both: the first half beside the second."""
    rate_hz, length_s = scene.sample_rate_hz, min(60.0 - shift_s, 40.0)
    one, count = scene.samples[:, 0], round(length_s * rate_hz)
    path = tmp_path / "itself.wav"
    later = one[round(shift_s * rate_hz) :][:count]
    sf.write(path, np.stack([later, one[:count]], axis=1), rate_hz)
    found = align(open_recording(path)).keypoints
    is_heard = found.time_0_s + shift_s < length_s
    is_wrong = np.abs(found.offset_s - shift_s) > 0.05
    assert not (is_wrong & is_heard).any()
    if shift_s >= length_s:
        assert (found.confidence < 0.5).all()


def test_noise_against_noise_is_a_guess_and_called_one(tmp_path):
    path = tmp_path / "noise.wav"
    sf.write(path, NOISE, 16000)
    result = align(open_recording(path))
    assert result.needs_review
    assert result.mean_confidence < 0.5


def silent() -> np.ndarray:
    samples = NOISE.copy()
    samples[:, 1] = 0
    return samples


def constant() -> np.ndarray:
    samples = NOISE.copy()
    samples[:, 1] = 0.25
    return samples


@pytest.mark.parametrize("make", [silent, constant])
def test_a_silent_channel_is_one_clear_error(make, tmp_path):
    path = tmp_path / "silent.wav"
    sf.write(path, make(), 16000)
    with pytest.raises(InputError, match="channel 1 is silent from start to end"):
        align(open_recording(path))


def test_too_short_is_one_clear_error(tmp_path):
    path = tmp_path / "short.wav"
    sf.write(path, NOISE[: 16000 * 2], 16000)
    with pytest.raises(InputError, match="too short to align"):
        align(open_recording(path))


def test_three_seconds_are_enough_to_answer(tmp_path):
    path = tmp_path / "three.wav"
    sf.write(path, NOISE[: 16000 * 3], 16000)
    result = align(open_recording(path), options=AlignOptions(max_offset_s=2.0))
    assert len(result.keypoints) == 3
    assert result.mean_confidence < 0.9


def surface_with(peaks: dict[float, float], rows: int = 40) -> ScoreSurface:
    """Equal rows with Gaussian peaks: offset -> height."""
    first = np.full(rows, -2.0)
    grid = -2.0 + 0.01 * np.arange(401)
    rng = np.random.default_rng(0)
    score = rng.normal(scale=0.3, size=(rows, 401))
    for offset_s, height in peaks.items():
        score += height * np.exp(-0.5 * ((grid - offset_s) / 0.02) ** 2)
    return ScoreSurface(np.arange(rows, dtype=float), first, 0.01, score.astype(np.float32))


def decoded(
    surface: ScoreSurface, posterior: np.ndarray, duration_1_s: float, travel_s: float = 0.0
) -> DecodedEvidence:
    return DecodedEvidence(
        surface=surface,
        posterior=posterior,
        log_evidence=50.0,
        related=np.ones(len(posterior)),
        refinement=Refinement.none(len(posterior)),
        candidates=CandidateScores.none(),
        duration_1_s=duration_1_s,
        tolerance_s=0.05,
        travel=Travel(travel_s, is_given=True),
    )


def test_the_median_and_its_band_lie_between_columns():
    surface = surface_with({})
    grid = -2.0 + 0.01 * np.arange(401)
    density = np.exp(-0.5 * ((grid - 0.1234) / 0.05) ** 2)
    posterior = np.tile((density / density.sum()).astype(np.float32), (40, 1))
    path = confidence.estimate(surface, posterior)
    np.testing.assert_allclose(path.offset_s, 0.1234, atol=5e-4)
    np.testing.assert_allclose(path.high_s - path.low_s, 2 * 1.96 * 0.05, rtol=0.02)
    within = confidence.mass_near(decoded(surface, posterior, 100.0), path.offset_s)
    np.testing.assert_allclose(within, 0.6827, atol=0.01)


def test_a_moment_beyond_channel_1_is_right_wherever_beyond_it_lies():
    surface = surface_with({})
    grid = -2.0 + 0.01 * np.arange(401)
    wide = np.exp(-0.5 * ((grid - 0.5) / 0.3) ** 2)
    posterior = np.tile((wide / wide.sum()).astype(np.float32), (40, 1))
    path = confidence.estimate(surface, posterior)
    within = confidence.mass_near(decoded(surface, posterior, 35.0), path.offset_s)
    assert within[10] == pytest.approx(0.132, abs=0.01)
    assert within[39] == pytest.approx(1.0, abs=1e-3)
    assert within[35] == pytest.approx(norm.cdf((0.5 + 0.05) / 0.3), abs=0.02)


@pytest.mark.parametrize("travel_s", [0.02, 0.117])
def test_with_a_spacing_the_claim_is_about_the_clocks(travel_s):
    """Compared with sounds and ways that are drawn one by one."""
    surface = surface_with({})
    grid = -2.0 + 0.01 * np.arange(401)
    peak = np.exp(-0.5 * ((grid - 0.5) / 0.03) ** 2)
    posterior = np.tile((peak / peak.sum()).astype(np.float32), (40, 1))
    evidence = decoded(surface, posterior, 100.0, travel_s)
    rng = np.random.default_rng(0)
    sounds_s, ways_s = rng.normal(0, 0.03, 40_000), rng.uniform(-travel_s, travel_s, 40_000)
    offset_s = np.full(40, 0.5)
    of_clocks = confidence.mass_near(evidence, offset_s)
    assert of_clocks[10] == pytest.approx(np.mean(np.abs(sounds_s - ways_s) <= 0.05), abs=0.01)
    of_sounds = confidence.mass_near(decoded(surface, posterior, 100.0), offset_s)
    assert of_sounds[10] == pytest.approx(np.mean(np.abs(sounds_s) <= 0.05), abs=0.01)


def test_recorders_far_apart_say_nothing_sure_of_their_clocks(scene, tmp_path):
    path = write(scene, tmp_path / "scene.wav")
    near, apart = (
        align(open_recording(path), options=AlignOptions(spacing_m=spacing_m))
        for spacing_m in (2.0, 40.0)
    )
    assert np.median(near.keypoints.confidence) > 0.9
    assert not any("sounds arrive" in warning for warning in near.warnings)
    assert np.array_equal(near.keypoints.time_1_s, apart.keypoints.time_1_s)
    within = scene.keypoints().time_1_s < scene.duration_s - 0.2
    assert apart.keypoints.confidence[within].max() < 0.5
    assert any("sounds arrive up to 117 ms apart" in warning for warning in apart.warnings)


def test_real_pairs_are_aligned(shared_data):
    for name in ("A_daq_vs_radio2", "B_daq_vs_radio1", "D_daq_vs_radio1"):
        path = shared_data / "data" / "two_sensor" / f"zf_birdpark_{name}.flac"
        result = align(open_recording(path))
        assert np.abs(result.keypoints.offset_s).mean() < 0.015
