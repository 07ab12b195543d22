"""The benchmarks measure what they say; the alternatives of others are left out here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

RATE_HZ = 16000


@pytest.fixture
def late() -> np.ndarray:
    """Noise of six seconds; channel 1 hears it 0.8 s later."""
    noise = np.random.default_rng(3).normal(0, 0.1, 6 * RATE_HZ)
    return np.stack([noise, np.roll(noise, round(0.8 * RATE_HZ))], axis=1)


def test_gcc_phat_has_the_right_sign(bench, late) -> None:
    gcc = bench("accuracy.crosscorrelation")
    time_0_s = np.arange(1.0, 5.0)
    for align in (gcc.one_delay, gcc.delay_per_window):
        found = align(late, RATE_HZ, time_0_s, 2.0)
        assert np.allclose(found - time_0_s, 0.8, atol=1e-3), align.__name__


def test_the_spectral_baseline_finds_the_line_that_is_true(bench) -> None:
    linear = bench("accuracy.linear")
    time_0_s = np.arange(1.0, 19.0)
    lines = linear.candidates(20.0, time_0_s, 1.0)
    truth_s = lines[len(lines) // 3]
    moments_s = np.arange(20 * RATE_HZ) / RATE_HZ
    noise = np.random.default_rng(3).normal(0, 0.1, len(moments_s))
    line = np.polyfit(truth_s, time_0_s, 1)
    heard_1 = np.interp(np.polyval(line, moments_s), moments_s, noise)
    samples = np.stack([noise, heard_1], axis=1)
    assert np.array_equal(linear.best_by_oracle(20.0, time_0_s, 1.0, truth_s), truth_s)
    assert np.array_equal(linear.best_by_spectra(samples, RATE_HZ, time_0_s, 1.0), truth_s)


def test_a_method_that_fails_is_named_and_counts_as_unaligned(bench) -> None:
    accuracy, answer = bench("accuracy.one_set"), bench("accuracy.outside").Answer
    truth = bench("accuracy.sets").KeypointSet(np.arange(3.0), np.arange(3.0) + 0.5)
    jobs = [(Path("a.wav"), truth), (Path("b.wav"), replace(truth))]
    told = accuracy.errors_of(jobs, [answer(truth.time_1_s, "", 0.1), answer(None, "no idea")])
    assert (told["failed"], told["failure"]) == (1, "no idea")
    assert told["mae_ms"] == pytest.approx(250.0)
    assert "mae_ms" not in accuracy.errors_of(jobs, [answer(None, "no idea")] * 2)


def test_one_short_scene_from_audio_to_page(run_bench, tmp_path: Path) -> None:
    """The command as `make bench` runs it, where neither recordings nor alternatives are."""
    told = run_bench(
        "places.QUICK_RESULTS = places.CACHE / 'results'\n"
        "from benchmarks.__main__ import main\n"
        "sys.argv = ['bench', '--quick', '--only', 'stereotyped']\n"
        "main()\n"
    )
    assert "only simulated sets are measured" in told
    page = (tmp_path / "results" / "README.md").read_text("utf-8")
    assert "## Targets" in page
    result = json.loads((tmp_path / "results" / "set_stereotyped.json").read_text("utf-8"))
    assert result["methods"]["finchsync"]["mae_ms"] >= 0
    assert sum(result["calibration"]["count"]) == 30


def test_64_shards_make_the_table_of_one_run(bench) -> None:
    told = bench("cost.merging").measured(200, 64)
    assert told["exit_code"] == 0
    assert told["same_bytes"] is True
