"""Checkpoints with random weights, in the official format: for tests and benchmarks."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from core.formats.files.atomic import write_whole
from core.nets.encoders.config import BeatsConfig
from core.nets.encoders.layout import official_shapes

SMALL = BeatsConfig(
    patch_width=32,
    layers=2,
    width=48,
    ffn_width=96,
    heads=4,
    position_taps=16,
    position_groups=4,
    buckets=32,
    max_distance=64,
)
"""An encoder small enough for tests: 0.1 million weights."""


TINY = BeatsConfig(
    patch_width=8,
    layers=1,
    width=8,
    ffn_width=8,
    heads=2,
    position_taps=4,
    position_groups=2,
    buckets=8,
    max_distance=8,
)
"""Smaller still, for thousands of clips in seconds."""


def random_weights(config: BeatsConfig, seed: int = 0) -> dict[str, Tensor]:
    """Random weights by their official names; every one of them matters to the outputs."""
    generator = torch.Generator().manual_seed(seed)
    weights: dict[str, Tensor] = {}
    shared: Tensor | None = None
    for name, shape in official_shapes(config).items():
        if name.endswith("relative_attention_bias.weight"):
            shared = torch.randn(shape, generator=generator) if shared is None else shared
            weights[name] = shared
            continue
        value = torch.randn(shape, generator=generator)
        if len(shape) == 2:
            value *= 1.5 * shape[1] ** -0.5
        elif name.endswith(("norm.weight", "grep_a", "weight_g")):
            value = 1.0 + 0.3 * value
        elif len(shape) == 1:
            value *= 0.3
        weights[name] = value
    return weights


def write_random_checkpoint(
    path: Path, config: BeatsConfig = SMALL, seed: int = 0, *, overwrite: bool = False
) -> None:
    """Write a checkpoint in the official format whose weights are random.

    Parameters
    ----------
    path : Path
        Written whole or not at all.
    config : BeatsConfig
    seed : int
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    content = {"cfg": config.official(), "model": random_weights(config, seed)}
    with write_whole(path, overwrite=overwrite) as file:
        torch.save(content, file)
