"""Train ``resources/finder.safetensors``, by which sounds are found.

usage: python -m benchmarks.making.fit_finder [--steps N] [--out FOLDER]

The compact net stays as it is. A small head of its layers learns which third of which kind of call
a frame is, and which eighth of which bird's song, on simulated birds at 0 to 25 dB: what is alike
within a kind is kept, what tells birds, recorders and places apart is not. The kinds themselves
are thrown away afterwards. Which moment a frame is say the net's embeddings, as they are, in the
directions in which they differ most. Everything is drawn from one seed, on one thread.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from safetensors.numpy import save
from torch import nn
from torch.nn import functional

from benchmarks.making.compact_scenes import log_mel_of
from benchmarks.making.fit_compact import OUT
from benchmarks.making.provenance import provenance
from core.audio.spectra.levels import RATE_HZ
from core.evidence.compact import open_net
from core.evidence.compact_net import band_levels, noise_floor
from core.evidence.compact_scorer import side_by_side
from core.find.frames import EVERY, FILE, MOMENT_WIDTH, STEP_S, WIDTH
from core.formats.files.atomic import write_whole
from core.simulate import DriftSpec, SceneSpec, render_stems
from core.simulate.aviary import SONG
from core.simulate.scene import active_power

SCENES = range(8100, 8160)
SCENE_S = 120.0
SNR_DB = (0.0, 25.0)
FAINTEST_DB = -6.0
"""Events below this in their channel teach nothing."""
BACKGROUND_SHARE = 0.2
BACKGROUND = ("background", 0)

Frames = NDArray[np.float32]


@dataclass(frozen=True)
class Recipe:
    """What is trained how."""

    seed: int = 0
    steps: int = 2500
    batch: int = 2048
    hidden: int = 128
    temperature: float = 0.1
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    parts: int = 3
    song_parts: int = 8
    song_share: float = 0.17
    """Weight of a part of a song against one of a call."""


@dataclass(frozen=True, eq=False)
class Taught:
    """Frames of one channel, and what each is a part of."""

    heard: NDArray[np.float16]
    kinds: list[tuple[object, ...] | None]


def taught(recipe: Recipe) -> Iterator[Taught]:
    """Both channels of all scenes."""
    net = open_net()
    for seed in SCENES:
        snr_db = np.random.default_rng(seed).uniform(*SNR_DB)
        stems = render_stems(
            "zebra_finch", seed, SCENE_S, RATE_HZ, DriftSpec.moderate(), SceneSpec()
        )
        samples = stems.mix(snr_db, RATE_HZ)
        for channel in (0, 1):
            log_power = log_mel_of(samples[:, channel])
            levels = band_levels(log_power, noise_floor(log_power))
            heard = side_by_side(net.embedded(levels, EVERY, EVERY)[1]).astype(np.float16)
            kinds: list[tuple[object, ...] | None] = [BACKGROUND] * len(heard)
            noise = active_power(stems.voices[:, channel], RATE_HZ) * 10 ** (-snr_db / 10)
            for event in stems.events:
                if not event.heard[channel]:
                    continue
                ends_s = np.array([event.start_s, event.end_s])
                start_s, end_s = stems.time_map.to_channel_1(ends_s) if channel else ends_s
                first, last = round(start_s / STEP_S), round(end_s / STEP_S)
                own = stems.voices[int(start_s * RATE_HZ) : int(end_s * RATE_HZ), channel]
                if first < 2 or last > len(heard) - 2 or not len(own):
                    continue
                clear = 10 * np.log10(np.mean(own**2) / noise + 1e-9) > FAINTEST_DB
                kinds[first - 2 : last + 2] = [
                    None if kind == BACKGROUND else kind for kind in kinds[first - 2 : last + 2]
                ]
                sung = event.word == SONG
                parts = recipe.song_parts if sung else recipe.parts
                whose = (seed, event.source) if sung else ()
                for at in range(first, max(last, first + 1)):
                    part = parts * (at - first) // max(last - first, 1)
                    kinds[at] = (event.word, part, *whose) if clear else None
            yield Taught(heard, kinds)


def train(recipe: Recipe) -> tuple[dict[str, Frames], int]:
    """Weights as `core.find.frames.Head` takes them, and how many frames they learned from."""
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    heard, kind, names = _gathered(recipe, rng)
    counts = np.bincount(kind, minlength=len(names))
    weight = 1 / np.sqrt(np.maximum(counts, 1))
    weight[[name[0] == SONG for name in names]] *= recipe.song_share
    chance = weight[kind] / weight[kind].sum()
    net = nn.Sequential(
        nn.Linear(heard.shape[1], recipe.hidden),
        nn.GELU(approximate="tanh"),
        nn.Linear(recipe.hidden, WIDTH),
    )
    prototypes = nn.Parameter(0.1 * torch.randn(len(names), WIDTH))
    weights = [*net.parameters(), prototypes]
    optimiser = torch.optim.AdamW(
        weights, lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.learning_rate, recipe.steps)
    for step in range(recipe.steps):
        drawn = rng.choice(len(kind), recipe.batch, p=chance)
        found = functional.normalize(net(torch.from_numpy(heard[drawn].astype(np.float32))), dim=1)
        alike = found @ functional.normalize(prototypes, dim=1).T / recipe.temperature
        loss = functional.cross_entropy(alike, torch.from_numpy(kind[drawn]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 500 == 0:
            print(f"step {step}: {loss.item():.3f}", flush=True)
    with torch.no_grad():
        background = functional.normalize(prototypes[names[BACKGROUND]], dim=0)
        some = torch.from_numpy(heard[rng.choice(len(kind), 20_000)].astype(np.float32))
        embedded = some[:, -open_net().width :]
        found = functional.normalize(net(some), dim=1)
        found = found - (found @ background)[:, None] * background
        turn = _most_telling(found)
        first, _, last = net
        told = {
            "hidden": first.weight.T,
            "hidden.bias": first.bias,
            "out": last.weight.T,
            "out.bias": last.bias,
            "background": background,
            "turn": turn,
            "moments": _most_telling(embedded)[:, :MOMENT_WIDTH],
        }
        return {k: v.numpy().astype(np.float16).copy() for k, v in told.items()}, len(kind)


def _most_telling(rows: torch.Tensor) -> torch.Tensor:
    """Orthogonal directions, those in which rows are longest first."""
    turn: torch.Tensor = torch.linalg.eigh(rows.T @ rows)[1].flip(1)
    return turn


def _gathered(
    recipe: Recipe, rng: np.random.Generator
) -> tuple[NDArray[np.float16], NDArray[np.intp], dict[tuple[object, ...], int]]:
    heard, kinds = [], []
    names: dict[tuple[object, ...], int] = {BACKGROUND: 0}
    for each in taught(recipe):
        kind = np.array([-1 if k is None else names.setdefault(k, len(names)) for k in each.kinds])
        kept = kind > 0
        kept |= (kind == 0) & (rng.random(len(kind)) < BACKGROUND_SHARE)
        heard.append(each.heard[kept])
        kinds.append(kind[kept])
    return np.concatenate(heard), np.concatenate(kinds), names


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.making.fit_finder", description=__doc__
    )
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    recipe = Recipe(steps=arguments.steps)
    weights, frames = train(recipe)
    with write_whole(arguments.out / FILE, overwrite=True) as file:
        file.write(save(weights))
    card = {
        "what": "frames by which sounds are found, from the layers of the compact net",
        "recipe": asdict(recipe),
        "data": {f"frames of {len(SCENES)} simulated aviaries, seeds {SCENES}": frames},
        **provenance("fit_finder"),
        "judged": "docs/find.md, by python -m benchmarks.accuracy.finding",
    }
    (arguments.out / "finder.yaml").write_text(
        yaml.safe_dump(card, sort_keys=False), encoding="utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
