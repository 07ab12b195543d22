"""Stress sets: their truth is exact, and lies are counted as lies."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

RATE_HZ = 16000
MARGIN_S = 12.0
LENGTH_S = 30.0


@pytest.fixture
def world(bench):
    """Noise below 4 kHz that both channels hear at the same moments."""
    rng = np.random.default_rng(5)
    count = round((LENGTH_S + 2 * MARGIN_S) * RATE_HZ)
    spectrum = np.fft.rfft(rng.normal(0, 0.1, count))
    spectrum[round(4000 * count / RATE_HZ) :] = 0
    noise = np.fft.irfft(spectrum, count).astype(np.float32)
    return bench("accuracy.stress.worlds").World(np.stack([noise] * 2, axis=1), MARGIN_S, LENGTH_S)


def _taken(bench, world, clock):
    source = bench("accuracy.stress.worlds").Simulated("zebra_finch")
    return bench("accuracy.stress.takes").recorded(world, clock, source, 3000)


CLOCKS = (
    "moderate",
    "lost_buffers",
    "lost_stretch",
    "restarted",
    "sine",
    "leaving",
    "field",
    "steps",
)


@pytest.mark.parametrize("name", CLOCKS)
def test_the_truth_is_where_channel_1_has_the_sound(bench, world, name) -> None:
    clocks = bench("accuracy.stress.clocks")
    rng = np.random.default_rng(3)
    if name == "steps":
        clock = clocks.drawn(rng, LENGTH_S, "steps", hard=True)
    else:
        clock = getattr(clocks, name)(rng, LENGTH_S, 1)
    samples = _taken(bench, world, clock).samples
    truth = clock.truth(np.arange(0.5, LENGTH_S - 0.5, 0.01), LENGTH_S)
    edges_s = np.array([edge for span in clock.lost_s for edge in span])
    kept = (truth.time_1_s > 0.1) & (truth.time_1_s < LENGTH_S - 0.1)
    for edge_s in edges_s:
        kept &= np.abs(truth.time_0_s - edge_s) > 0.1
    moments_s = np.arange(len(samples)) / RATE_HZ
    heard_0, heard_1 = (CubicSpline(moments_s, sound) for sound in samples.T)
    apart = heard_1(truth.time_1_s[kept]) - heard_0(truth.time_0_s[kept])
    assert kept.sum() >= 1500
    assert np.abs(apart).max() < 0.1 * samples.std()


def test_lost_and_outside_moments_have_no_truth(bench) -> None:
    clocks = bench("accuracy.stress.clocks")
    clock = clocks.clock_along(lambda time_s: 0 * time_s + 2.0, 20.0, [(5.5, -3.0)])
    truth = clock.truth(np.arange(20.0), 20.0)
    assert np.flatnonzero(np.isnan(truth.time_1_s)).tolist() == [6, 7, 8]
    assert truth.time_1_s[[5, 9]].tolist() == pytest.approx([7.0, 8.0], abs=1e-3)
    assert np.isnan(truth.end_1_s).all()
    outside = clocks.clock_along(lambda time_s: 0 * time_s - 2.5, 20.0).truth(np.arange(20.0), 20.0)
    assert np.flatnonzero(np.isnan(outside.time_1_s)).tolist() == [0, 1, 2]
    assert outside.end_1_s[:3].tolist() == [0, 0, 0]
    assert outside.as_challenge().time_1_s[:4].tolist() == [0, 0, 0, 0.5]


EFFECTS = (
    "hum_and_dc",
    "reverberation",
    "gain_control",
    "inverted",
    "clipping",
    "muted_stretch",
    "long_silence",
    "blind_tail",
    "half_unrelated",
    "all_gap",
    "unrelated",
    "babble",
)


@pytest.mark.parametrize("name", EFFECTS)
def test_an_effect_changes_the_sound_and_nothing_else(bench, world, name) -> None:
    effects, takes = bench("accuracy.stress.effects"), bench("accuracy.stress.takes")
    clocks = bench("accuracy.stress.clocks")
    rng = np.random.default_rng(3)
    other = np.roll(world.samples, 7 * RATE_HZ, axis=0)[: round(LENGTH_S * RATE_HZ)]
    whole = _taken(bench, world, clocks.field(rng, LENGTH_S, 0))
    take = takes.Take(whole.samples, whole.clock, lambda number: np.roll(other, number, axis=0))
    before = take.samples.copy()
    after = getattr(effects, name)(take, rng)
    assert np.array_equal(take.samples, before)
    assert after.shape == before.shape
    assert np.isfinite(after).all()
    assert not np.array_equal(after, before)


def test_noise_lies_so_far_below_the_loud_frames(bench, world) -> None:
    effects, worlds = bench("accuracy.stress.effects"), bench("accuracy.stress.worlds")
    clock = bench("accuracy.stress.clocks").field(np.random.default_rng(3), LENGTH_S, 0)
    take = _taken(bench, world, clock)
    for pink in (False, True):
        heard = effects.noise(take, np.random.default_rng(4), db=10.0, pink=pink)
        added = (heard - take.samples).std(axis=0)
        loud = [worlds.loudness(sound) for sound in take.samples.T]
        assert np.allclose(20 * np.log10(added / loud), -10.0, atol=0.1)


def test_babble_has_nothing_in_common(bench, world) -> None:
    """Where both channels heard one crowd at different moments, an aligner might find that."""
    effects, takes = bench("accuracy.stress.effects"), bench("accuracy.stress.takes")
    worlds = bench("accuracy.stress.worlds")
    for source in (worlds.Real(0), worlds.Real(5)):
        rooms = {worlds.PAIRS[(source.number + 2 + k) % 6][0] for k in (0, 2)}
        assert len(rooms | {worlds.PAIRS[source.number][0]}) == 3
    clock = bench("accuracy.stress.clocks").field(np.random.default_rng(3), LENGTH_S, 0)
    whole = _taken(bench, world, clock)
    rng = np.random.default_rng(4)
    strangers = rng.normal(0, 0.1, (3, len(whole.samples), 2)).astype(np.float32)
    take = takes.Take(whole.samples, clock, lambda number: strangers[number])
    added = (effects.babble(take, rng) - take.samples).T
    spectra = np.fft.rfft(added)
    common = np.fft.irfft(spectra[0] * spectra[1].conj())
    assert np.abs(common).max() < 0.05 * np.prod(np.linalg.norm(added, axis=1))


def test_calls_are_left_where_both_channels_hear_them(bench, world) -> None:
    effects = bench("accuracy.stress.effects")
    few = effects.few_calls(world, np.random.default_rng(3), count=3).samples
    power = np.mean(few[: len(few) // 320 * 320].reshape(-1, 320, 2) ** 2, axis=1)
    loud = power > 0.1 * power.max(axis=0)
    assert np.array_equal(loud[:, 0], loud[:, 1])
    assert loud[:, 0].sum() * 0.02 == pytest.approx(3 * effects.CALL_S, abs=0.15)


def test_every_seed_lies_in_its_thousand_and_reported_ones_apart(bench) -> None:
    conditions = bench("accuracy.stress.conditions")
    assert len({c.name for c in conditions.CONDITIONS}) == len(conditions.CONDITIONS)
    for condition in conditions.CONDITIONS:
        for number in range(len(condition.sources)):
            assert 9000 <= condition.seed(number, conditions.REPORTED_SEED) < 10000
            assert 3000 <= condition.seed(number, 3999) < 4000


def _file(bench, confidence, error_ms, *, reviewed: bool, baseless: int = 0):
    error_s = np.array(error_ms) / 1e3
    is_baseless = np.zeros(len(error_s), dtype=bool)
    is_baseless[np.flatnonzero(np.isnan(error_s))[:baseless]] = True
    measuring = bench("accuracy.stress.measuring")
    sure = np.array(confidence)
    return measuring.Measured("a", error_s, error_s, sure, is_baseless, needs_review=reviewed)


def test_lies_are_counted_by_keypoint_file_and_review(bench) -> None:
    measuring, nan = bench("accuracy.stress.measuring"), float("nan")
    files = [
        _file(bench, [0.9, 0.89, 0.99, 0.99], [101, 500, 99, nan], reviewed=False, baseless=1),
        _file(bench, [0.95, 0.95], [3000, 1], reviewed=True),
        _file(bench, [0.2, 0.2], [4000, 1], reviewed=True),
    ]
    condition = bench("accuracy.stress.conditions").STRESS[0]
    row = measuring.row(condition, files)
    assert (row["lies"], row["lying_files"], row["lying_files_not_reviewed"]) == (2, 2, 1)
    assert (row["keypoints"], row["without_truth"], row["claims_without_truth"]) == (7, 1, 1)
    assert row["mae_ms"] == pytest.approx((700 / 3 + 3001 / 2 + 4001 / 2) / 3, abs=0.01)
    whole = measuring.totals({"one": files[:1], "two": files[1:]})
    assert (whole["lies"], whole["sure"], whole["sure_right"]) == (2, 3, 1)
    added = whole["calibration_error_added"]
    alone = measuring.totals({"two": files[1:]})["calibration_error"]
    assert added["one"] == pytest.approx(whole["calibration_error"] - alone, abs=1e-4)


def test_the_page_tells_whose_recording_a_mean_is_due_to(bench) -> None:
    measuring, conditions = bench("accuracy.stress.measuring"), bench("accuracy.stress.conditions")
    errors_ms = {"00_A_radio1": 40, "01_A_radio2": 60, "02_B_radio1": 3, "06_zebra_finch": 2}
    files = [
        replace(_file(bench, [0.9], [error], reviewed=True), file=f"{name}.flac")
        for name, error in errors_ms.items()
    ]
    row = {"group": "unseen", "alternatives": {}} | measuring.row(conditions.UNSEEN[0], files)
    result = {
        "seed": 3000,
        "evidence": "compact",
        "sets": {"moderate": row},
        "totals": {"unseen": measuring.totals({"moderate": files})},
    }
    told = bench("report.stress").page(result)
    assert "| moderate | 50.0 (2) | 3.00 (1) | – | 2.00 (1) | – |" in told


def test_the_command_measures_and_prints_without_recordings(run_bench, tmp_path: Path) -> None:
    told = run_bench(
        "from benchmarks.accuracy.stress import __main__ as stress\n"
        "stress.ProcessPoolExecutor = lambda *_, **__: Here()\n"
        "class Here:\n"
        "    map = staticmethod(map)\n"
        "    def __enter__(self): return self\n"
        "    def __exit__(self, *_): pass\n"
        "sys.argv = ['stress', '--seed', '3000', '--only', 'coherent_20', 'outside_60']\n"
        f"sys.argv += ['--quick', '--out', {str(tmp_path / 'out.json')!r}]\n"
        "sys.exit(stress.main())\n"
    )
    assert "only simulated files are measured" in told
    assert "| coherent_20: field, one coherent source, 20 dB | 1 |" in told
    result = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert result["sets"]["coherent_20"]["mae_ms"] < 5.0
    assert result["sets"]["outside_60"]["without_truth"] >= 59
    assert result["totals"]["stress"]["files"] == 2


def test_a_prior_scenario_scatters_around_the_pairs_own_clock(bench) -> None:
    prior = bench("accuracy.prior_scenario")
    rng = np.random.default_rng(3)
    time_s = np.linspace(0.0, 60.0, 61)
    offset_s = np.array([prior.clock(rng, 60.0, k).time_map.offset_s(time_s) for k in range(100)])
    assert np.mean(offset_s[:, 0]) == pytest.approx(prior.OFFSET_S, abs=0.1)
    assert np.std(offset_s[:, 0]) == pytest.approx(prior.OFFSET_SD_S, abs=0.1)
    bend_s = offset_s - offset_s[:, :1] - (offset_s[:, -1:] - offset_s[:, :1]) * time_s / 60.0
    assert np.ptp(bend_s, axis=0).max() < 1e-6
    assert np.abs(bend_s).max() > 0.05
    names = [condition.name for condition in prior.conditions("simulated")]
    assert names == ["reviewed", "three_calls", "pink_0"]


def test_the_prior_scenario_is_built_and_measured(bench, tmp_path, monkeypatch) -> None:
    prior, worlds = bench("accuracy.prior_scenario"), bench("accuracy.stress.worlds")
    monkeypatch.setattr(prior, "KINDS", {"simulated": [worlds.Simulated("zebra_finch")] * 3})
    short = partial(prior.Condition, duration_s=(15.0, 15.0))
    monkeypatch.setattr(prior, "Condition", short)
    prior.build(tmp_path, 3000)
    found = prior.measured(tmp_path, prior.learned)
    assert [name.split(", ")[1] for name in found] == ["three calls", "pink noise 0 dB"]
    assert all(np.isfinite(each.errors.mae_ms) for each in found.values())
    assert prior.for_others(prior.learned(tmp_path / "simulated" / "reviewed")).recordings == 3
    assert (tmp_path / "simulated" / "reviewed" / "audio" / "00.wav").exists()


def test_a_new_deployment_is_built_and_learned_from(bench, tmp_path, monkeypatch) -> None:
    """Two recorders sound alike in all files, and as no others do; half of them are reviewed."""
    learn = bench("accuracy.learn_scenario")
    found = learn.conditions(3000)
    assert {"noisy", "sparse", "real"} < set(found)
    assert all(len(each.sources) == learn.FILES for each in found.values())
    short = replace(found["sparse"], duration_s=(20.0, 20.0))
    files = [short.build(number, 3000) for number in range(7)]
    learn.write_set(tmp_path / "sparse", files)
    monkeypatch.setattr(learn, "REVIEWED", 5)
    measured = learn.measured(tmp_path / "sparse", 1)
    assert len(measured.learned.comparison.recordings) == 5
    assert len(measured.after) == 2
    assert all(each.mae_ms >= 0 for each in measured.after)


def test_what_exact_claims_of_few_recordings_leave_of_the_calibration_error(bench) -> None:
    """Of one recording that is claimed at a half it is a half; of many it goes."""
    learn = bench("accuracy.learn_scenario")
    half = learn.Judged(np.zeros(50), np.full(50, 0.5), np.full(50, 0.5))
    sure = learn.Judged(np.zeros(50), np.full(50, 1.0), np.full(50, 1.0))
    assert learn.error_if_true([half]) == pytest.approx(0.5)
    assert learn.error_if_true([sure] * 10) == 0
    assert learn.error_if_true([half] * 100) < 0.06
