"""Train ``resources/compact.npz``, the net that FinchSync ships.

usage: python -m benchmarks.making.fit_compact [--steps N] [--out FOLDER]

Embeddings of the two channels at the true offset are to be more alike than at any
other offset of the same file within some seconds: cross-entropy over the offsets of
windows of a second. Everything is drawn from one seed, on one thread.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from scipy.fft import next_fast_len
from torch import Tensor, nn

from benchmarks.common.places import shared
from benchmarks.making.compact_augment import Augmenter
from benchmarks.making.compact_scenes import (
    Example,
    clip_examples,
    real_examples,
    simulated_examples,
)
from core import __version__
from core.audio.levels import LEAST_POWER
from core.evidence.compact import FILE
from core.evidence.compact_net import band_levels, noise_floor
from core.formats.atomic import write_whole
from core.nets.encoders.compact import TrainedCompactNet

Frames = NDArray[np.float32]

WINDOW = 100
ROWS = 16
REACH = 250
"""Offsets to either side of the true one, frames."""
UNINFORMATIVE = 0.03
"""Share of windows taken to hold nothing that both sensors heard."""
OUT = Path(__file__).parents[2] / "resources"


@dataclass(frozen=True)
class Training:
    """How weights are made better: what the net and its scorer have in common."""

    seed: int = 0
    steps: int = 3500
    crops_a_step: int = 4
    real_share: float = 0.5
    learning_rate: float = 3e-3
    weight_decay: float = 0.02


@dataclass(frozen=True)
class Recipe(Training):
    """What is trained how."""

    weight: float = 1.1
    spectral_share: float = 0.5
    """What the aligner starts from; see `core.evidence.learned.LearnedEvidence`.

    `benchmarks.making.fit_evidence_weights --compact` says 1.36 and 0.52 on simulated scenes. Real
    sensors share less: the weight was taken lower, with recordings A and B in view.
    """


@dataclass(frozen=True, eq=False)
class Crop:
    """Neighbouring windows of channel 0 and the stretch of channel 1 around them.

    Parameters
    ----------
    power : tuple of two ndarray of float32, shape (T, BANDS)
    place : ndarray, shape (R,)
        Where each window's match begins in the stretch of channel 1, frames.
    """

    power: tuple[Frames, Frames]
    place: NDArray[np.float64]


class Drawer:
    """Draws crops from examples."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._augment = Augmenter.of(rng)

    def crop(self, example: Example, others: Sequence[Example]) -> Crop:
        """One crop of an example, changed on the way; of `others`, some may be heard in it."""
        length = ROWS * WINDOW
        start = int(self._rng.integers(len(example.power[0]) - length + 1))
        begin = start + WINDOW * np.arange(ROWS)
        centre = begin + WINDOW // 2
        offset = 100.0 * example.offset_s[centre].astype(np.float64)
        low, high = int(offset.min()) - REACH, int(offset.max()) + REACH + 1
        spans = ((0, start, length), (1, start + low, length + high - low))
        power = [self._changed(_stretch(example.power[c], s, n), others) for c, s, n in spans]
        place = WINDOW * np.arange(ROWS) + offset - low
        place[~example.inside[centre]] = np.nan
        return Crop((power[0], power[1]), place)

    def _changed(self, power: Frames, others: Sequence[Example]) -> Frames:
        strange = others[self._rng.integers(len(others))].power[self._rng.integers(2)]
        start = int(self._rng.integers(max(1, len(strange) - len(power))))
        return self._augment(power, _stretch(strange, start, len(power)))

    def lags(self, place: NDArray[np.float64], frames: int) -> NDArray[np.intp]:
        """Where the offsets compared with each window begin; the true one lies anywhere inside."""
        first = np.rint(place) - self._rng.integers(40, 2 * REACH - 40, len(place))
        return np.clip(first, 0, frames - WINDOW - 2 * REACH + 1).astype(np.intp)


def loss(net: TrainedCompactNet, log_scale: Tensor, crop: Crop, drawer: Drawer) -> Tensor:
    """Cross-entropy over the offsets of each window, shape (R,)."""
    levels = [band_levels(power, noise_floor(power)) for power in map(np.log, crop.power)]
    embedded = [net(torch.from_numpy(level)[None])[0] for level in levels]
    rows = np.flatnonzero(~np.isnan(crop.place))
    place = crop.place[rows]
    first = drawer.lags(place, len(embedded[1]))
    left = embedded[0].reshape(ROWS, WINDOW, -1)[rows]
    right = torch.stack([embedded[1][at : at + WINDOW + 2 * REACH - 1] for at in first])
    away = torch.arange(2 * REACH)[None] - torch.from_numpy(place - first)[:, None]
    return offset_loss(window_scores(left, right), away, log_scale, reach=2.0)


def offset_loss(score: Tensor, away: Tensor, log_scale: Tensor, reach: float) -> Tensor:
    """Cross-entropy of the true offset among all, in rows of which a few hold nothing.

    Parameters
    ----------
    score : Tensor, shape (R, L)
    away : Tensor, shape (R, L)
        Columns from the true offset.
    log_scale : Tensor
        Logarithm of nats a unit of the score.
    reach : float
        Columns from the true offset at which one no longer counts as right.

    Returns
    -------
    Tensor, shape (R,)
    """
    likely = torch.log_softmax(log_scale.exp() * (score - score.mean(dim=1, keepdim=True)), dim=1)
    target = torch.clamp(1.0 - away.abs() / reach, min=0.0)
    target /= target.sum(dim=1, keepdim=True).clamp(min=1e-6)
    hit = (target * likely).sum(dim=1).exp()
    return -torch.log((1 - UNINFORMATIVE) * hit + UNINFORMATIVE / score.shape[1]).float()


def window_scores(left: Tensor, right: Tensor) -> Tensor:
    """As `core.evidence.lags.window_scores`."""
    lags = right.shape[1] - left.shape[1] + 1
    size = next_fast_len(right.shape[1], real=True)
    spectrum = torch.fft.rfft(left, size, dim=1).conj() * torch.fft.rfft(right, size, dim=1)
    return torch.fft.irfft(spectrum.sum(dim=2), size, dim=1)[:, :lags]


def train(recipe: Recipe, real: list[Example], made: list[Example]) -> Iterator[TrainedCompactNet]:
    """Train; the net so far is yielded every 500 steps and at the end."""
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    drawer = Drawer(rng)
    net, log_scale = TrainedCompactNet(), nn.Parameter(torch.tensor(-0.5))
    clipped = list(net.parameters())
    crops = crops_of(recipe, drawer, rng, real, made)
    for step in optimised(
        recipe, [*clipped, log_scale], clipped, crops, partial(loss, net, log_scale, drawer=drawer)
    ):
        if step % 500 == 0 or step == recipe.steps:
            yield net


def crops_of(
    recipe: Training,
    drawer: Drawer,
    rng: np.random.Generator,
    real: list[Example],
    made: list[Example],
) -> Iterator[Crop]:
    """Crops without end, a share of them of real recordings."""
    everything = [*real, *made]
    while True:
        pool = real if rng.random() < recipe.real_share else made
        yield drawer.crop(pool[rng.integers(len(pool))], everything)


def optimised(
    recipe: Training,
    weights: Sequence[nn.Parameter],
    clipped: Sequence[nn.Parameter],
    crops: Iterator[Crop],
    loss_of: Callable[[Crop], Tensor],
) -> Iterator[int]:
    """Make weights better step by step; the number of each step is yielded after it.

    Parameters
    ----------
    recipe : Training
    weights : sequence of Parameter
    clipped : sequence of Parameter
        Those among them whose gradient is kept no longer than one.
    crops : iterator of Crop
    loss_of : callable
        Losses of a crop, shape (R,).
    """
    optimiser = torch.optim.AdamW(
        weights, lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.learning_rate, total_steps=recipe.steps + 1, pct_start=0.1
    )
    recent: list[float] = []
    started_s = time.monotonic()
    for step in range(1, recipe.steps + 1):
        mean = torch.cat([loss_of(next(crops)) for _ in range(recipe.crops_a_step)]).mean()
        optimiser.zero_grad()
        mean.backward()
        nn.utils.clip_grad_norm_(clipped, 1.0)
        optimiser.step()
        schedule.step()
        recent.append(mean.item())
        if step % 100 == 0:
            spent_s = time.monotonic() - started_s
            print(f"step {step}: loss {np.mean(recent[-100:]):.3f} ({spent_s:.0f} s)", flush=True)
        yield step


def save(path: Path, net: TrainedCompactNet, recipe: Recipe) -> None:
    """Write a net in half precision."""
    halves = {name: value.astype(np.float16) for name, value in net.weights().items()}
    with write_whole(path, overwrite=True) as file:
        np.savez(
            file,
            weight=recipe.weight,
            spectral_share=recipe.spectral_share,
            dilations=np.array(net.dilations),
            **halves,
        )


def _stretch(log_power: NDArray[np.float16], start: int, length: int) -> Frames:
    """Power from `start` on, next to nothing beyond the ends, shape (length, BANDS)."""
    out = np.full((length, log_power.shape[1]), np.log(LEAST_POWER), dtype=np.float32)
    low, high = max(0, start), min(len(log_power), start + length)
    if high > low:
        out[low - start : high - start] = log_power[low:high]
    return np.exp(out)


def card(recipe: Recipe, real: list[Example], made: list[Example]) -> dict[str, object]:
    return {
        "what": "embeddings of 10 ms frames, alike where two sensors hear the same sound",
        "recipe": asdict(recipe),
        "data": {
            "recording D, drifts of ours (Apache-2.0)": len(real),
            "simulated scenes, and scenes of clips under MIT and BSD licences": len(made),
        },
        "weights": sum(weight.numel() for weight in TrainedCompactNet().parameters()),
        "versions": {
            "finchsync": __version__,
            "torch": torch.__version__.split("+")[0],
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "date": date.today().isoformat(),
        "made_by": "python -m benchmarks.making.fit_compact",
        "judged": "docs/compact.md, by python -m benchmarks.accuracy.compact_gain",
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.making.fit_compact", description=__doc__
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
    print(f"{len(real)} files of recording D, {len(made)} scenes", flush=True)
    for net in train(recipe, real, made):
        save(arguments.out / FILE, net, recipe)
    told = yaml.safe_dump(card(recipe, real, made), sort_keys=False)
    (arguments.out / "compact.yaml").write_text(told, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
