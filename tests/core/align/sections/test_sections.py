"""Long recordings are worked on in sections, of which nobody should notice anything."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.align.aligner import align, align_steps
from core.align.alignment import Alignment, Progress
from core.align.decoding.band import Band
from core.align.decoding.prior import DriftPrior
from core.align.path import OffsetPath
from core.align.pins import realign
from core.align.sections.evidence import Gathered, Heard
from core.align.sections.joined import joined, narrowed
from core.align.sections.plan import Bounds, sections_of
from core.audio.recording import Recording, open_recording
from core.errors import InputError
from core.evidence.compact import open_compact
from core.evidence.surface import ScoreSurface
from core.simulate import DriftSpec, simulate_scene

RATE_HZ = 16_000
SHORT = Bounds(section_s=60.0)
"""Four sections of the recordings here, borders at 60, 120 and 180 s."""
NARROW = Bounds(section_s=60.0, most_cells=240 * 151)
"""Of which no more is kept than 0.75 s to either side of the path."""
HEARD = Heard(is_same=False, silent=(False, False), share_above=(0.0, 0.0))


@pytest.fixture(scope="module")
def steady() -> np.ndarray:
    """Four minutes heard by both recorders with perfect clocks, shape (frames, 2)."""
    drift = DriftSpec.none()
    return simulate_scene("zebra_finch", 21, 240.0, snr_db=15.0, drift=drift).samples


def opened(samples: np.ndarray, folder: Path) -> Recording:
    sf.write(folder / "sound.wav", samples, RATE_HZ, subtype="FLOAT")
    return open_recording(folder / "sound.wav")


def pair(zero: np.ndarray, one: np.ndarray, folder: Path) -> Recording:
    sf.write(folder / "zero.wav", zero, RATE_HZ, subtype="FLOAT")
    sf.write(folder / "one.wav", one, RATE_HZ, subtype="FLOAT")
    return open_recording(folder / "zero.wav", folder / "one.wav")


def spoken(start_s: float, stop_s: float) -> slice:
    return slice(round(start_s * RATE_HZ), round(stop_s * RATE_HZ))


def error_s(result: Alignment, truth_s: np.ndarray) -> np.ndarray:
    return np.abs(result.keypoints.time_1_s - truth_s)


def test_sections_cover_every_row_once():
    for rows in (1, 5, 299, 300, 5400, 86_400):
        sections = sections_of(rows, 120.0)
        assert sections[0].rows.start == 0
        assert sections[-1].rows.stop == rows
        assert all(one.rows.stop == other.rows.start for one, other in pairwise(sections))
        for section in sections:
            heard = np.arange(rows)[section.heard]
            np.testing.assert_array_equal(heard[section.kept], np.arange(rows)[section.rows])
    assert len(sections_of(5399, 3600.0)) == 1


def test_in_sections_a_recording_is_aligned_as_well_as_at_once(tmp_path):
    scene = simulate_scene("zebra_finch", 33, 240.0, snr_db=10.0)
    sf.write(tmp_path / "scene.wav", scene.samples, scene.sample_rate_hz)
    recording, truth_s = open_recording(tmp_path / "scene.wav"), scene.keypoints().time_1_s
    whole = align(recording, learned=(open_compact(),))
    parts = align(recording, learned=(open_compact(),), bounds=NARROW)
    assert error_s(parts, truth_s).mean() < 1.02 * error_s(whole, truth_s).mean() + 1e-4
    assert parts.mean_confidence == pytest.approx(whole.mean_confidence, abs=0.01)
    assert parts.log_evidence == pytest.approx(whole.log_evidence, rel=0.05)
    assert parts.surface.score.shape == (240, 151)
    assert parts.by_model is not None


@pytest.mark.parametrize("at_s", [118.5, 120.0])
def test_a_lost_buffer_is_found_wherever_borders_are(steady, at_s, tmp_path):
    lost = round(0.4 * RATE_HZ)
    one = np.delete(steady[:, 1], spoken(at_s, at_s + 0.4))
    one = np.append(one, np.zeros(lost, dtype=np.float32))
    result = align(opened(np.stack([steady[:, 0], one], axis=1), tmp_path), bounds=NARROW)
    time_0_s = result.keypoints.time_0_s
    wrong = error_s(result, time_0_s - np.where(time_0_s > at_s + 0.4, 0.4, 0.0)) > 0.05
    assert not wrong[np.abs(time_0_s - at_s) > 4.0].any()
    assert wrong.sum() <= 4


@pytest.mark.parametrize("at_s", [120.0, 140.0])
def test_a_recorder_that_was_started_anew_is_found_again(steady, at_s, tmp_path):
    """Channel 1 lacks 20 s of the world."""
    one = np.delete(steady[:, 1], spoken(at_s, at_s + 20.0))
    result = align(pair(steady[:, 0], one, tmp_path), bounds=NARROW)
    time_0_s, sure = result.keypoints.time_0_s, result.keypoints.confidence
    wrong = error_s(result, time_0_s - np.where(time_0_s > at_s + 10.0, 20.0, 0.0)) > 0.05
    heard = (time_0_s < at_s - 8.0) | (time_0_s > at_s + 28.0)
    assert wrong[heard].mean() < 0.02
    assert not (wrong & (sure >= 0.9)).any()


def test_the_path_runs_on_where_nothing_is_heard_at_a_border(steady, tmp_path):
    quiet = steady.copy()
    noise = np.random.default_rng(3).normal(scale=1e-4, size=(80 * RATE_HZ, 2))
    quiet[spoken(80.0, 160.0)] = noise
    result = align(opened(quiet, tmp_path), bounds=NARROW)
    away_s = error_s(result, result.keypoints.time_0_s)
    inside = (result.keypoints.time_0_s > 80.0) & (result.keypoints.time_0_s < 160.0)
    assert away_s[~inside].max() < 0.05
    assert np.median(away_s[inside]) < 0.1
    assert not ((away_s > 0.1) & (result.keypoints.confidence >= 0.9)).any()


def test_a_section_without_any_sound_is_bridged(steady, tmp_path):
    """Channel 1 began half a minute before; channel 0 fell silent for longer than a section."""
    zero, one = np.concatenate([steady, steady[::-1], steady]).T
    one = np.concatenate([np.zeros(30 * RATE_HZ, dtype=np.float32), one])
    # The third of six sections reads this and no more.
    zero[spoken(40.0, 560.0)] = 0.0
    result = align(pair(zero, one, tmp_path), bounds=Bounds(section_s=120.0))
    time_0_s = result.keypoints.time_0_s
    heard = (time_0_s < 35.0) | (time_0_s > 565.0)
    away_s = error_s(result, time_0_s + 30.0)
    assert away_s[heard].max() < 0.05
    assert np.median(away_s[~heard]) < 0.1
    assert not ((away_s > 0.1) & (result.keypoints.confidence >= 0.9)).any()


def test_a_channel_that_ends_sections_before_the_other(steady, tmp_path):
    result = align(pair(steady[:, 0], steady[: 50 * RATE_HZ, 1], tmp_path), bounds=SHORT)
    assert error_s(result, np.minimum(result.keypoints.time_0_s, 50.0))[:48].max() < 0.05
    assert (result.keypoints.time_1_s[60:] > 48.0).all()
    assert np.isfinite(result.keypoints.confidence).all()


def test_a_channel_that_is_silent_in_all_sections_is_refused(steady, tmp_path):
    silent = steady.copy()
    silent[:, 1] = 0.0
    with pytest.raises(InputError, match="channel 1 is silent from start to end"):
        align(opened(silent, tmp_path), bounds=SHORT)


def test_progress_rises_through_all_sections_and_any_step_may_be_the_last(steady, tmp_path):
    recording = opened(steady, tmp_path)
    steps = list(align_steps(recording, bounds=SHORT))
    fractions = [step.fraction for step in steps if isinstance(step, Progress)]
    assert fractions == sorted(fractions)
    assert sum(isinstance(step, ScoreSurface) for step in steps) == 1
    under_way = align_steps(recording, bounds=SHORT)
    for _ in range(len(steps) // 2):
        next(under_way)
    under_way.close()
    assert next(under_way, None) is None


def test_a_correction_leads_the_path_of_a_recording_that_was_aligned_in_sections(steady, tmp_path):
    machine = align(opened(steady, tmp_path), bounds=NARROW)
    keypoints = machine.keypoints.move(120, machine.keypoints.time_1_s[120] + 0.3)
    led = realign(machine, keypoints)
    moved_s = led.keypoints.time_1_s - machine.keypoints.time_1_s
    assert moved_s[120] == pytest.approx(0.3, abs=0.02)
    assert np.abs(moved_s[:30]).max() < 0.01
    assert np.abs(moved_s[-30:]).max() < 0.01


def test_a_usual_offset_beyond_any_search_leads_through_sections(steady, tmp_path):
    noise = np.random.default_rng(5).normal(scale=0.01, size=200 * RATE_HZ)
    recording = pair(steady[:, 0], np.concatenate([noise, steady[:, 1]]), tmp_path)
    rows_s = np.arange(0.0, 240.0)
    prior = DriftPrior(rows_s, 199.99 + 1e-4 * rows_s, 0.05, 3e-5, 0.0, 1e-6, 4)
    result = align(recording, prior=prior, bounds=SHORT)
    assert error_s(result, result.keypoints.time_0_s + 200.0).max() < 0.05
    assert result.prior is not None
    assert result.prior.posterior.shape == result.posterior.shape


def ridge(middle_s: np.ndarray, columns: int) -> tuple[Gathered, OffsetPath]:
    """A surface of ten rows with one high cell a row, and the path through them."""
    first_s = -0.01 * (columns // 2)
    at = np.rint((middle_s - first_s) / 0.01).astype(int)
    score = np.zeros((len(middle_s), columns), dtype=np.float32)
    score[np.arange(len(middle_s)), at] = 5.0
    rows_s = np.arange(float(len(middle_s)))
    surface = ScoreSurface(rows_s, np.full(len(rows_s), first_s), 0.01, score)
    likely = Band(np.maximum(at - 20, 0), 41)
    unsure = np.zeros(len(rows_s), dtype=bool)
    path = OffsetPath(middle_s.copy(), middle_s - 0.02, middle_s + 0.02)
    return Gathered(surface, likely, unsure, HEARD), path


def test_what_lies_around_the_path_is_kept():
    middle_s = np.round(np.linspace(-2.0, 4.5, 10), 2)
    found, path = ridge(middle_s, 1001)
    kept = narrowed(found, path, 200)
    assert kept.surface.score.shape == (10, 200)
    np.testing.assert_allclose(kept.surface.at(middle_s), 5.0, atol=1e-3)
    column = kept.surface.column(middle_s)
    assert ((column >= kept.likely.first) & (column < kept.likely.first + 41)).all()


def test_where_the_path_may_be_anywhere_what_lies_between_its_ends_is_kept():
    middle_s = np.round(np.linspace(-2.0, 4.5, 10), 2)
    found, path = ridge(middle_s, 1001)
    path.offset_s[3:6], path.low_s[3:6], path.high_s[3:6] = 0.0, -4.8, 4.8
    kept = narrowed(found, path, 200)
    np.testing.assert_allclose(kept.surface.at(middle_s), 5.0, atol=1e-3)


def test_sections_of_different_bands_are_joined_in_one():
    first, path_0 = ridge(np.full(10, 1.0), 1001)
    second, path_1 = ridge(np.full(10, -3.0), 1301)
    whole = joined([narrowed(first, path_0, 301), narrowed(second, path_1, 301)])
    truth_s = np.repeat([1.0, -3.0], 10)
    np.testing.assert_allclose(whole.surface.at(truth_s), 5.0, atol=1e-3)
    column = whole.surface.column(truth_s)
    assert (column >= whole.likely.first).all()
    assert (column < whole.likely.first + whole.likely.width).all()
