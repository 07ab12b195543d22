from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy, softmax

from core.nets.heads.making import Ears, HeadOptions, build_scorer
from core.nets.heads.names import SYSTEMS
from core.train.line import fitted_line
from core.train.loss import judged, ranked
from core.train.samples.draw import Sample

ALL = torch.ones(4, 9, dtype=torch.bool)
TRUE = torch.tensor([0, 3, 5, 8])


def similarities(systems: int = 1, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(systems, 4, 9, generator=generator) - 0.5


def test_nt_xent_is_cross_entropy_over_rows_and_over_true_columns():
    each = similarities()
    logits = each[0] / 0.05
    rows, columns = cross_entropy(logits, TRUE), cross_entropy(logits[:, TRUE].T, torch.arange(4))
    found = ranked(each, TRUE, ALL)
    assert found.loss.item() == pytest.approx((rows.item() + columns.item()) / 2, rel=1e-5)
    assert found.chance == pytest.approx((math.log(9) + math.log(4)) / 2)
    torch.testing.assert_close(found.right, each[0][torch.arange(4), TRUE])


def test_what_is_neither_right_nor_wrong_does_not_count():
    """As if those clips were not there; the true one counts even where it is marked as near."""
    each, wrong = similarities(), ALL.clone()
    wrong[:, 1:3] = False
    wrong[torch.arange(4), TRUE] = False
    kept = torch.tensor([0, 3, 4, 5, 6, 7, 8])
    expected = ranked(each[:, :, kept], torch.tensor([0, 1, 3, 6]), torch.ones(4, 7).bool())
    found = ranked(each, TRUE, wrong)
    assert found.loss.item() == pytest.approx(expected.loss.item(), rel=1e-5)
    assert found.chance == pytest.approx(expected.chance)
    assert len(found.wrong) == 4 * 6


def test_a_scorer_that_knows_nothing_loses_what_chance_loses():
    found = ranked(torch.zeros(3, 4, 9), TRUE, ALL)
    assert found.loss.item() == pytest.approx(found.chance, rel=1e-6)


def test_systems_learn_each_by_itself():
    each = similarities(3)
    alone = [ranked(system[None], TRUE, ALL).loss for system in each]
    assert ranked(each, TRUE, ALL).loss.item() == pytest.approx(sum(alone).item(), rel=1e-5)


def test_a_teacher_adds_the_cross_entropy_with_its_softmax():
    each, taught = similarities(), similarities(seed=1)[0]
    logits, told = each[0] / 0.05, taught / 0.05
    rows = cross_entropy(logits, softmax(told, dim=1))
    columns = cross_entropy(logits[:, TRUE].T, softmax(told[:, TRUE].T, dim=1))
    alone = ranked(each, TRUE, ALL).loss
    found = ranked(each, TRUE, ALL, taught).loss - alone
    assert found.item() == pytest.approx((rows.item() + columns.item()) / 2, rel=1e-4)


def test_a_batch_is_judged_from_its_clips_and_all_weights_learn():
    torch.manual_seed(0)
    scorer = build_scorer("retrieval", Ears(16, (5, 1)), HeadOptions(systems=SYSTEMS))
    samples = (
        Sample(0, 3.0, 48_000, (48_000, 90_000)),
        Sample(0, 3.1, 49_600, (49_600,)),  # too near to the first to be wrong
        Sample(1, 3.0, 2, (48_000, 70_000, 80_000)),
    )
    tokens = torch.randn(3, 5, 16), torch.randn(6, 5, 16)
    found = judged(scorer, samples, tokens, 0.2)
    keys = scorer.keys(tokens[0]), scorer.keys(tokens[1])
    wrong = torch.ones(3, 6, dtype=torch.bool)
    for row, column in ((0, 0), (0, 2), (1, 0), (1, 2), (2, 3)):
        wrong[row, column] = False
    expected = ranked(scorer.each(*keys), torch.tensor([0, 2, 3]), wrong)
    assert found.loss.item() == pytest.approx(expected.loss.item(), rel=1e-5)
    torch.testing.assert_close(found.wrong, expected.wrong, atol=1e-6, rtol=1e-4)
    found.loss.backward()
    assert all(weight.grad is not None for weight in scorer.parameters())


def test_the_line_gives_log_odds_of_right_against_wrong():
    """Of two normal distributions of one spread it is known: their distance over the variance."""
    rng = np.random.default_rng(0)
    right, wrong = rng.normal(0.3, 0.1, 20_000), rng.normal(0.1, 0.1, 60_000)
    slope, zero = fitted_line(right, wrong)
    assert slope == pytest.approx(0.2 / 0.1**2, rel=0.05)
    assert -zero / slope == pytest.approx(0.2, abs=0.005)
    for a, b in product((right, np.full(9, 0.5)), (right, np.full(9, 0.5))):
        assert fitted_line(a, b)[0] > 0
