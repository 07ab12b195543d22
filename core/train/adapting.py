"""The compact net learns one pair of recorders: how loud its bands count, and its weights anew.

From the recordings that a person corrected, by the loss that the net was made with. What may be
heard besides, and through which filters, is drawn anew every time: ten recordings are few.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.arrays import Floats, Floats32
from core.audio.spectra.levels import BANDS
from core.evidence.adaptation import Adaptation
from core.evidence.compact_net import LEVEL_SCALE
from core.nets.encoders.compact import TrainedCompactNet, open_compact_encoder
from core.train.offsets import Descent, Training, windows_loss
from core.train.samples.windows import FRAMES, WINDOW, Windows

# Chosen on simulated deployments (seeds 3700 and on).

RECIPE = Training(steps=240, crops_a_step=2, learning_rate=1e-3, weight_decay=0.0)
EPOCH_STEPS = 12
"""After so many steps what was learned so far is kept, and its loss is told."""
_GAIN_RATE, _SCALE_RATE = 30.0, 30.0
"""Of the weights' rate: gains are logarithms of large factors."""
_LOG_SCALE = -0.2
"""Where the nats a unit of the score start."""
_MIXED, _MIXED_DECADES = 0.7, 1.5
"""Share of crops to which another stretch is added, and how much weaker it may be."""
_MASKED, _MASKED_BANDS = 0.3, (3, 9)
_FILTERED, _FILTER_CORNERS, _FILTER_NATS = 0.5, 6, 0.8
_JUDGED_CROPS = 2
"""Of every recording that is left out, for the curve."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """What the net hears of a recording, and the truth.

    Parameters
    ----------
    levels : tuple of two ndarray of float16, shape (T, BANDS)
        As `core.evidence.compact_net.band_levels`, of both channels.
    offset : ndarray, shape (T,)
        From frames of channel 0 to their match in channel 1, frames.
    inside : ndarray of bool, shape (T,)
        Whether the offset is known there, and channel 1 holds that moment.
    """

    levels: tuple[NDArray[np.float16], NDArray[np.float16]]
    offset: Floats
    inside: NDArray[np.bool_]

    @property
    def can_teach(self) -> bool:
        """Whether it is long enough for a crop, and some match in it is known."""
        edge = WINDOW // 2
        return len(self.inside) >= FRAMES and bool(self.inside[edge:-edge].any())


@dataclass(frozen=True, slots=True)
class Epoch:
    """How far learning is.

    Parameters
    ----------
    number, of : int
        Epochs done, and all.
    loss : float
        Of what was learned from since the last one, nats a window.
    left_out : float
        Of recordings that took no part; NaN without any.
    """

    number: int
    of: int
    loss: float
    left_out: float


class AdaptedNet(nn.Module):
    """The shipped net and a gain for every band of each channel, with gradients."""

    def __init__(self, net: TrainedCompactNet) -> None:
        super().__init__()
        self.net = net.requires_grad_()
        self.log_gain = nn.Parameter(torch.zeros(2, BANDS))
        self.log_scale = nn.Parameter(torch.tensor(_LOG_SCALE))

    def embedded(self, levels: Floats32, channel: int) -> Tensor:
        """Embeddings of a channel, shape (T, D), from levels of shape (T, BANDS)."""
        heard = torch.from_numpy(levels) * self.log_gain[channel].exp()
        found: Tensor = self.net(heard[None])[0]
        return found

    @property
    def adaptation(self) -> Adaptation:
        """What was learned, as it is kept in files."""
        gain = self.log_gain.detach().exp().numpy().copy()
        halves = {
            name: value.astype(np.float16).astype(np.float32)
            for name, value in self.net.weights().items()
        }
        return Adaptation(gain, halves)


@dataclass(frozen=True, slots=True, eq=False)
class Keeping:
    """Where a state outlasts the process; by default nowhere.

    Parameters
    ----------
    load : callable
        Returns what was saved last, or None.
    save : callable
    """

    load: Callable[[], bytes | None] = lambda: None
    save: Callable[[bytes], None] = lambda _: None


@dataclass(slots=True)
class _State:
    """What the next epoch needs."""

    net: AdaptedNet
    descent: Descent
    epochs: list[Epoch] = field(default_factory=list)

    def packed(self) -> bytes:
        told = io.BytesIO()
        epochs = [(e.number, e.of, e.loss, e.left_out) for e in self.epochs]
        torch.save(
            {"net": self.net.state_dict(), "descent": self.descent.state, "epochs": epochs}, told
        )
        return told.getvalue()

    def unpack(self, content: bytes) -> None:
        state: dict[str, Any] = torch.load(io.BytesIO(content), weights_only=True)
        self.net.load_state_dict(state["net"])
        self.descent.resume(state["descent"])
        self.epochs = [Epoch(*each) for each in state["epochs"]]


def adapt_steps(
    examples: Sequence[Example],
    left_out: Sequence[Example],
    recipe: Training = RECIPE,
    keeping: Keeping | None = None,
) -> Generator[float | Epoch, None, Adaptation]:
    """Learn one pair of recorders; stop iterating to cancel.

    Parameters
    ----------
    examples : sequence of Example
        Each of which `can_teach`.
    left_out : sequence of Example
        Whose loss is told; nothing is learned from them.
    recipe : Training
    keeping : Keeping, optional
        An interrupted run of the same goes on from there, and comes to the same.

    Yields
    ------
    float or Epoch
        Share of the work done after every step, and what came of each epoch, those of an
        interrupted run at once.

    Returns
    -------
    Adaptation
    """
    keeping = keeping or Keeping()
    state = _begun(recipe)
    content = keeping.load()
    if content is not None:
        try:
            state.unpack(content)
        except (RuntimeError, KeyError, TypeError, ValueError, EOFError, pickle.UnpicklingError):
            state = _begun(recipe)
    yield from state.epochs
    judges = _judges(left_out)
    count = recipe.steps // EPOCH_STEPS
    for number in range(len(state.epochs), count):
        rng = np.random.default_rng((recipe.seed, number))
        losses = []
        for step in range(EPOCH_STEPS):
            crops = [_drawn(examples, rng) for _ in range(recipe.crops_a_step)]
            losses.append(
                state.descent.step(torch.cat([_loss(state.net, *crop, rng) for crop in crops]))
            )
            yield (number + step / EPOCH_STEPS) / count
        with torch.no_grad():
            rng = np.random.default_rng(recipe.seed)
            missed = [float(_loss(state.net, *crop, rng).mean()) for crop in judges]
        judged = float(np.mean(missed)) if missed else float("nan")
        state.epochs.append(Epoch(number + 1, count, float(np.mean(losses)), judged))
        keeping.save(state.packed())
        yield state.epochs[-1]
    return state.net.adaptation


Drawn = tuple[tuple[Floats32, Floats32], Windows]


def _begun(recipe: Training) -> _State:
    net = AdaptedNet(open_compact_encoder()[0].net)
    weights = list(net.net.parameters())
    groups = [(weights, 1.0), ([net.log_gain], _GAIN_RATE), ([net.log_scale], _SCALE_RATE)]
    return _State(net, Descent(recipe, groups, [*weights, net.log_gain]))


def _judges(left_out: Sequence[Example]) -> list[Drawn]:
    """Crops as they are, evenly spread."""
    found = []
    for example in left_out:
        last = len(example.levels[0]) - FRAMES
        for start in np.linspace(0, last, _JUDGED_CROPS).astype(int).tolist():
            crop = _crop(example, start)
            if np.isfinite(crop[1].place).any():
                found.append(crop)
    return found


def _drawn(examples: Sequence[Example], rng: np.random.Generator) -> Drawn:
    """A crop of some recording that holds a match, changed on its way."""
    while True:
        example = examples[int(rng.integers(len(examples)))]
        start = int(rng.integers(len(example.levels[0]) - FRAMES + 1))
        levels, windows = _crop(example, start)
        if np.isfinite(windows.place).any():
            break
    changed = [_changed(own, channel, examples, rng) for channel, own in enumerate(levels)]
    return (changed[0], changed[1]), windows


def _crop(example: Example, start: int) -> Drawn:
    windows = Windows.at(start, example.offset, example.inside)
    spans = ((start, FRAMES), (windows.start_1, windows.frames_1))
    zero, one = (_stretch(own, *span) for own, span in zip(example.levels, spans, strict=True))
    return (zero, one), windows


def _loss(
    net: AdaptedNet,
    levels: tuple[Floats32, Floats32],
    windows: Windows,
    rng: np.random.Generator,
) -> Tensor:
    embedded = net.embedded(levels[0], 0), net.embedded(levels[1], 1)
    return windows_loss(embedded, windows.place, net.log_scale, rng)


def _changed(
    levels: Floats32, channel: int, examples: Sequence[Example], rng: np.random.Generator
) -> Floats32:
    """Levels with another stretch of the same recorder in them, filtered, without some bands."""
    power = np.expm1(levels / LEVEL_SCALE)
    if rng.random() < _MIXED:
        other = examples[int(rng.integers(len(examples)))].levels[channel]
        start = int(rng.integers(max(1, len(other) - len(levels))))
        weaker = 10.0 ** rng.uniform(-_MIXED_DECADES, 0.0)
        power += np.float32(weaker) * np.expm1(_stretch(other, start, len(levels)) / LEVEL_SCALE)
    if rng.random() < _FILTERED:
        nats = rng.normal(0.0, _FILTER_NATS, _FILTER_CORNERS)
        corners = np.linspace(0, BANDS - 1, _FILTER_CORNERS)
        power *= np.exp(np.interp(np.arange(BANDS), corners, nats)).astype(np.float32)
    if rng.random() < _MASKED:
        first = int(rng.integers(BANDS - _MASKED_BANDS[1]))
        power[:, first : first + int(rng.integers(*_MASKED_BANDS))] = 0.0
    return np.asarray(np.float32(LEVEL_SCALE) * np.log1p(power))


def _stretch(levels: NDArray[np.float16], start: int, length: int) -> Floats32:
    """Levels from `start` on, none beyond the ends, shape (length, BANDS)."""
    out = np.zeros((length, levels.shape[1]), dtype=np.float32)
    low, high = max(0, start), min(len(levels), start + length)
    if high > low:
        out[low - start : high - start] = levels[low:high]
    return out
