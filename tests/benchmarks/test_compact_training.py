import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d

from core.audio.spectra.fixed_point import FixedPoint
from core.audio.spectra.levels import BANDS
from core.evidence import lags
from core.evidence.compact_net import CompactNet
from core.evidence.compact_scorer import BLUR_TOKENS, UNIT_STEP, CompactScorer
from core.train import offsets


def test_the_shipped_arithmetic_is_that_of_training(bench):
    torch.manual_seed(0)
    trained = bench("making.fit_compact").TrainedCompactNet(width=16, size=8)
    for weight in trained.parameters():
        weight.data += 0.1 * torch.randn_like(weight)
    levels = np.random.default_rng(0).standard_normal((120, BANDS)).astype(np.float32)
    with torch.no_grad():
        expected = trained(torch.from_numpy(levels)[None])[0].numpy()
    found = CompactNet(trained.weights(), trained.dilations)(levels)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_scores_of_training_are_those_of_aligning():
    rng = np.random.default_rng(1)
    left = rng.standard_normal((2, 20, 5)).astype(np.float32)
    right = rng.standard_normal((2, 60, 5)).astype(np.float32)
    expected = offsets.window_scores(torch.from_numpy(left), torch.from_numpy(right)).numpy()
    found = [lags.window_scores(*pair) for pair in zip(left, right, strict=True)]
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_net_learns_what_two_sensors_share(bench):
    """A few steps on one scene: the loss falls well below chance."""
    fit, scenes = bench("making.fit_compact"), bench("making.compact_scenes")
    rng = np.random.default_rng(2)
    log_power = np.log(rng.gamma(0.3, size=(4000, BANDS)) + 1e-6).astype(np.float16)
    example = scenes.Example((log_power, log_power), np.zeros(4000, "f4"), np.ones(4000, bool))
    recipe = fit.Recipe(steps=30, crops_a_step=1, learning_rate=1e-2)
    before = first_loss(fit, example, fit.TrainedCompactNet())
    *_, net = fit.train(recipe, [example], [example])
    after = first_loss(fit, example, net)
    assert after < 0.8 * before


def first_loss(fit, example, net):
    drawer = fit.Drawer(np.random.default_rng(0))
    crop = drawer.crop(example, [example])
    with torch.no_grad():
        return float(fit.loss(net, torch.tensor(0.0), crop, drawer).mean())


def test_the_scorers_arithmetic_is_that_of_its_training(bench):
    fit = bench("making.fit_scorer")
    torch.manual_seed(1)
    scorer = fit.TrainedScorer((6, 6, 4), width=5)
    layers = [torch.randn(400, width) for width in (6, 6, 4)]
    with torch.no_grad():
        trained = scorer.tokens(layers)
    shipped = CompactScorer(scorer.weights((0.001, 0.0)))
    np.testing.assert_allclose(shipped.tokens([x.numpy() for x in layers]), trained, atol=1e-5)
    with torch.no_grad():
        expected = fit.compared(scorer, [trained, trained], [200], [80], 240)[0].numpy()
    coded = FixedPoint.of(trained.numpy(), UNIT_STEP)
    (odds,) = shipped.log_odds((coded, coded), np.array([400]), np.array([160]), 479)
    assert odds[0, ::2].argmax() == expected.argmax() == 120
    gathered = gaussian_filter1d(expected - expected.mean(), BLUR_TOKENS)
    assert np.corrcoef(odds[0, ::2], gathered)[0, 1] > 0.999, "odds near zero are near the products"


def test_a_scorer_learns_what_two_sensors_share(bench):
    """A few steps on one crop: the loss falls."""
    fit, scenes = bench("making.fit_scorer"), bench("making.compact_scenes")
    rng = np.random.default_rng(3)
    shared = rng.gamma(0.3, size=(2000, BANDS))
    log_power = [
        np.log(shared + rng.gamma(0.5, size=shared.shape) + 1e-6).astype(np.float16) for _ in "01"
    ]
    example = scenes.Example(tuple(log_power), np.zeros(2000, "f4"), np.ones(2000, bool))
    crop = fit.Drawer(rng).crop(example, [example])
    torch.manual_seed(0)
    net, scorer = fit.open_compact_encoder()[0].net, fit.TrainedScorer([64] * 5 + [32])
    optimiser = torch.optim.Adam(scorer.parameters(), 1e-2)
    losses = []
    for _ in range(12):
        loss = fit.loss(net, scorer, crop, np.random.default_rng(4)).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]


def test_log_odds_of_a_scorer_are_fitted_on_what_took_no_part(bench):
    fit = bench("making.fit_scorer")
    scenes = bench("making.compact_scenes")
    trained = {*scenes.DRIFT_SEEDS, *scenes.SCENE_SEEDS, *scenes.CLIP_SEEDS}
    assert not trained & {*fit.HELD_OUT_DRIFTS, *fit.HELD_OUT_SCENES}
