"""Train ``resources/scorer.npz``, which ranks by the compact net alone.

usage: python -m benchmarks.making.fit_scorer [--steps N] [--out FOLDER]

The net stays as it is. One linear map of its layers and a weight for every place of three seconds
are learned by NT-Xent over all offsets of the same file within some seconds, on the data of
``fit_compact``; the log odds are fitted on drifts and scenes that took no part. Everything is
drawn from one seed, on one thread.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.common.places import shared
from benchmarks.making.compact_scenes import (
    Example,
    clip_examples,
    real_examples,
    simulated_examples,
)
from benchmarks.making.fit_compact import OUT, Crop, Drawer, crops_of, optimised
from benchmarks.making.provenance import provenance
from core.audio.spectra.fixed_point import FixedPoint
from core.evidence.compact import SCORER_FILE
from core.evidence.compact_net import band_levels, noise_floor
from core.evidence.compact_scorer import EMBEDDING_SCALE, TOKEN_FRAMES, UNIT_STEP, CompactScorer
from core.formats.files.atomic import write_whole
from core.nets.encoders.compact import TrainedCompactNet, open_compact_encoder
from core.train.offsets import Training, offset_loss, window_scores
from core.train.samples.windows import WINDOW

PLACES = 150
"""Of a window: three seconds of tokens."""
HELD_OUT_DRIFTS = range(120, 122)
HELD_OUT_SCENES = range(6900, 6912)
LAGS = 250
"""Offsets compared with each window in training, tokens: five seconds."""
SPAN = 500
"""Largest offset for the log odds, frames."""
NEAR_FRAMES = 30
"""Offsets nearer to the true one are not taken as wrong ones, frames."""


@dataclass(frozen=True)
class Recipe(Training):
    """What is trained how."""

    steps: int = 1500
    learning_rate: float = 5e-3
    width: int = 48


class TrainedScorer(nn.Module):
    """`core.evidence.compact_scorer.CompactScorer` with gradients.

    Parameters
    ----------
    layers : sequence of int
        Widths of the net's layers, the embeddings' last.
    width : int
        Of a token.
    places : int
        Of a window.
    """

    def __init__(self, layers: Sequence[int], width: int = 48, places: int = PLACES) -> None:
        super().__init__()
        self.projection = nn.Linear(sum(layers), width + 1)
        self.log_scale = nn.Parameter(torch.tensor(-0.2))
        away = np.abs(np.arange(places) - places / 2 + 0.5) / (places / 2)
        taper = np.maximum(np.cos(away * np.pi / 2) ** 2, 0.02)
        self.raw_taper = nn.Parameter(torch.from_numpy(np.log(np.expm1(taper))).float())

    def taper(self) -> Tensor:
        """A positive weight for every place."""
        return functional.softplus(self.raw_taper)

    def tokens(self, layers: Sequence[Tensor]) -> Tensor:
        """Tokens of shape (T, width), from layers of shape (T, C)."""
        *hidden, embedded = layers
        heard = [functional.layer_norm(own, own.shape[-1:]) for own in hidden]
        out = self.projection(torch.cat([*heard, EMBEDDING_SCALE * embedded], dim=-1))
        return functional.normalize(out[:, 1:], dim=1) * torch.sigmoid(out[:, :1])

    def weights(self, odds: tuple[float, float] = (1.0, 0.0)) -> dict[str, NDArray[np.floating]]:
        """Weights by the names and shapes of `CompactScorer`."""
        return {
            "projection": self.projection.weight.detach().numpy().T,
            "projection.bias": self.projection.bias.detach().numpy(),
            "taper": self.taper().detach().numpy(),
            "odds": np.array(odds),
        }


def layers_of(net: TrainedCompactNet, power: NDArray[np.float32]) -> list[Tensor]:
    """What goes into the blocks, what each adds up to, and the embeddings, every 20 ms."""
    log_power = np.log(power)
    levels = torch.from_numpy(band_levels(log_power, noise_floor(log_power)))[None]
    with torch.no_grad():
        hidden = net.hidden(levels)
        found = [*(own.mT for own in hidden), net.embedded(hidden[-1])]
    return [own[0, ::TOKEN_FRAMES] for own in found]


def compared(
    scorer: TrainedScorer, tokens: list[Tensor], row: Sequence[int], first: Sequence[int], lags: int
) -> Tensor:
    """Scores of windows around tokens `row` with windows around `first` and on, shape (R, lags)."""
    half, around = PLACES // 2, PLACES + lags
    zero = functional.pad(tokens[0], (0, 0, half, half))
    one = functional.pad(tokens[1], (0, 0, around, around))
    left = torch.stack([zero[at : at + PLACES] for at in row]) * scorer.taper()[:, None]
    right = torch.stack([one[around + at - half :][: PLACES + lags - 1] for at in first])
    return window_scores(left, right)


def loss(
    net: TrainedCompactNet, scorer: TrainedScorer, crop: Crop, rng: np.random.Generator
) -> Tensor:
    """Cross-entropy over the offsets of each window, shape (R,)."""
    tokens = [scorer.tokens(layers_of(net, power)) for power in crop.power]
    held = np.flatnonzero(~np.isnan(crop.place))
    middle = (crop.place[held] + WINDOW // 2) / TOKEN_FRAMES
    first = np.rint(middle).astype(np.intp) - rng.integers(10, LAGS - 10, len(held))
    row = (held * WINDOW + WINDOW // 2) // TOKEN_FRAMES
    score = compared(scorer, tokens, row.tolist(), first.tolist(), LAGS)
    away = torch.arange(LAGS)[None] - torch.from_numpy(middle - first)[:, None]
    return offset_loss(score, away, scorer.log_scale, reach=1.5)


def train(recipe: Recipe, real: list[Example], made: list[Example]) -> TrainedScorer:
    """Train on frozen layers of the shipped net."""
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    net = open_compact_encoder()[0].net
    crops = crops_of(recipe, Drawer(rng), rng, real, made)
    widths = [net.stem.out_channels] * (len(net.dilations) + 1) + [net.head.out_channels - 1]
    scorer = TrainedScorer(widths, recipe.width)
    weights = list(scorer.parameters())
    for _ in optimised(recipe, weights, weights, crops, partial(loss, net, scorer, rng=rng)):
        pass
    return scorer


def fitted_odds(scorer: TrainedScorer, held_out: Sequence[Example]) -> tuple[float, float]:
    """Slope and intercept that make the odds those of right against wrong offsets, equally common.

    The slope enters before odds are gathered from the offsets around; so it is searched.
    """
    net = open_compact_encoder()[0].net
    rng = np.random.default_rng(1)
    heard = [_heard(net, scorer, example) for example in held_out]
    pairs = [_places(example, rng) for example in held_out]

    def told(slope: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        odds = CompactScorer(scorer.weights((slope, 0.0)))
        right, wrong = [], []
        for tokens, (row, column, other) in zip(heard, pairs, strict=True):
            found = np.concatenate([*odds.log_odds(tokens, row, row - SPAN, 2 * SPAN + 1)])
            place = np.arange(len(row))
            right.append(found[place, column])
            wrong.append(found[place[:, None], other].ravel())
        parts = np.concatenate(right), np.concatenate(wrong)
        return parts[0][np.isfinite(parts[0])], parts[1][np.isfinite(parts[1])]

    def missed(slope: float, intercept: float) -> float:
        right, wrong = told(slope)
        losses = (
            np.logaddexp(0, -right - intercept).mean() + np.logaddexp(0, wrong + intercept).mean()
        )
        return float(losses)

    best = minimize(
        lambda at: missed(float(np.exp(at[0])), float(at[1])),
        [np.log(0.5), -1.0],
        method="Nelder-Mead",
        options={"xatol": 0.01, "fatol": 1e-5, "maxfev": 60},
    )
    return round(float(np.exp(best.x[0])), 3), round(float(best.x[1]), 3)


def _heard(
    net: TrainedCompactNet, scorer: TrainedScorer, example: Example
) -> tuple[FixedPoint, FixedPoint]:
    with torch.no_grad():
        zero, one = (
            scorer.tokens(layers_of(net, np.exp(power.astype(np.float32)))).numpy()
            for power in example.power
        )
    return FixedPoint.of(zero, UNIT_STEP), FixedPoint.of(one, UNIT_STEP)


def _places(example: Example, rng: np.random.Generator) -> tuple[NDArray, NDArray, NDArray]:
    """Rows every second, the column of each one's true offset, and three wrong ones."""
    row = np.arange(WINDOW, len(example.power[0]) - WINDOW, WINDOW)
    column = np.rint(100 * example.offset_s[row]).astype(np.intp) + SPAN
    kept = example.inside[row] & (column >= 0) & (column <= 2 * SPAN)
    row, column = row[kept], column[kept]
    away = rng.integers(NEAR_FRAMES, 2 * SPAN + 1 - NEAR_FRAMES, (len(row), 3))
    return row, column, (column[:, None] + away) % (2 * SPAN + 1)


def card(recipe: Recipe, counts: dict[str, int]) -> dict[str, object]:
    return {
        "what": "log odds that two moments are the same, from the layers of the compact net",
        "recipe": asdict(recipe),
        "data": counts,
        **provenance("fit_scorer"),
        "judged": "docs/compact.md, by python -m benchmarks.accuracy.scorer",
    }


def held_out(source: Path) -> list[Example]:
    """Recording D under other drifts, and other scenes."""
    return [*real_examples(source, HELD_OUT_DRIFTS), *simulated_examples(HELD_OUT_SCENES)]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.making.fit_scorer", description=__doc__
    )
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    source = shared()
    if source is None:
        print("The development recordings are not here (../shared, or FINCHSYNC_SHARED).")
        return 1
    recipe = Recipe(steps=arguments.steps)
    real = list(real_examples(source))
    made = [*simulated_examples(), *clip_examples(source)]
    scorer = train(recipe, real, made)
    fitting = held_out(source)
    odds = fitted_odds(scorer, fitting)
    print(f"log odds: slope {odds[0]}, intercept {odds[1]}")
    weights = {name: value.astype(np.float16) for name, value in scorer.weights(odds).items()}
    with write_whole(arguments.out / SCORER_FILE, overwrite=True) as file:
        np.savez(file, **weights)
    counts = {
        "recording D, drifts of ours (Apache-2.0)": len(real),
        "simulated scenes, and scenes of clips under MIT and BSD licences": len(made),
        "recording D under other drifts and other scenes, for the log odds": len(fitting),
    }
    told = yaml.safe_dump(card(recipe, counts), sort_keys=False)
    (arguments.out / "scorer.yaml").write_text(told, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
