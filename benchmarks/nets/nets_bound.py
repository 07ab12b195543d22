"""How fast BEATs can be on this processor, and what lower precision does to a ranking.

``python -m benchmarks.nets.nets_bound`` writes ``benchmarks/results/nets_bound.json``. The matrix
products of the layers, alone, tell what no version can go below. The ranking is that of the
baseline's candidates. Encoder and scorer are random, the encoder of the published sizes: rankings
are there to be compared with each other. One thread.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import Tensor
from torch.nn.functional import linear

from benchmarks.common.places import RESULTS
from benchmarks.common.store import save
from benchmarks.nets.nets_cost import Embed, clips_of, reference
from benchmarks.nets.random_weights import write_random_checkpoint
from core.align.candidates import baseline_candidates, score_predictions
from core.evidence.choice import PRECISIONS
from core.nets.cache import EmbeddingCache
from core.nets.embed import ClipEncoder
from core.nets.encoders.beats import BeatsEncoder
from core.nets.encoders.checkpoint import load_encoder
from core.nets.encoders.config import SAMPLE_RATE_HZ, BeatsConfig
from core.nets.heads.making import Ears, build_scorer
from core.nets.ranking import PairModel, pair_table
from core.simulate import simulate_scene
from core.steps import result_of

CPU = torch.device("cpu")
EMBEDDED, AT_A_TIME = 64, 16
REFERENCE_EMBEDDED = 256
"""The reference takes these in one call, as in `benchmarks.nets.nets_cost`."""
TURNS = 3
PEAK = 4096
"""Side of the square matrices that show the processor's peak."""
SCENE_S, MAX_OFFSET_S = 40.0, 2.0


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "full.pt"
        write_random_checkpoint(path, BeatsConfig())
        encoder, digest = load_encoder(path)
        result = {
            "speed": _speed(encoder, digest, path),
            "ranking": _ranking(encoder, digest),
        }
    for name, told in result.items():
        print(name)
        for key, value in told.items():
            print(f"  {key}: {value}")
    save(RESULTS, "nets_bound", result)


def _speed(encoder: BeatsEncoder, digest: str, path: Path) -> dict[str, Any]:
    """Processor time a clip: whole encoders beside their matrix products, turn by turn."""
    scene = simulate_scene("zebra_finch", 0, 65.0, sample_rate_hz=SAMPLE_RATE_HZ)
    starts = np.arange(REFERENCE_EMBEDDED, dtype=np.int64) * SAMPLE_RATE_HZ // 4
    many = torch.from_numpy(clips_of(scene)[0].cut(starts))
    heard = many[:EMBEDDED]
    runs: dict[str, Embed] = {p: ClipEncoder(encoder, digest, CPU, p).embed for p in PRECISIONS}
    runs["float32, compiled"] = ClipEncoder(encoder, digest, CPU, compiled=True).embed
    theirs = reference(path, CPU)
    if theirs is not None:
        runs["reference"] = theirs
    for kind in (torch.float32, torch.bfloat16, torch.float16):
        runs[f"products, {str(kind)[6:]}"] = _products(encoder.config, kind)
    took: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run(heard[:AT_A_TIME])
    for _ in range(TURNS):
        for name, run in runs.items():
            clips = many if name == "reference" else heard
            took[name].append(1e3 * _seconds(partial(run, clips)) / len(clips))
    middle = {name: float(np.median(values)) for name, values in took.items()}
    square = torch.randn(PEAK, PEAK)
    peak = 2e-9 * PEAK**3 / min(_seconds(lambda: square @ square) for _ in range(TURNS))
    return {
        "clips": {"reference": REFERENCE_EMBEDDED, "others": EMBEDDED},
        "ms_a_clip": {name: round(value, 1) for name, value in middle.items()},
        "least_ms_a_clip": {name: round(min(values), 1) for name, values in took.items()},
        "products_gflops": {
            name: round(_gigaflops(encoder.config) / value * 1e3)
            for name, value in middle.items()
            if name.startswith("products")
        },
        "peak_gflops_float32": round(peak),
        "reference_over": {
            name: round(middle["reference"] / value, 2)
            for name, value in middle.items()
            if "reference" in middle
        },
    }


def _shapes(config: BeatsConfig) -> list[tuple[int, int]]:
    """Inputs and outputs of a layer's large matrices."""
    width, wide = config.width, config.ffn_width
    return [(width, 3 * width), (width, width), (width, wide), (wide, width)]


def _gigaflops(config: BeatsConfig) -> float:
    tokens = config.token_count(SAMPLE_RATE_HZ)
    return 2e-9 * tokens * config.layers * sum(a * b for a, b in _shapes(config))


def _products(config: BeatsConfig, kind: torch.dtype) -> Embed:
    """What the layers multiply, and nothing else; of clips only the number counts."""
    rows = AT_A_TIME * config.token_count(SAMPLE_RATE_HZ)
    matrices = [
        (torch.randn(rows, a).to(kind), torch.randn(b, a).to(kind), torch.randn(b).to(kind))
        for a, b in _shapes(config)
    ]

    def run(heard: Tensor) -> Tensor:
        with torch.inference_mode():
            for _ in range(config.layers * len(heard) // AT_A_TIME):
                for tokens, weight, bias in matrices:
                    found = linear(tokens, weight, bias)
        return found

    return run


def _ranking(encoder: BeatsEncoder, digest: str) -> dict[str, Any]:
    """The baseline's candidates for a scene, in every precision."""
    scorer = build_scorer("cross", Ears(encoder.width)).eval().requires_grad_(requires_grad=False)
    scene = simulate_scene("zebra_finch", 1, SCENE_S, sample_rate_hz=SAMPLE_RATE_HZ)
    clips, time_0_s = clips_of(scene), np.arange(SCENE_S)
    _, _, few = baseline_candidates(time_0_s, (SCENE_S, SCENE_S), MAX_OFFSET_S)
    predictions = {}
    for precision in PRECISIONS:
        model = PairModel(ClipEncoder(encoder, digest, CPU, precision), scorer)
        table = result_of(pair_table(model, EmbeddingCache(), clips, time_0_s, MAX_OFFSET_S))
        predictions[precision] = table.at(few)
    exact = predictions["float32"]
    score = {p: score_predictions(found).normalised for p, found in predictions.items()}
    return {
        "candidates": len(few),
        "spread_of_predictions": round(float(np.nanstd(exact)), 4),
        "against_float32": {
            p: {
                "prediction_difference_median": round(
                    float(np.nanmedian(np.abs(predictions[p] - exact))), 5
                ),
                "rank_correlation": round(
                    float(spearmanr(score[p], score["float32"]).statistic), 4
                ),
                "place_of_the_best": int((score[p] > score[p][score["float32"].argmax()]).sum())
                + 1,
            }
            for p in PRECISIONS[1:]
        },
    }


def _seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


if __name__ == "__main__":
    main()
