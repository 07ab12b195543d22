"""What the learned systems cost: encoder forwards, ranking, memory and embedding speed.

``python -m benchmarks.nets.nets_cost`` writes ``benchmarks/results/nets_cost.json``. The weights
are random, in the official format: counts, ratios and speed do not depend on them,
scores and rankings do and are only there to be compared with each other.
"""

from __future__ import annotations

import argparse
import dataclasses
import gc
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

from benchmarks.common.places import QUICK_RESULTS, RESULTS
from benchmarks.common.store import save
from benchmarks.nets.nets_naive import naive_predictions, naive_score
from benchmarks.nets.random_weights import SMALL, write_random_checkpoint
from core.align.candidates import baseline_candidates, baseline_grid, score_predictions
from core.evidence.choice import Precision
from core.nets.cache import EmbeddingCache
from core.nets.clips import ChannelClips
from core.nets.embed import ClipEncoder, choose_device, leave_a_core
from core.nets.encoders.checkpoint import load_encoder
from core.nets.encoders.config import SAMPLE_RATE_HZ, BeatsConfig
from core.nets.heads.pair import CrossAttentionConfig, CrossAttentionScorer, in_blocks
from core.nets.ranking import PairModel, exact_predictions, pair_table
from core.simulate import Scene, simulate_scene
from core.steps import result_of

DURATION_S = 120.0
MAX_OFFSET_S = 5.0
EMBEDDED = 256
EMBEDDED_ROUNDS = (1, 3)
"""With several threads, and with one."""
COMPARED = 32
"""Clips whose tokens are compared."""
MANY_A_AXIS = 100
IN_BATCH_PAIRS = 32

Embed = Callable[[Tensor], Tensor]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two layers, two rounds")
    quick = parser.parse_args().quick
    leave_a_core()
    with tempfile.TemporaryDirectory() as folder:
        result: dict[str, Any] = {
            "versions": {n: _version(n) for n in ("torch", "torchaudio", "speechbrain")},
            "torch_threads": torch.get_num_threads(),
            "device": _device_name(),
            "ranking": _ranking(Path(folder)),
            "in_batch_pairs": _pairs_memory(BeatsConfig().width // (4 if quick else 1)),
            "embedding": embedding(Path(folder), choose_device("auto"), quick=quick),
        }
    for name in ("ranking", "in_batch_pairs", "embedding"):
        print(name)
        for key, value in result[name].items():
            print(f"  {key}: {value}")
    save(QUICK_RESULTS if quick else RESULTS, "nets_cost", result)


def _ranking(folder: Path) -> dict[str, Any]:
    """Forwards and time to rank candidates of a two-minute scene, with a small encoder."""
    model, clips = _small_model(folder), scene_clips()
    time_0_s = np.arange(DURATION_S)
    durations = (DURATION_S, DURATION_S)
    _, _, few = baseline_candidates(time_0_s, durations, MAX_OFFSET_S)
    offset_s, drift_ppm = baseline_grid(DURATION_S, MAX_OFFSET_S, MANY_A_AXIS)
    many = np.clip(offset_s[:, None] + time_0_s * (1 + drift_ppm[:, None] * 1e-6), 0, DURATION_S)

    naive, naive_s, naive_forwards = _counted(
        model, lambda: naive_predictions(model, clips, time_0_s, few)
    )
    exact, exact_s, exact_forwards = _counted(
        model, lambda: result_of(exact_predictions(model, EmbeddingCache(), clips, time_0_s, few))
    )
    cache = EmbeddingCache()
    table, grid_s, grid_forwards = _counted(
        model, lambda: result_of(pair_table(model, cache, clips, time_0_s, MAX_OFFSET_S))
    )
    _, table_s, _ = _counted(
        model, lambda: result_of(pair_table(model, cache, clips, time_0_s, MAX_OFFSET_S))
    )
    look_up = {
        count: _fastest(lambda m=m: table.rank(m)) for count, m in ((70, few), (10_000, many))
    }
    ours, theirs = (score_predictions(p).normalised for p in (table.at(few), exact))
    return {
        "encoder": dataclasses.asdict(SMALL),
        "candidates": len(few),
        "pairs": int(np.isfinite(naive).sum()),
        "forwards": {"naive": naive_forwards, "exact": exact_forwards, "grid": grid_forwards},
        "forwards_naive_over": {
            "exact": round(naive_forwards / exact_forwards, 2),
            "grid": round(naive_forwards / grid_forwards, 2),
        },
        "processor_s": {
            "naive": round(naive_s, 2),
            "exact": round(exact_s, 2),
            "grid": round(grid_s, 2),
            "table from cached embeddings": round(table_s, 3),
            "look up 70": round(look_up[70], 5),
            "look up 10,000": round(look_up[10_000], 5),
        },
        "ten_thousand_over_seventy": {
            "from cached embeddings": round(
                (table_s + look_up[10_000]) / (table_s + look_up[70]), 3
            ),
            "look-up alone": round(look_up[10_000] / look_up[70], 1),
        },
        "exact_against_naive_largest_difference": float(np.nanmax(np.abs(exact - naive))),
        "spread_of_predictions": round(float(np.nanstd(naive)), 4),
        "grid_against_exact": {
            "prediction_difference_median": float(np.nanmedian(np.abs(table.at(few) - exact))),
            "rank_correlation": round(float(spearmanr(ours, theirs).statistic), 4),
            "place_of_the_exact_best": int(np.sum(ours > ours[theirs.argmax()])) + 1,
        },
    }


def _pairs_memory(width: int) -> dict[str, Any]:
    """Passing memory and time of the in-batch loss's 32 x 32 pairs."""
    generator = torch.Generator().manual_seed(0)
    net = CrossAttentionScorer(CrossAttentionConfig(width)).eval()
    tokens = torch.randn(2, IN_BATCH_PAIRS, 48, width, generator=generator)

    def ours() -> Tensor:
        return in_blocks(net, net.keys(tokens[0]), net.keys(tokens[1]))

    def plain() -> Tensor:
        every_0 = tokens[0].repeat_interleave(IN_BATCH_PAIRS, dim=0)
        return naive_score(net, every_0, tokens[1].repeat(IN_BATCH_PAIRS, 1, 1))

    told: dict[str, Any] = {"pairs": IN_BATCH_PAIRS**2, "width": width}
    scores = []
    with torch.inference_mode():
        for name, run in (("projected once a clip", ours), ("token copies", plain)):
            start = time.process_time()
            scores.append(run().flatten())
            took = time.process_time() - start
            told[name] = {
                "peak_mb": round(peak_bytes(run) / 2**20, 1),
                "processor_s": round(took, 2),
            }
    told["largest_difference"] = float((scores[0] - scores[1]).abs().max())
    return told


def embedding(folder: Path, device: torch.device, *, quick: bool) -> dict[str, Any]:
    """Milliseconds a one-second clip, ours beside the reference, turn by turn.

    Each is given all clips in one call: ours takes as many at a time as suits the
    device, the reference takes them as the batch that they are.
    """
    config = BeatsConfig(layers=2) if quick else BeatsConfig()
    path = folder / "full.pt"
    write_random_checkpoint(path, config)
    encoder, digest = load_encoder(path)
    clips = scene_clips()[0].cut(np.arange(EMBEDDED, dtype=np.int64) * 32_000 // EMBEDDED)
    heard = torch.from_numpy(clips).to(device)
    faster: Precision = "int8" if device.type == "cpu" else "half"
    ours = {"float32": ClipEncoder(encoder, digest, device)}
    ours[faster] = ClipEncoder(encoder, digest, device, faster)
    if device.type != "cpu":
        ours["half, compiled"] = ClipEncoder(encoder, digest, device, "half", compiled=True)
    runs: dict[str, Embed] = {name: one.embed for name, one in ours.items()}
    theirs = reference(path, device)
    if theirs is not None:
        runs["reference"] = theirs
    tokens = {name: run(heard[:COMPARED]).flatten(1) for name, run in runs.items()}
    told: dict[str, Any] = {
        "device": device.type,
        "batch": EMBEDDED,
        "at_a_time": {"reference": EMBEDDED} | {name: one.batch for name, one in ours.items()},
        "weights": "random, official format, published sizes",
        "clock": "processor time" if device.type == "cpu" else "real time, synchronised",
        "least_cosine_with_float32": {
            n: round(float(torch.cosine_similarity(tokens["float32"], t).min()), 5)
            for n, t in tokens.items()
        },
    }
    if theirs is not None:
        apart = (tokens["reference"] - tokens["float32"]).abs().max()
        told["reference_largest_difference"] = float(apart)
    for threads in (1, 2) if device.type == "cpu" else (torch.get_num_threads(),):
        torch.set_num_threads(threads)
        rounds = 1 if quick else EMBEDDED_ROUNDS[threads == 1]
        told["one thread" if threads == 1 else f"{threads} threads"] = _turns(runs, heard, rounds)
    leave_a_core()
    return told


def _turns(runs: dict[str, Embed], heard: Tensor, rounds: int) -> dict[str, dict[str, Any]]:
    took: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            took[name].append(_seconds(partial(run, heard), heard.device) * 1e3 / EMBEDDED)
    middle = {name: float(np.median(values)) for name, values in took.items()}
    told: dict[str, dict[str, Any]] = {
        "ms_a_clip": {
            n: {"median": round(middle[n], 2), "least": round(min(v), 2)} for n, v in took.items()
        }
    }
    if "reference" in middle:
        base = middle.pop("reference")
        told["reference_over_ours"] = {n: round(base / m, 2) for n, m in middle.items()}
    return told


def reference(path: Path, device: torch.device) -> Embed | None:
    """The reference implementation, or None where it is not installed."""
    if find_spec("speechbrain") is None:
        return None
    from speechbrain.lobes.models.beats import BEATs

    net = BEATs(str(path), freeze=True).to(device)

    def run(heard: Tensor) -> Tensor:
        with torch.inference_mode():
            tokens: Tensor = net.extract_features(heard, torch.ones(len(heard), device=device))[0]
        return tokens

    return run


def _seconds(run: Callable[[], object], device: torch.device) -> float:
    """What a run takes: processor time, or real time where a GPU does the work."""
    if device.type == "cpu":
        start = time.process_time()
        run()
        return time.process_time() - start
    synchronize = {"cuda": torch.cuda, "mps": torch.mps}[device.type].synchronize
    synchronize()
    start = time.perf_counter()
    run()
    synchronize()
    return time.perf_counter() - start


def peak_bytes(run: Callable[[], object]) -> int:
    """Most memory held at once of what `run` allocates on the processor."""
    gc.collect()
    watched = [ProfilerActivity.CPU]
    with torch.no_grad(), profile(activities=watched, profile_memory=True, acc_events=True) as seen:
        run()
    held = most = 0
    for event in seen.profiler.kineto_results.events():
        if event.name() == "[memory]":
            held += event.nbytes()
            most = max(most, held)
    return most


def _small_model(folder: Path) -> PairModel:
    path = folder / "small.pt"
    write_random_checkpoint(path)
    encoder = ClipEncoder(*load_encoder(path), choose_device("cpu"))
    torch.manual_seed(0)
    scorer = CrossAttentionScorer(CrossAttentionConfig(SMALL.width, heads=4))
    return PairModel(encoder, scorer.eval().requires_grad_(requires_grad=False))


def scene_clips() -> tuple[ChannelClips, ChannelClips]:
    return clips_of(simulate_scene("zebra_finch", 0, DURATION_S, sample_rate_hz=SAMPLE_RATE_HZ))


def clips_of(scene: Scene) -> tuple[ChannelClips, ChannelClips]:
    """Both channels of a scene at the encoder's rate."""
    both = np.ascontiguousarray(scene.samples.T)
    return ChannelClips("scene", 0, both[0]), ChannelClips("scene", 1, both[1])


def _counted(model: PairModel, run: Callable[[], Any]) -> tuple[Any, float, int]:
    model.encoder.forwards = 0
    start = time.process_time()
    found = run()
    return found, time.process_time() - start, model.encoder.forwards


def _fastest(run: Callable[[], object], times: int = 7) -> float:
    return min(_seconds(run, torch.device("cpu")) for _ in range(times))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _device_name() -> str:
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"


if __name__ == "__main__":
    main()
