import numpy as np
import torch

from core.audio.levels import BANDS
from core.evidence import compact
from core.evidence.compact_net import CompactNet


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


def test_scores_of_training_are_those_of_aligning(bench):
    rng = np.random.default_rng(1)
    left = rng.standard_normal((2, 20, 5)).astype(np.float32)
    right = rng.standard_normal((2, 60, 5)).astype(np.float32)
    train_scores = bench("making.fit_compact").window_scores
    expected = train_scores(torch.from_numpy(left), torch.from_numpy(right)).numpy()
    found = [compact.window_scores(*pair) for pair in zip(left, right, strict=True)]
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
