"""The learned systems of the comparison: one frozen encoder, heads trained alike, pair tables.

What is slow is kept under ``build/bench/table_two``: trained heads, and the table of
predictions of every head and test recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.accuracy.methods import REACH_S
from benchmarks.published.table_two_sets import FOLDER, training_folders
from core.arrays import Floats
from core.audio.recording import open_recording
from core.nets.cache import EmbeddingCache
from core.nets.clips import channel_clips
from core.nets.embed import ClipEncoder, open_encoder
from core.nets.encoders.compact import COMPACT
from core.nets.heads.names import Head
from core.nets.heads.scorer_file import load_scorer
from core.nets.ranking import PairModel, PairTable, pair_table
from core.steps import result_of
from core.train.history import Epoch
from core.train.recipe import Recipe
from core.train.run import RunOptions, train
from core.train.samples.draw import DrawOptions

COMPARED: tuple[Head, ...] = ("cross", "concat2025", "difference2026", "place")
EPOCHS, QUICK_EPOCHS = 5, 2
RECIPE = Recipe(seed=1, learning_rate=1e-3, plateau_epochs=3, draw=DrawOptions(stride=5))


@dataclass(frozen=True, slots=True)
class Systems:
    """Trained heads on one encoder.

    Parameters
    ----------
    encoder : ClipEncoder
    models : dict of str to PairModel
        By head.
    histories : dict of str to tuple of Epoch
        What training came to.
    tables : dict of str to Path
        Where tables of predictions are kept.
    """

    encoder: ClipEncoder
    models: dict[Head, PairModel]
    histories: dict[Head, tuple[Epoch, ...]]
    tables: dict[Head, Path]


def trained_systems(encoder_path: Path = COMPACT, *, quick: bool = False) -> Systems:
    """Train every head alike, to the last epoch; goes on where an earlier call was stopped."""
    epochs = QUICK_EPOCHS if quick else EPOCHS
    train_folder, val_folder = training_folders()
    encoder = open_encoder(encoder_path)
    folder = FOLDER / (encoder.model_id + ("-quick" if quick else ""))
    models, histories, tables = {}, {}, {}
    for head in COMPARED:
        options = RunOptions(
            encoder_path,
            head,
            epochs=epochs,
            recipe=RECIPE,
            cache_folder=FOLDER / "embeddings",
            resume=True,
        )
        print(f"training {head}", flush=True)
        result = train(train_folder, val_folder, folder / head, options, _say)
        last = load_scorer(folder / head / "last.safetensors", encoder.digest)
        models[head] = PairModel(encoder, last.scorer.to(encoder.device))
        histories[head] = result.history
        tables[head] = folder / head / f"tables-{last.digest}"
        tables[head].mkdir(exist_ok=True)
    return Systems(encoder, models, histories, tables)


def pair_tables(systems: Systems, path: Path, time_0_s: Floats) -> dict[Head, PairTable]:
    """Predictions of every head for one recording, every keypoint against clips 100 ms apart."""
    recording = open_recording(path)
    kept = {h: folder / f"{recording.fingerprint()}.npz" for h, folder in systems.tables.items()}
    if not all(file.exists() for file in kept.values()):
        clips = channel_clips(recording, 0), channel_clips(recording, 1)
        cache = EmbeddingCache()
        for head, model in systems.models.items():
            table = result_of(pair_table(model, cache, clips, time_0_s, REACH_S))
            np.savez(kept[head], first=table.first_cell, score=table.prediction, s=table.step_s)
    found = {}
    for head, file in kept.items():
        with np.load(file) as read:
            found[head] = PairTable(time_0_s, read["first"], float(read["s"]), read["score"])
    return found


def _say(share: float, text: str) -> None:
    if share == 1.0:
        print(f"  {text}", flush=True)
