"""What a graphics card makes of BEATs: speed, precision, a ranking, an epoch, too little memory.

``python -m benchmarks.nets.gpu`` takes under eight minutes on one and writes
``benchmarks/results/gpu.json``; where there is none it says so, and the rows stay empty. Weights
are random, in the official format and the published size.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.common.places import RESULTS
from benchmarks.common.store import save
from benchmarks.nets.nets_cost import DURATION_S, MANY_A_AXIS, MAX_OFFSET_S, embedding, scene_clips
from benchmarks.nets.random_weights import write_random_checkpoint
from benchmarks.nets.train_epoch import simulate
from core.align.candidates import baseline_grid
from core.nets.cache import EmbeddingCache
from core.nets.embed import ClipEncoder, choose_device
from core.nets.encoders.checkpoint import load_encoder
from core.nets.encoders.config import BeatsConfig
from core.nets.heads.making import Ears, build_scorer
from core.nets.heads.pair import in_blocks
from core.nets.ranking import PairModel, pair_table
from core.steps import result_of
from core.train.recipe import Recipe
from core.train.run import RunOptions, train

Row = dict[str, Any]

WANTED = {
    "embedding": "at least 4 times as fast as the reference",
    "ranking": "10,000 lines of a two-minute file in less than 2 s",
    "training": "an epoch of 16 recordings in less than 60 s",
    "too little memory": "smaller batches and blocks, the same scores",
}
FILES = {"train": 16, "val": 2}
SHORT_SHARE = 0.02
"""Of the card's memory that is left in the last row: less than a batch of 4,096 clips needs."""
MANY_CLIPS = 4096


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    device = choose_device("auto")
    result = measured(device, BeatsConfig())
    for name, row in result["rows"].items():
        print(f"{name} (wanted: {WANTED[name]}): {row or result['device']}")
    save(RESULTS, "gpu", result)


def measured(device: torch.device, config: BeatsConfig) -> dict[str, Any]:
    """All rows; empty ones where the device is a processor.

    Parameters
    ----------
    device : torch.device
    config : BeatsConfig
        Of the encoder.
    """
    rows: dict[str, Row | None] = dict.fromkeys(WANTED)
    if device.type == "cpu":
        return {"device": "no graphics card here: not measured", "wanted": WANTED, "rows": rows}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_random_checkpoint(folder / "beats.pt", config)
        measures: dict[str, Callable[[], Row]] = {
            "embedding": lambda: embedding(folder, device, quick=False),
            "ranking": lambda: ranking(folder / "beats.pt", device),
            "training": lambda: training(folder, device, DURATION_S),
            "too little memory": lambda: too_little_memory(folder / "beats.pt", device),
        }
        for row, measure in measures.items():
            print(row, flush=True)
            rows[row] = measure()
    return {"device": _name(device), "wanted": WANTED, "rows": rows}


def ranking(checkpoint: Path, device: torch.device) -> Row:
    """A two-minute file from nothing to the scores of 10,000 lines, in every precision."""
    time_0_s = np.arange(DURATION_S)
    offset_s, drift_ppm = baseline_grid(DURATION_S, MAX_OFFSET_S, MANY_A_AXIS)
    lines = np.clip(offset_s[:, None] + time_0_s * (1 + drift_ppm[:, None] * 1e-6), 0, DURATION_S)
    told: Row = {}
    for precision in ("float32", "half"):
        model = _model(checkpoint, device, precision)
        clips = scene_clips()
        model.encoder.embed(clips[0].cut(np.arange(model.encoder.batch)))  # warms up
        start = time.perf_counter()
        table = result_of(pair_table(model, EmbeddingCache(), clips, time_0_s, MAX_OFFSET_S))
        scores = table.rank(lines).normalised
        told[precision] = {
            "s": round(time.perf_counter() - start, 2),
            "clips": model.encoder.forwards - model.encoder.batch,
            "best line": int(scores.argmax()),
        }
    return told


def training(folder: Path, device: torch.device, duration_s: float) -> Row:
    """Seconds of an epoch, the first and the next: those after have their embeddings."""
    for part, files in FILES.items():
        simulate(folder / part, files, duration_s)
    ends_s = [time.perf_counter()]

    def note(share: float, _text: str) -> None:
        if abs(share * 2 - round(share * 2)) < 1e-9:
            ends_s.append(time.perf_counter())

    options = RunOptions(folder / "beats.pt", epochs=2, device=device.type, recipe=Recipe())
    train(folder / "train", folder / "val", folder / "run", options, note)
    return {"epochs_s": np.diff(ends_s).round(1).tolist(), "files": FILES}


def too_little_memory(checkpoint: Path, device: torch.device) -> Row:
    """Clips and pairs with next to no memory left, against plenty."""
    model = _model(checkpoint, device, "float32")
    rng = np.random.default_rng(0)
    clips = 0.1 * rng.standard_normal((MANY_CLIPS, 16_000)).astype(np.float32)
    expected = model.encoder.embed(clips[:512]).cpu()
    model.encoder.batch = MANY_CLIPS
    card = {"cuda": torch.cuda, "mps": torch.mps}[device.type]
    card.empty_cache()
    card.set_per_process_memory_fraction(SHORT_SHARE)
    try:
        found = model.encoder.embed(clips).cpu()
        with torch.inference_mode():
            keys = model.scorer.keys(found[:512].to(device))
            table = in_blocks(model.scorer, keys, keys, 1 << 40).cpu()
    finally:
        card.set_per_process_memory_fraction(1.0)
    with torch.inference_mode():
        plenty = in_blocks(model.scorer, keys, keys).cpu()
    return {
        "clips at a time": model.encoder.batch,
        "notices": model.encoder.notices,
        "largest difference of tokens": float((found[:512] - expected).abs().max()),
        "largest difference of scores": float((table - plenty).abs().max()),
    }


def _model(checkpoint: Path, device: torch.device, precision: Any) -> PairModel:
    encoder, digest = load_encoder(checkpoint)
    torch.manual_seed(0)
    scorer = build_scorer("cross", Ears(encoder.width)).eval().requires_grad_(requires_grad=False)
    return PairModel(ClipEncoder(encoder, digest, device, precision), scorer.to(device))


def _name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


if __name__ == "__main__":
    main()
