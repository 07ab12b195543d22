"""Train ``resources/compact.npz``, the net that FinchSync ships.

usage: python -m benchmarks.making.fit_compact [--steps N] [--out FOLDER]

Embeddings of the two channels at the true offset are to be more alike than at any
other offset of the same file within some seconds: cross-entropy over the offsets of
windows of a second. Everything is drawn from one seed, on one thread.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.common.places import shared
from benchmarks.making.compact_augment import Augmenter
from benchmarks.making.compact_scenes import (
    Example,
    clip_examples,
    real_examples,
    simulated_examples,
)
from benchmarks.making.provenance import provenance
from core.audio.spectra.levels import LEAST_POWER
from core.evidence.compact import FILE
from core.evidence.compact_net import band_levels, noise_floor
from core.formats.files.atomic import write_whole
from core.nets.encoders.compact import TrainedCompactNet
from core.train.offsets import Descent, Training, windows_loss
from core.train.samples.windows import FRAMES, Windows

Frames = NDArray[np.float32]

OUT = Path(__file__).parents[2] / "resources"


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
        self.rng = rng
        self._augment = Augmenter.of(rng)

    def crop(self, example: Example, others: Sequence[Example]) -> Crop:
        """One crop of an example, changed on the way; of `others`, some may be heard in it."""
        start = int(self.rng.integers(len(example.power[0]) - FRAMES + 1))
        at = Windows.at(start, 100.0 * example.offset_s.astype(np.float64), example.inside)
        spans = ((0, start, FRAMES), (1, at.start_1, at.frames_1))
        power = [self._changed(_stretch(example.power[c], s, n), others) for c, s, n in spans]
        return Crop((power[0], power[1]), at.place)

    def _changed(self, power: Frames, others: Sequence[Example]) -> Frames:
        strange = others[self.rng.integers(len(others))].power[self.rng.integers(2)]
        start = int(self.rng.integers(max(1, len(strange) - len(power))))
        return self._augment(power, _stretch(strange, start, len(power)))


def loss(net: TrainedCompactNet, log_scale: Tensor, crop: Crop, drawer: Drawer) -> Tensor:
    """Cross-entropy over the offsets of each window, shape (R,)."""
    levels = [band_levels(power, noise_floor(power)) for power in map(np.log, crop.power)]
    embedded = [net(torch.from_numpy(level)[None])[0] for level in levels]
    return windows_loss((embedded[0], embedded[1]), crop.place, log_scale, drawer.rng)


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
    descent = Descent(recipe, [(weights, 1.0)], clipped)
    recent: list[float] = []
    started_s = time.monotonic()
    for step in range(1, recipe.steps + 1):
        recent.append(
            descent.step(torch.cat([loss_of(next(crops)) for _ in range(recipe.crops_a_step)]))
        )
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
        **provenance("fit_compact"),
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
