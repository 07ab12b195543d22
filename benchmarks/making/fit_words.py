"""Train ``resources/words.safetensors``, by which sounds are found by words.

usage: python -m benchmarks.making.fit_words --work FOLDER [--scenes N] [--steps N] [--out FOLDER]
       python -m benchmarks.making.fit_words --work FOLDER --text-encoder ROBERTA --out ROBERTA

Simulated birds do as they are told (`benchmarks.making.word_clips`), so that every clip has a list
of events, and every sentence is true of it or not. An ear first learns which word begins at every
step. Then the three systems of Calvet and Toledano (2025), above it, learn by NT-Xent from
sentences and clips; many clips of a batch differ from others of it in a number or the order only.
The last system goes on learning, also from the mean of the three. Shipped are the ear, by which
sentences are looked up (`core.find.words.chances`), and this system. A fifth of all
orders of two sounds is never heard and never said in training, whatever the numbers: by these all
systems are judged. What is done stays in the folder, and another run goes on from there.

With ``--text-encoder``, a folder as ``core.nets.text_encoder`` takes it, one system learns above
its frozen vectors of sentences, in several wordings, and above the shipped ear: what
``finchsync find --words-model`` looks for in the folder.
"""

from __future__ import annotations

import argparse
import copy
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib import resources
from pathlib import Path

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from safetensors.numpy import load, save
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.accuracy.finding.words import Judges, Row, rows_of_chances
from benchmarks.common import store
from benchmarks.making.fit_compact import OUT
from benchmarks.making.provenance import provenance
from benchmarks.making.word_clips import TAUGHT, Clip, held_back, taught_clips
from benchmarks.making.word_lessons import Lessons, heard_at
from benchmarks.making.word_texts import Said
from core.find.frames import WIDTH
from core.find.index import SCALE
from core.find.words.model import FILE, WordModel
from core.find.words.sentence import TOKENS, WORDS
from core.find.words.text_tower import ENCODER
from core.formats.files.atomic import write_whole
from core.nets.heads.names import SYSTEMS, System
from core.nets.text_encoder import TextEncoder
from core.nets.words import Ear, WordConfig, WordSystem
from core.nets.words_folder import open_words_folder
from core.train.loss import ranked

DISTILLED: System = "all"
"""What the one asks with that goes on learning, from the mean of all."""
AS_TOKENS = Said()
RESULTS = Path(__file__).parents[1] / "results"


@dataclass(frozen=True)
class Recipe:
    """What is trained how."""

    seed: int = 0
    listening_steps: int = 1500
    listening_batch: int = 64
    steps: int = 800
    batch: int = 64
    listening_rate: float = 3e-3
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.01
    counting_weight: float = 0.3
    ways: int = 3


def optimised(
    net: nn.Module, steps: int, rate: float, recipe: Recipe, lost: Callable[[], Tensor]
) -> None:
    """Take steps down what is lost, and say how it goes."""
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps, pct_start=0.1)
    started_s = time.monotonic()
    for step in range(steps):
        loss = lost()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 100 == 0 or step == steps - 1:
            print(f"  {step}: {loss.item():.3f}, {time.monotonic() - started_s:.0f} s", flush=True)


class Truth:
    """What is true of clips, as tensors; see `heard_at`."""

    def __init__(self, clips: Sequence[Clip]) -> None:
        self._all = heard_at(clips)

    def at(self, places: NDArray[np.intp]) -> list[Tensor]:
        """Of some clips."""
        return [torch.from_numpy(each[places]) for each in self._all]


def listening(ear: Ear, recipe: Recipe, lessons: Lessons, clips: Sequence[Clip]) -> None:
    """Teach an ear what begins when, and how often."""
    begins, counts = (torch.from_numpy(each) for each in heard_at(clips))

    def lost() -> Tensor:
        at = lessons.some(recipe.listening_batch)
        told = ear(torch.from_numpy(lessons.disturbed(at)))
        counted = torch.softmax(told, dim=-1)[..., 1:].sum(dim=1)
        return functional.cross_entropy(
            told.flatten(0, 1), begins[at].flatten()
        ) + recipe.counting_weight * functional.smooth_l1_loss(counted, counts[at])

    optimised(ear.train(), recipe.listening_steps, recipe.listening_rate, recipe, lost)


class Memory:
    """What an ear hears in all clips, disturbed in some ways: it listens once for all systems."""

    def __init__(self, ear: Ear, lessons: Lessons, ways: int) -> None:
        self._all: list[Tensor] = []
        places = np.array_split(np.arange(len(lessons)), -(-len(lessons) // 64))
        with torch.no_grad():
            for _ in range(ways):
                parts = [torch.from_numpy(lessons.disturbed(at)) for at in places]
                self._all.append(torch.cat([torch.softmax(ear(part), dim=-1) for part in parts]))

    def of(self, at: NDArray[np.intp]) -> Tensor:
        """What begins in some clips, disturbed in any way."""
        return self._all[int(torch.randint(len(self._all), ()))][at]


def trained(
    net: WordSystem,
    recipe: Recipe,
    lessons: Lessons,
    memory: Memory,
    teachers: Sequence[WordSystem] = (),
    told_as: Said = AS_TOKENS,
) -> None:
    """Train what is above the tower that listens; teachers tell it their mean."""

    def lost() -> Tensor:
        batch = lessons.batch(recipe.batch)
        said, begins = told_as(batch.tokens, varies=True), memory.of(batch.at)
        told = None
        if teachers:
            with torch.no_grad():
                told = torch.stack([each.compared(said, begins) for each in teachers]).mean(dim=0)
        scores = net.compared(said, begins)[None]
        wrong = torch.from_numpy(batch.wrong)
        return ranked(scores, torch.arange(len(said)), wrong, told).loss

    net.ear.requires_grad_(requires_grad=False)
    optimised(net, recipe.steps, recipe.learning_rate, recipe, lost)


def kept(path: Path, net: nn.Module, make: Callable[[], object]) -> None:
    """Train a net, unless an earlier run left its weights."""
    if not path.exists():
        make()
        state = {name: value.numpy() for name, value in net.state_dict().items()}
        with write_whole(path) as file:
            file.write(save(state))
    stored = load(path.read_bytes())
    net.load_state_dict({name: torch.from_numpy(value) for name, value in stored.items()})
    net.eval()


def _config(system: System, vectors: int = 0) -> WordConfig:
    return WordConfig(system, len(TOKENS), len(WORDS), WIDTH, vectors=vectors)


def _above(ear: Ear, system: System, vectors: int = 0) -> WordSystem:
    net = WordSystem(_config(system, vectors))
    net.ear.load_state_dict(ear.state_dict())
    return net


def scores_of(
    system: WordSystem, judges: Judges, told_as: Said = AS_TOKENS
) -> NDArray[np.floating]:
    """How alike every sentence and every clip are."""
    frames = torch.from_numpy(np.stack([clip.frames for clip in judges.clips])) / float(SCALE)
    tokens = told_as(np.array([sentence.tokens for sentence in judges.said]))
    with torch.no_grad():
        listened = [torch.softmax(system.ear(part), dim=-1) for part in frames.split(64)]
        rows = [
            torch.cat([system.compared(t, x) for x in listened], dim=1) for t in tokens.split(32)
        ]
    return np.asarray(torch.cat(rows).numpy())


def fit_head(encoder: TextEncoder, work: Path, out: Path, scenes: int, recipe: Recipe) -> Row:
    """Train a head above a text encoder, and say how well it finds orders never taught."""
    never, known = held_back()
    clips = taught_clips(scenes, never, work)
    lessons, judges = Lessons(clips, known, recipe.seed), Judges(work)
    torch.manual_seed(recipe.seed)
    ear, told_as = shipped_ear(), Said(encoder)
    net = _above(ear, DISTILLED, told_as.width)
    memory = Memory(ear, lessons, recipe.ways)
    make = partial(trained, net, recipe, lessons, memory, (), told_as)
    kept(work / f"above-{encoder.digest}.safetensors", net, make)
    with write_whole(out / FILE, overwrite=True) as file:
        file.write(save(net.weights(), metadata={ENCODER: encoder.digest}))
    return judges.row(scores_of(net, judges, told_as))


def shipped_ear() -> Ear:
    """The ear that is shipped."""
    stored = load(resources.files("resources").joinpath(FILE).read_bytes())
    ear = Ear(_config(DISTILLED))
    state = {name: torch.from_numpy(stored[f"ear.{name}"]).float() for name in ear.state_dict()}
    ear.load_state_dict(state)
    return ear.eval()


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.making.fit_words", description=__doc__
    )
    parser.add_argument("--work", type=Path, required=True, help="folder of what is done")
    parser.add_argument("--scenes", type=int, default=len(TAUGHT), help="to learn from")
    parser.add_argument("--listening-steps", type=int, default=Recipe.listening_steps)
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--text-encoder", type=Path, help="folder of a RoBERTa; its head goes out")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    recipe = Recipe(listening_steps=arguments.listening_steps, steps=arguments.steps)
    work = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    if arguments.text_encoder is not None:
        encoder = open_words_folder(arguments.text_encoder)
        if not isinstance(encoder, TextEncoder):
            parser.error("--text-encoder: is no text encoder")
        print(fit_head(encoder, work, arguments.out, arguments.scenes, recipe))
        return 0
    never, known = held_back()
    clips = taught_clips(arguments.scenes, never, work)
    lessons = Lessons(clips, known, recipe.seed)
    judges, taught = Judges(work), Judges(work, known)
    print(len(clips), "clips to learn from,", len(judges.clips), "to judge by", flush=True)
    torch.manual_seed(recipe.seed)
    ear = Ear(_config(DISTILLED))
    kept(work / "ear.safetensors", ear, lambda: listening(ear, recipe, lessons, clips))
    memory = Memory(ear, lessons, recipe.ways)
    scores: dict[str, NDArray[np.floating]] = {}
    systems: list[WordSystem] = []
    for name in SYSTEMS:
        systems.append(_above(ear, name))
        make = partial(trained, systems[-1], recipe, lessons, memory)
        kept(work / f"{name}.safetensors", systems[-1], make)
        scores[name] = scores_of(systems[-1], judges)
        print(name, judges.row(scores[name]), flush=True)
    scores["ensemble of the three"] = np.mean(list(scores.values()), axis=0)
    print("ensemble", judges.row(scores["ensemble of the three"]), flush=True)
    student = copy.deepcopy(systems[SYSTEMS.index(DISTILLED)])
    make = partial(trained, student, recipe, lessons, memory, systems)
    kept(work / "distilled.safetensors", student, make)
    weights = {name: each.astype(np.float16) for name, each in student.weights().items()}
    model = WordModel(weights)
    scores["distilled from the ensemble"] = judges.by_model(model)
    off = np.abs(scores["distilled from the ensemble"] - scores_of(student, judges)).max()
    print("largest difference without PyTorch and in half precision:", off)
    scores["chance"] = np.random.default_rng(0).random(scores[DISTILLED].shape)
    told = {name: judges.row(each) for name, each in scores.items()}
    without = judges.without_numbers
    told["distilled, no numbers"] = judges.row(judges.by_model(model), without)
    told["distilled, orders that were taught"] = taught.row(taught.by_model(model))
    told |= rows_of_chances(judges, taught, model)
    for name, row in told.items():
        print(name, row, flush=True)
    with write_whole(arguments.out / FILE, overwrite=True) as file:
        file.write(save(weights))
    card = {
        "what": "finds clips by sentences: the system 'all', distilled from the mean of three",
        "recipe": asdict(recipe),
        "data": {
            f"clips of {arguments.scenes} simulated aviaries, seeds from {TAUGHT[0]}": len(clips)
        },
        **provenance("fit_words"),
        "judged": "docs/find.md, by the same script",
    }
    text = yaml.safe_dump(card, sort_keys=False)
    (arguments.out / "words.yaml").write_text(text, encoding="utf-8")
    result = {"clips": len(judges.clips), "clips taught": len(clips), "systems": told}
    store.save(arguments.results, "finding_words", result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
