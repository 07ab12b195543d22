"""Heads on equal terms: the same recordings, keypoints and epochs, each with its own recipe.

``python -m benchmarks.nets.heads_compared`` trains every head on the compact encoder, measures it
on recordings that it never heard, writes ``benchmarks/results/heads_compared.json`` and prints the
tables of ``docs/model.md``. ``--encoder FILE`` takes another encoder.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.accuracy.sets import make_drift_set
from benchmarks.common.markdown import number, table
from benchmarks.common.places import CACHE, QUICK_RESULTS, RESULTS, shared
from benchmarks.common.store import save
from benchmarks.published.table_two_sets import training_folders
from core.arrays import Floats
from core.audio.spectra.levels import HOP
from core.formats.files.wav import write_wav
from core.formats.tables.biodcase import BiodcaseTable, write_csv
from core.formats.tables.folder_tables import TABLE_NAME
from core.nets.cache import EmbeddingCache
from core.nets.clips import clip_starts
from core.nets.embed import ClipEncoder, leave_a_core
from core.nets.encoders.checkpoint import load_encoder
from core.nets.encoders.compact import COMPACT, CompactEncoder, CompactLevels
from core.nets.heads.making import HeadOptions
from core.nets.heads.names import RANKING, SYSTEMS, Head
from core.nets.heads.pair import Keys
from core.nets.heads.probe import alpha_of
from core.nets.heads.similarity import SimilarityScorer
from core.nets.opening import open_pair_model
from core.nets.ranking import PairModel, pair_table
from core.nets.table import PairTable
from core.simulate import simulate_scene
from core.steps import result_of
from core.train.line import fitted_line
from core.train.loss import judged
from core.train.recipe import recipe_of
from core.train.run import RunOptions, train
from core.train.samples.draw import fixed_batches
from core.train.samples.labelled import LabelledRecording, read_labelled
from core.train.samples.tokens import SampleTokens
from core.train.whole import alignment_errors

Opened = Callable[[], tuple[PairModel, dict[str, Any]]]

FOLDER = CACHE / "heads_compared"
REACH_S = 5.0
NEAR_S = 0.15
"""A clip this near to the truth is the true one: clips are 100 ms apart."""
LEAST_LEVEL = 0.8
"""Of the loudest hundredth of a second's bands and frames, where it holds sound: 12 dB."""
EPOCHS, BATCH, STRIDE, NEGATIVES = 4, 16, 6, 4
RATE = 3e-3
"""Learning rate of the heads that rank, as steps are few; the others keep their recipe's."""
TEST_SEED, TEST_SCENES = 7500, range(7510, 7514)
DIM = 32


@dataclass(frozen=True, slots=True)
class System:
    """What is trained.

    Parameters
    ----------
    title : str
    head : Head
    options : HeadOptions
    distilled : str
        Title of its teacher, if it has one.
    """

    title: str
    head: Head
    options: HeadOptions = field(default_factory=lambda: HeadOptions(dim=DIM))
    distilled: str = ""


SYSTEMS_COMPARED = (
    System("2025 baseline", "concat2025"),
    System("2026 head", "difference2026"),
    System("2025 winner: cross-attention, its recipe", "cross"),
    System("place by place", "place"),
    System("place by place, all layers through a gate", "place", HeadOptions("all", DIM)),
    System("convex gated probe, 64 prototypes", "probe", HeadOptions("all", 64)),
    System("retrieval, all tokens", "retrieval"),
    System(
        "retrieval, all tokens, bias by place", "retrieval", HeadOptions(dim=DIM, by_place=True)
    ),
    System("retrieval, ensemble of three", "retrieval", HeadOptions(dim=DIM, systems=SYSTEMS)),
    System(
        "retrieval, all tokens, distilled from the ensemble",
        "retrieval",
        HeadOptions(dim=DIM),
        "retrieval, ensemble of three",
    ),
)


class Product(SimilarityScorer):
    """What the compact net does by itself: the sum of products of tokens, place by place."""

    key_parts = 1

    def keys(self, tokens: Tensor) -> Keys:
        """All tokens in a row."""
        return (tokens.flatten(1),)

    def similarity(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """See `SimilarityScorer.similarity`."""
        return (keys_0[0] * keys_1[0]).mean(dim=1)

    def similarities(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """See `SimilarityScorer.similarities`."""
        return keys_0[0] @ keys_1[0].T / keys_0[0].shape[1]

    def bytes_a_pair(self, keys: Keys) -> int:
        """The score alone."""
        return 2 * keys[0].element_size()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, default=COMPACT, help="default: compact")
    parser.add_argument("--quick", action="store_true", help="one epoch, few recordings")
    args = parser.parse_args()
    leave_a_core()
    tested = list(test_sets(quick=args.quick))
    cache, rows = EmbeddingCache(3 << 30), {}
    for title, kept, opened in _systems(args.encoder, cache, quick=args.quick):
        if not kept.exists():
            model, told = opened()
            told |= {name: measured(model, cache, recordings) for name, recordings in tested}
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(told), "utf-8")
        rows[title] = json.loads(kept.read_text("utf-8"))
        print(title, rows[title], flush=True)
    result = {
        "encoder": args.encoder.name,
        "epochs": EPOCHS,
        "rate": RATE,
        "draw": {"batch": BATCH, "stride": STRIDE, "hard_negatives": NEGATIVES},
        "recipes": {s.title: asdict(recipe_of(s.head)) for s in SYSTEMS_COMPARED},
        "sets": {name: [r.name for r in recordings] for name, recordings in tested},
        "rows": rows,
    }
    save(QUICK_RESULTS if args.quick else RESULTS, "heads_compared", result)
    print(page(rows, [name for name, _ in tested]))


def test_sets(*, quick: bool) -> Iterator[tuple[str, tuple[LabelledRecording, ...]]]:
    """Recordings that no head and no encoder heard: real pairs A and B, and simulated finches."""
    source = shared()
    if source is not None:
        for name, more in (("real A and B", []), ("the same, noise 10 dB", ["--noise-db=10"])):
            folder = FOLDER / ("real" + "".join(more))
            if not (folder / TABLE_NAME).exists():
                options = [f"--seed={TEST_SEED}", "--only=A,B", "--drifts=1", *more]
                make_drift_set(source, folder, options)
            yield name, read_labelled(folder)[: 1 if quick else None]
    folder = FOLDER / "simulated"
    if not (folder / TABLE_NAME).exists():
        (folder / "audio").mkdir(parents=True, exist_ok=True)
        truth = {}
        for seed in TEST_SCENES:
            scene = simulate_scene("zebra_finch", seed, 100.0, snr_db=0.0)
            write_wav(folder / "audio" / f"{seed}.wav", scene.samples, scene.sample_rate_hz)
            truth[f"{seed}.wav"] = scene.keypoints()
        write_csv(folder / TABLE_NAME, BiodcaseTable(truth))
    yield "simulated finches, 0 dB", read_labelled(folder)[: 1 if quick else None]


def measured(
    model: PairModel, cache: EmbeddingCache, recordings: tuple[LabelledRecording, ...]
) -> dict[str, float]:
    """Where the true clip comes among all within 5 s, and how far whole alignments are off."""
    model.scorer.eval()
    places, errors = [], []
    for recording in recordings:
        keypoint = sounding(recording)
        time_0_s = recording.truth.time_0_s[keypoint]
        time_1_s = recording.truth.time_1_s[keypoint]
        found = result_of(
            pair_table(
                model, cache, recording.clips, time_0_s, REACH_S, around_s=time_1_s - time_0_s
            )
        )
        places += places_of_truth(found, time_1_s).tolist()
        errors.append(alignment_errors(model, cache, recording, REACH_S))
    place = np.array(places)
    return {
        "queries": len(place),
        **{f"R@{n}": round(float((place <= n).mean()), 3) for n in (1, 5, 10)},
        "mAP@10": round(float(np.where(place <= 10, 1.0 / place, 0.0).mean()), 3),
        "mse_s2": round(float(np.mean([e.mse_s2 for e in errors])), 4),
        "mae_ms": round(float(np.mean([e.mae_ms for e in errors])), 1),
    }


def places_of_truth(found: PairTable, time_1_s: Floats) -> NDArray[np.intp]:
    """Which place the best of the true clips takes among those that are not, from 1."""
    cell_s = found.step_s * (found.first_cell[:, None] + np.arange(found.prediction.shape[1]))
    is_true = np.abs(cell_s - time_1_s[:, None]) <= NEAR_S
    odds = np.where(np.isnan(found.prediction), -np.inf, found.prediction)
    best = np.where(is_true, odds, -np.inf).max(axis=1)
    return 1 + ((odds >= best[:, None]) & ~is_true).sum(axis=1)


def sounding(recording: LabelledRecording) -> NDArray[np.intp]:
    """Usable keypoints at which both channels hold a sound."""
    usable = recording.usable()
    heard, levels = np.ones(len(usable), dtype=bool), CompactLevels()
    times_s = recording.truth.time_0_s[usable], recording.truth.time_1_s[usable]
    for clips, time_s in zip(recording.clips, times_s, strict=True):
        own = torch.from_numpy(clips.cut(clip_starts(time_s), CompactEncoder.context_samples))
        around = CompactEncoder.context_samples // HOP
        inside = levels(own)[:, around:-around].flatten(1)
        heard &= (torch.quantile(inside, 0.99, dim=1) > LEAST_LEVEL).numpy()
    return usable[heard]


def page(rows: dict[str, dict[str, Any]], sets: list[str]) -> str:
    """Markdown, a table a set."""
    lines = []
    for name in sets:
        keys = ("R@1", "R@5", "R@10", "mAP@10", "mse_s2", "mae_ms")
        head = (name, *keys[:4], "MSE, s²", "MAE, ms", "weights", "processor s")
        lines += table(
            head,
            (
                (title, *(number(row[name][k]) for k in keys), str(row["weights"]), str(row["s"]))
                for title, row in rows.items()
            ),
        )
    return "\n".join(lines)


def _systems(
    encoder: Path, cache: EmbeddingCache, *, quick: bool
) -> Iterator[tuple[str, Path, Opened]]:
    """The encoder's own product and all heads: where each one's row is kept, and what trains it."""
    runs = FOLDER / ("quick" if quick else "runs") / load_encoder(encoder)[1]
    yield "the encoder's own product", runs / "product.json", partial(_product, encoder, cache)
    for index, system in enumerate(SYSTEMS_COMPARED):
        opened = partial(_trained, encoder, system, runs, 1 if quick else EPOCHS)
        yield system.title, runs / f"{index}.json", opened


def _trained(
    encoder: Path, system: System, runs: Path, epochs: int
) -> tuple[PairModel, dict[str, Any]]:
    """A trained head, and what it cost."""
    recipe = recipe_of(system.head)
    draw = replace(
        recipe.draw,
        batch=BATCH,
        stride=STRIDE,
        is_stride_fixed=True,
        hard_negatives=NEGATIVES if recipe.draw.hard_negatives > NEGATIVES else 2,
    )
    rate = RATE if system.head in RANKING else recipe.learning_rate
    outs = {s.title: runs / str(n) for n, s in enumerate(SYSTEMS_COMPARED)}
    out, teacher = outs[system.title], outs.get(system.distilled)
    options = RunOptions(
        encoder,
        system.head,
        system.options,
        distil=None if teacher is None else teacher / "last.safetensors",
        epochs=epochs,
        recipe=replace(recipe, draw=draw, learning_rate=rate),
        device="cpu",
        cache_folder=FOLDER / "embeddings",
        resume=True,
    )
    start_s = time.process_time()
    history = train(*training_folders(), out, options, lambda *_: None).history
    spent_s = round(time.process_time() - start_s)
    model, _ = open_pair_model(encoder, out / "last.safetensors", "cpu")
    return model, {
        "weights": sum(weight.numel() for weight in model.scorer.parameters()),
        "s": spent_s,
        "val_loss": round(history[-1].val_loss, 4),
        "val_chance": round(history[-1].val_chance, 4),
        "shares": alpha_of(model.scorer),
    }


def _product(encoder: Path, cache: EmbeddingCache) -> tuple[PairModel, dict[str, Any]]:
    """The product, with log odds fitted on the validation's pairs as training does for heads."""
    model = PairModel(ClipEncoder(*load_encoder(encoder), torch.device("cpu")), Product())
    recordings, draw = read_labelled(training_folders()[1]), recipe_of("place").draw
    tokens = SampleTokens(model.encoder, cache, recordings)
    parts: tuple[list[Tensor], list[Tensor]] = ([], [])
    for batch in fixed_batches(recordings, replace(draw, stride=STRIDE), 0):
        found = judged(model.scorer, batch, (tokens.of(batch, 0), tokens.of(batch, 1)), 0.2)
        parts[0].append(found.right)
        parts[1].append(found.wrong)
    right, wrong = (torch.cat(part).double().numpy() for part in parts)
    model.scorer.set_line(*fitted_line(right, wrong))
    return model, {"weights": 0, "s": 0}


if __name__ == "__main__":
    main()
