"""The compact net learns a pair of recorders, and goes on where it was ended."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from core.audio.spectra.levels import BANDS
from core.evidence.compact_net import CompactNet
from core.nets.encoders.compact import open_compact_encoder
from core.steps import result_of
from core.train.adapting import (
    EPOCH_STEPS,
    RECIPE,
    AdaptedNet,
    Epoch,
    Example,
    Keeping,
    adapt_steps,
)

OFFSET = 130
SHARED = slice(8, 20)
SHORT = replace(RECIPE, steps=2 * EPOCH_STEPS, crops_a_step=1)


def example(seed: int, frames: int = 2000) -> Example:
    """Both recorders hear the same in a few bands; the others are full of what only one hears."""
    rng = np.random.default_rng(seed)
    world = rng.gamma(0.05, 20.0, (frames + OFFSET, BANDS))
    zero, one = (rng.gamma(0.05, 200.0, (frames, BANDS)) for _ in "01")
    zero[:, SHARED], one[:, SHARED] = world[OFFSET:, SHARED], world[:frames, SHARED]
    inside = np.arange(frames) < frames - OFFSET
    levels = [(0.5 * np.log1p(power)).astype(np.float16) for power in (zero, one)]
    return Example((levels[0], levels[1]), np.full(frames, float(OFFSET)), inside)


@pytest.fixture(scope="module")
def learned():
    steps = list(adapt_steps([example(1), example(2)], [example(3)], SHORT))
    return [step for step in steps if isinstance(step, Epoch)]


class Shelf:
    """Keeps the last state."""

    def __init__(self) -> None:
        self.content: bytes | None = None
        self.saved = 0

    def save(self, content: bytes) -> None:
        self.content, self.saved = content, self.saved + 1

    @property
    def keeping(self) -> Keeping:
        return Keeping(lambda: self.content, self.save)


def test_recordings_that_took_no_part_are_told_apart_better(learned):
    assert [epoch.number for epoch in learned] == [1, 2]
    assert learned[-1].left_out < learned[0].left_out


def test_bands_that_only_one_recorder_hears_count_less():
    found = result_of(adapt_steps([example(1), example(2)], [], SHORT))
    useful = np.zeros(BANDS, bool)
    useful[SHARED] = True
    for gain in found.gain:
        assert np.median(gain[useful]) > np.median(gain[~useful])


def test_nothing_learned_is_the_shipped_net():
    net = open_compact_encoder()[0].net
    adaptation = AdaptedNet(net).adaptation
    assert (adaptation.gain == 1).all()
    levels = example(4).levels[0][:200].astype(np.float32)
    expected = CompactNet(net.weights(), net.dilations)(levels)
    assert np.allclose(CompactNet(adaptation.weights, net.dilations)(levels), expected, atol=1e-6)


def test_an_interrupted_run_comes_to_the_same():
    examples = [example(1), example(2)]
    whole = result_of(adapt_steps(examples, [], SHORT))
    shelf = Shelf()
    steps = adapt_steps(examples, [], SHORT, shelf.keeping)
    list(islice(steps, EPOCH_STEPS + 5))
    steps.close()
    assert shelf.saved == 1
    first = next(resumed := adapt_steps(examples, [], SHORT, shelf.keeping))
    assert isinstance(first, Epoch)
    assert result_of(resumed).digest == whole.digest
    assert shelf.saved == 2
    # All is done: nothing is learned again.
    assert result_of(adapt_steps(examples, [], SHORT, shelf.keeping)).digest == whole.digest
    assert shelf.saved == 2


@pytest.mark.parametrize("content", [b"", b"not a state", b"PK\x03\x04"])
def test_a_state_of_no_use_is_begun_anew(content):
    shelf = Shelf()
    shelf.content = content
    first = next(iter(adapt_steps([example(1)], [], SHORT, shelf.keeping)))
    assert isinstance(first, float)
