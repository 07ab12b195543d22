"""What an epoch of the pair scorer costs on 16 two-minute recordings, embeddings cached.

``python -m benchmarks.nets.train_epoch`` writes ``benchmarks/results/train_epoch.json``. Encoder
and recordings are made here: the weights are random, so the time counts and the errors do not.
``--wide`` gives the tokens the width of the published BEATs, from one layer instead of twelve.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from benchmarks.common.places import QUICK_RESULTS, RESULTS
from benchmarks.common.store import save
from benchmarks.nets.random_weights import SMALL, write_random_checkpoint
from core.formats.files.wav import write_wav
from core.formats.tables.biodcase import BiodcaseTable, write_csv
from core.formats.tables.folder_tables import TABLE_NAME
from core.nets.cache import EmbeddingCache
from core.nets.embed import ClipEncoder, leave_a_core
from core.nets.encoders.checkpoint import load_encoder
from core.nets.encoders.config import BeatsConfig
from core.nets.heads.making import Ears, build_scorer, sizes_of
from core.nets.ranking import PairModel
from core.simulate import simulate_scene
from core.train.card import Plan, card_of
from core.train.module import PairTraining
from core.train.run import RunOptions, fit
from core.train.samples.draw import epoch_batches, fixed_batches
from core.train.samples.labelled import read_labelled
from core.train.samples.tokens import SampleTokens
from core.train.whole import alignment_errors
from core.train.writer import EpochWriter

FILES = {"train": 16, "val": 2}
DURATION_S = 120.0
EPOCHS = 4
CACHE_BYTES = 6 << 30
TARGET_S = 60.0


class Clock:
    """Notes when batches and epochs were done."""

    def __init__(self) -> None:
        self.batch_s = time.perf_counter()
        self.train_s: list[float] = []
        self.whole_s: list[float] = []
        self._epoch_s = self.batch_s

    def __call__(self, share: float, _text: str) -> None:
        """Take the share of the run that is done."""
        now_s = time.perf_counter()
        if abs(share * EPOCHS - round(share * EPOCHS)) < 1e-9:
            self.train_s.append(self.batch_s - self._epoch_s)
            self.whole_s.append(now_s - self._epoch_s)
            self._epoch_s = now_s
        self.batch_s = now_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 s instead of two minutes a file")
    parser.add_argument("--wide", action="store_true", help="tokens 768 wide")
    args = parser.parse_args()
    leave_a_core()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part, files in FILES.items():
            simulate(folder / part, files, 20.0 if args.quick else DURATION_S)
        config = BeatsConfig(layers=1) if args.wide else SMALL
        write_random_checkpoint(folder / "beats.pt", config)
        result = _measure(folder)
    result |= {"token_width": config.width, "encoder_layers": config.layers}
    for key, value in result.items():
        print(f"{key}: {value}")
    where = QUICK_RESULTS if args.quick else RESULTS
    save(where, "train_epoch_wide" if args.wide else "train_epoch", result)


def _measure(folder: Path) -> dict[str, Any]:
    options = RunOptions(folder / "beats.pt", epochs=EPOCHS, device="cpu")
    encoder, train, val = load_encoder(options.encoder), *map(read_labelled, _parts(folder))
    cache, recipe, cpu = EmbeddingCache(CACHE_BYTES), options.recipe, torch.device("cpu")
    scorer = build_scorer(options.head, Ears(encoder[0].width))
    plan = Plan(sizes_of(scorer), scorer.heard, "beats.pt", encoder[1], "", 1, recipe)
    module = PairTraining(scorer, encoder, cache, train, val, recipe)
    start_s, start_cpu_s = time.perf_counter(), time.process_time()
    clips = ClipEncoder(*encoder, cpu)
    _fill(clips, cache, train, val, module)
    first_s, first_cpu_s = time.perf_counter() - start_s, time.process_time() - start_cpu_s
    samples = sum(map(len, epoch_batches(train, recipe.draw, recipe.seed, 1)))
    (folder / "run").mkdir()
    start_cpu_s = time.process_time()
    clock = Clock()
    writer = EpochWriter(folder / "run", card_of(plan, train, val), EPOCHS, clock)
    fit(module, folder / "run", options, cpu, writer)
    # The first epoch also pays for Lightning's start.
    slowest_s = max(clock.whole_s[1:])
    return {
        "files": FILES,
        "samples_an_epoch": samples,
        "torch_threads": torch.get_num_threads(),
        "embedded_beforehand": {
            "clips": clips.forwards,
            "s": round(first_s, 2),
            "processor_s": round(first_cpu_s, 2),
            "mb": round(cache.held_bytes / 1e6, 1),
        },
        "epochs_s": {
            "training": [round(s, 2) for s in clock.train_s],
            "with validation and checkpoints": [round(s, 2) for s in clock.whole_s],
        },
        "processor_s_of_all_epochs": round(time.process_time() - start_cpu_s, 2),
        "slowest_epoch_after_the_first_s": round(slowest_s, 2),
        "target_s": TARGET_S,
        "reached": slowest_s < TARGET_S,
    }


def _fill(
    clips: ClipEncoder, cache: EmbeddingCache, train: Any, val: Any, module: PairTraining
) -> None:
    """Embed what the timed epochs will ask for, as those before them would."""
    recipe = module.recipe
    asked = [(val, batch) for batch in fixed_batches(val, recipe.draw, recipe.seed)]
    for epoch in range(EPOCHS):
        asked += [(train, b) for b in epoch_batches(train, recipe.draw, recipe.seed, epoch)]
    for recordings, batch in asked:
        tokens = SampleTokens(clips, cache, recordings)
        for channel in (0, 1):
            tokens.of([replace(sample, augmentation=None) for sample in batch], channel)
    module.scorer.eval()
    for recording in val:
        alignment_errors(PairModel(clips, module.scorer), cache, recording, recipe.max_offset_s)
    module.scorer.train()


def _parts(folder: Path) -> list[Path]:
    return [folder / part for part in FILES]


def simulate(folder: Path, files: int, duration_s: float) -> None:
    """Make a folder of scenes with their keypoints, others where it is called "val"."""
    (folder / "audio").mkdir(parents=True)
    truth = {}
    for number in range(files):
        seed = number + (1000 if folder.name == "val" else 0)
        scene = simulate_scene("zebra_finch", seed, duration_s)
        name = f"{folder.name}_{number:02d}.wav"
        write_wav(folder / "audio" / name, scene.samples, scene.sample_rate_hz)
        truth[name] = scene.keypoints()
    write_csv(folder / TABLE_NAME, BiodcaseTable(truth))


if __name__ == "__main__":
    main()
