"""Names and shapes of the official checkpoints' weights, and how they become ours."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from core.nets.encoders.config import BeatsConfig

Weights = Mapping[str, Tensor]
Shape = tuple[int, ...]

_BIAS_TABLE = "self_attn.relative_attention_bias.weight"
_POSITION = "encoder.pos_conv.0"


def official_shapes(config: BeatsConfig) -> dict[str, Shape]:
    """Every weight of the official format, in its order.

    The table of the position bias stands in every layer, and is the same in all.
    """
    c = config
    shapes: dict[str, Shape] = {}
    if c.patch_width != c.width:
        shapes |= _linear("post_extract_proj", c.patch_width, c.width)
    shapes["patch_embedding.weight"] = (c.patch_width, 1, c.patch_size, c.patch_size)
    if c.patch_bias:
        shapes["patch_embedding.bias"] = (c.patch_width,)
    shapes[f"{_POSITION}.bias"] = (c.width,)
    shapes[f"{_POSITION}.weight_g"] = (1, 1, c.position_taps)
    shapes[f"{_POSITION}.weight_v"] = (c.width, c.width // c.position_groups, c.position_taps)
    for layer in range(c.layers):
        shapes |= {f"encoder.layers.{layer}.{k}": v for k, v in _layer_shapes(c).items()}
    shapes |= _norm("encoder.layer_norm", c.width) | _norm("layer_norm", c.patch_width)
    if c.classes:
        shapes |= _linear("predictor", c.width, c.classes)
    return shapes


def _layer_shapes(c: BeatsConfig) -> dict[str, Shape]:
    shapes: dict[str, Shape] = {}
    if c.gated_position:
        shapes["self_attn.grep_a"] = (1, c.heads, 1, 1)
    if c.relative_position:
        shapes[_BIAS_TABLE] = (c.buckets, c.heads)
    for name in ("k_proj", "v_proj", "q_proj", "out_proj"):
        shapes |= _linear(f"self_attn.{name}", c.width, c.width)
    if c.gated_position:
        shapes |= _linear("self_attn.grep_linear", c.head_width, 8)
    shapes |= _norm("self_attn_layer_norm", c.width)
    shapes |= _linear("fc1", c.width, c.ffn_width) | _linear("fc2", c.ffn_width, c.width)
    return shapes | _norm("final_layer_norm", c.width)


def _linear(name: str, inputs: int, outputs: int) -> dict[str, Shape]:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def _norm(name: str, width: int) -> dict[str, Shape]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def ours(official: Weights, config: BeatsConfig) -> dict[str, Tensor]:
    """Weights of the official format as `core.nets.encoders.beats.BeatsEncoder` names them.

    Weight norm is folded into the positional convolution, the three projections of
    attention become one, and the gate's two sums of four outputs become two outputs.
    """
    raw = {name: tensor.float() for name, tensor in official.items()}
    found = {
        "patches.weight": raw["patch_embedding.weight"],
        **_pair(raw, "patch_norm", "layer_norm"),
        **_pair(raw, "norm", "encoder.layer_norm"),
        "position.weight": _unnormed(raw[f"{_POSITION}.weight_v"], raw[f"{_POSITION}.weight_g"]),
        "position.bias": raw[f"{_POSITION}.bias"],
    }
    if config.patch_bias:
        found["patches.bias"] = raw["patch_embedding.bias"]
    if config.patch_width != config.width:
        found |= _pair(raw, "patch_projection", "post_extract_proj")
    if config.classes:
        found |= _pair(raw, "predictor", "predictor")
    if config.relative_position:
        found["distance.table"] = raw[f"encoder.layers.0.{_BIAS_TABLE}"]
    for layer in range(config.layers):
        found |= _our_layer(raw, f"blocks.{layer}", f"encoder.layers.{layer}", config)
    return found


def _our_layer(raw: Weights, to: str, of: str, config: BeatsConfig) -> dict[str, Tensor]:
    attention = f"{of}.self_attn"
    found = {
        **_pair(raw, f"{to}.attention.out", f"{attention}.out_proj"),
        **_pair(raw, f"{to}.attention_norm", f"{of}.self_attn_layer_norm"),
        **_pair(raw, f"{to}.wide", f"{of}.fc1"),
        **_pair(raw, f"{to}.narrow", f"{of}.fc2"),
        **_pair(raw, f"{to}.norm", f"{of}.final_layer_norm"),
    }
    for kind in ("weight", "bias"):
        found[f"{to}.attention.projected.{kind}"] = torch.cat(
            [raw[f"{attention}.{name}.{kind}"] for name in ("q_proj", "k_proj", "v_proj")]
        )
    if config.gated_position:
        for kind in ("weight", "bias"):
            gate = raw[f"{attention}.grep_linear.{kind}"]
            found[f"{to}.attention.gate.{kind}"] = gate.view(2, 4, *gate.shape[1:]).sum(dim=1)
        found[f"{to}.attention.gate_scale"] = raw[f"{attention}.grep_a"].flatten()
    return found


def _pair(raw: Weights, to: str, of: str) -> dict[str, Tensor]:
    return {f"{to}.{kind}": raw[f"{of}.{kind}"] for kind in ("weight", "bias")}


def _unnormed(direction: Tensor, length: Tensor) -> Tensor:
    """Fold weight norm: each tap of the kernel has the given length."""
    unit: Tensor = direction / torch.linalg.vector_norm(direction, dim=(0, 1), keepdim=True)
    return length * unit
