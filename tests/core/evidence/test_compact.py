import numpy as np
import pytest
import soundfile as sf

from core.audio.recording import open_recording
from core.audio.spectra.features import feature_blocks
from core.audio.spectra.fixed_point import FixedPoint
from core.audio.spectra.levels import BANDS
from core.evidence.compact import CompactEvidence, open_compact
from core.evidence.compact_net import TAPS, CompactNet, band_levels, noise_floor
from core.evidence.compact_scorer import BLUR_TOKENS, UNIT_STEP, CompactScorer
from core.evidence.lags import window_scores
from core.evidence.learned import EvidenceInput
from core.steps import result_of


def a_net(width=8, size=6, dilations=(1, 2)):
    rng = np.random.default_rng(0)
    shapes = {"stem": (TAPS, BANDS, width), "head": (1, width, size + 1)}
    shapes |= {f"block{n}": (TAPS, width, width) for n in range(len(dilations))}
    shapes |= {f"norm{n}": (width,) for n in range(len(dilations) + 1)}
    shapes |= {f"{name}.bias": shape[-1:] for name, shape in shapes.items()}
    weights = {name: 0.3 * rng.standard_normal(s, dtype=np.float32) for name, s in shapes.items()}
    return CompactNet(weights, dilations)


def test_scores_at_every_lag_are_sums_of_products():
    rng = np.random.default_rng(1)
    left, right = rng.standard_normal((10, 4)), rng.standard_normal((10 + 6, 4))
    naive = [np.sum(left * right[at : at + 10]) for at in range(7)]
    assert window_scores(left, right) == pytest.approx(np.array(naive))


def test_a_window_of_every_other_frame_meets_every_other_frame():
    rng = np.random.default_rng(2)
    left, right = rng.standard_normal((5, 4)), rng.standard_normal((8 + 7, 4))
    naive = [np.sum(left * right[at : at + 9 : 2]) for at in range(7)]
    assert window_scores(left, right, 2) == pytest.approx(np.array(naive))


def test_levels_do_not_depend_on_a_recorders_gain_or_colour():
    power = np.log(np.random.default_rng(3).gamma(1.0, size=(400, BANDS)).astype(np.float32))
    coloured = power + np.linspace(-2.0, 3.0, BANDS, dtype=np.float32)
    found = band_levels(coloured, noise_floor(coloured))
    np.testing.assert_allclose(found, band_levels(power, noise_floor(power)), atol=1e-4)
    halves = coloured.astype(np.float16)
    np.testing.assert_allclose(band_levels(halves, noise_floor(halves)), found, atol=0.01)


def test_an_embedding_depends_on_no_more_than_its_reach():
    net = a_net()
    levels = np.random.default_rng(4).standard_normal((60, BANDS)).astype(np.float32)
    changed = levels.copy()
    changed[30 + net.reach + 1 :] = 9.0
    changed[: 30 - net.reach] = 9.0
    np.testing.assert_allclose(net(changed)[30], net(levels)[30], atol=1e-6)
    changed[30 + net.reach] = 9.0
    assert np.abs(net(changed)[30] - net(levels)[30]).max() > 1e-6


@pytest.mark.parametrize("count", [1, 2, 59, 60])
def test_every_other_embedding_is_what_it_is_among_all(count):
    net = a_net(dilations=(1, 2, 4))
    levels = np.random.default_rng(7).standard_normal((count, BANDS)).astype(np.float32)
    np.testing.assert_allclose(net(levels, 2), net(levels)[::2], atol=1e-6)


def test_embeddings_are_no_longer_than_one():
    levels = np.random.default_rng(5).standard_normal((60, BANDS)).astype(np.float32)
    assert np.linalg.norm(a_net()(levels), axis=1).max() <= 1.0


def a_scorer(layers=(8, 8, 8, 6), size=5, places=20, odds=(1.0, 0.0)):
    rng = np.random.default_rng(8)
    shape = (sum(layers), size + 1)
    return CompactScorer(
        {
            "projection": 0.3 * rng.standard_normal(shape),
            "projection.bias": np.zeros(size + 1),
            "taper": np.hanning(places + 2)[1:-1],
            "odds": np.array(odds),
        }
    )


def evidence_of(net):
    return CompactEvidence(net, "random", a_scorer(), 0.5)


def score_of(steps):
    return result_of(steps).score


@pytest.fixture
def delayed(tmp_path):
    """Noise on channel 0, the same 0.8 s later on channel 1; 25 s, long enough for batches."""
    rng = np.random.default_rng(6)
    loud = np.repeat(rng.gamma(0.3, size=500), 800)
    sound = 0.02 * loud * rng.standard_normal(len(loud))
    both = np.stack([sound, np.roll(sound, 12_800)], axis=1)
    sf.write(tmp_path / "delayed.wav", np.clip(both, -1, 1), 16_000)
    recording = open_recording(tmp_path / "delayed.wav")
    return EvidenceInput(recording, result_of(feature_blocks(recording)))


def test_a_term_peaks_at_the_true_offset(delayed):
    evidence = evidence_of(a_net())
    rows = np.arange(2.0, 22.0)
    term = score_of(evidence.term(delayed, rows, np.full(len(rows), -1.5), 301))
    best = -1.5 + 0.01 * term.argmax(axis=1)
    assert np.median(best) == pytest.approx(0.8, abs=0.011)
    assert np.mean(np.abs(best - 0.8) < 0.02) > 0.8


def test_rows_may_have_bands_of_their_own(delayed):
    evidence = evidence_of(a_net())
    rows, first = np.array([5.0, 6.0, 7.0]), np.array([-0.3, 0.2, 0.7])
    wide = score_of(evidence.term(delayed, rows, np.full(3, -1.0), 301))
    narrow = score_of(evidence.term(delayed, rows, first, 51))
    for row, start in enumerate(first):
        column = round((start + 1.0) / 0.01)
        np.testing.assert_allclose(narrow[row], wide[row, column : column + 51], atol=1e-3)


def test_a_stretch_is_compared_as_the_whole_is(delayed):
    evidence = evidence_of(a_net())
    zero, one = result_of(feature_blocks(delayed.recording, (5, 22)))
    rows = np.arange(10.0, 18.0)
    stretch = EvidenceInput(delayed.recording, (zero.between(901, 2000), one))
    whole = score_of(evidence.term(delayed, rows, np.full(8, -1.0), 201))
    part = score_of(evidence.term(stretch, rows, np.full(8, -1.0), 201))
    assert (part.argmax(axis=1) == whole.argmax(axis=1)).all()
    assert np.corrcoef(part.ravel(), whole.ravel())[0, 1] > 0.95


def test_nothing_is_known_beyond_channel_1(delayed):
    evidence = evidence_of(a_net())
    term = score_of(evidence.term(delayed, np.array([1.0, 24.0]), np.full(2, -5.0), 1001))
    assert (term[0, :300] == 0).all()
    assert (term[1, -300:] == 0).all()


def test_progress_rises(delayed):
    evidence = evidence_of(a_net())
    shares = list(evidence.term(delayed, np.arange(3.0, 20.0), np.full(17, -1.0), 201))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 5


def test_the_scorer_peaks_at_the_true_offset_and_knows_nothing_beyond_channel_1(delayed):
    rows = np.array([1.0, 5.0, 8.0, 12.0, 15.0, 24.0])
    odds = result_of(open_compact().term(delayed, rows, np.full(6, -5.0), 1001)).log_odds
    best = -5.0 + 0.01 * np.nanargmax(odds, axis=1)
    assert np.median(np.abs(best - 0.8)) < 0.03
    meant = rows[:, None] - 5.0 + 0.01 * np.arange(1001)
    inside = (meant >= 0.02) & (meant < delayed.recording.channels[1].duration_s - 0.02)
    assert np.isfinite(odds[inside]).all()
    beyond = (meant < -0.02) | (meant > delayed.recording.channels[1].duration_s + 0.02)
    assert np.isnan(odds[beyond]).all()


def test_the_scorer_says_the_same_of_every_band(delayed):
    rows, first = np.array([5.0, 6.0, 7.37]), np.array([-0.3, 0.21, 0.7])
    evidence = evidence_of(a_net())
    wide = result_of(evidence.term(delayed, rows, np.full(3, -1.0), 301)).log_odds
    narrow = result_of(evidence.term(delayed, rows, first, 51)).log_odds
    for row, start in enumerate(first):
        column = round((start + 1.0) / 0.01)
        away = narrow[row, 20:-20] - wide[row, column + 20 : column + 31]
        assert np.ptp(away) < 0.02, "but for the mean of the row, which depends on the band"


def test_the_scorers_odds_are_gathered_sums_of_products_place_by_place():
    rng = np.random.default_rng(9)
    scorer = a_scorer(places=4, odds=(2.0, -0.5))
    tokens = [FixedPoint.of(0.3 * rng.standard_normal((60, 5), np.float32), UNIT_STEP)] * 2
    (found,) = scorer.log_odds(tuple(tokens), np.array([60]), np.array([40]), 41)
    taper = np.hanning(6)[1:-1]
    values = tokens[0][:]
    score = np.array(
        [
            sum(
                weight * values[30 - 2 + place] @ values[20 + lag - 2 + place]
                for place, weight in enumerate(taper)
            )
            for lag in range(22)
        ]
    )
    nats = 2.0 * (score - score.mean())
    kernel = np.exp(-0.5 * (np.arange(-12, 13) / BLUR_TOKENS) ** 2)
    mirrored = np.pad(np.exp(nats), 12, mode="symmetric")
    around = np.lib.stride_tricks.sliding_window_view(mirrored, 25)
    odds = np.log(around @ kernel / kernel.sum()) - 0.5
    np.testing.assert_allclose(found[0, ::2], odds[:21], atol=1e-3)
    np.testing.assert_allclose(found[0, 1::2], (odds[:20] + odds[1:21]) / 2, atol=1e-3)
