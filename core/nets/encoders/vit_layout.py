"""Names and shapes of EAT's and BAT's weights, and how they become ours.

Names, as the public code of both writes them: BAT's behind ``student.encoder.``, or bare; EAT's
with fairseq's modality encoders, or behind ``model.`` as converted files have them. What belongs to
pre-training or to a classifier is passed over. No such file could be opened when this was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from core.errors import InputError
from core.nets.encoders.config import FIX, MEL_BINS
from core.nets.encoders.reading import require
from core.nets.encoders.vit import VitConfig, VitEncoder

Shape = tuple[int, ...]

_HEAD_WIDTH = 64
_STUDENT = "student.encoder."
_PREFIX = re.compile(r"^(?:(?:module|model|encoder|student\.encoder|modality_encoders\.IMAGE)\.)+")
_PASSED_OVER = re.compile(r"^(?:decoder|head|fc_norm|cls_predictor|recon_proj|ema)\b|^_ema")
_EAT = {
    "local_encoder.proj": "patch_embed.proj",
    "extra_tokens": "cls_token",
    "fixed_positional_encoder.positions": "pos_embed",
    "context_encoder.norm": "pre_norm",
}
_OURS = {
    "patch_embed.proj": "patches",
    "cls_token": "summary",
    "pos_embed": "position",
    "pre_norm": "norm",
    "norm1": "attention_norm",
    "norm2": "norm",
    "attn.qkv": "attention.projected",
    "attn.proj": "attention.out",
    "attn.gate": "attention.gate",
    "mlp.fc1": "wide",
    "mlp.fc2": "narrow",
}
_BLOCK = re.compile(r"^(blocks\.(\d+)\.)?(.+?)(\.(?:weight|bias))?$")


def is_vit(weights: Mapping[str, Tensor]) -> bool:
    """Whether these are the weights of a vision transformer."""
    return any(
        name.endswith(("patch_embed.proj.weight", "local_encoder.proj.weight")) for name in weights
    )


def vit_encoder(weights: Mapping[str, Tensor], path: Path) -> VitEncoder:
    """The encoder of such weights.

    Parameters
    ----------
    weights : mapping of str to Tensor
        As in the file.
    path : Path
        The file, for messages.

    Raises
    ------
    InputError
        If one is missing, unknown, of the wrong shape or not finite.
    """
    official = _official(weights)
    config = _config(official, path)
    require(official, vit_shapes(config), path)
    with torch.device("meta"):
        encoder = VitEncoder(config)
    constants = {f"filterbank.{n}": w for n, w in encoder.filterbank.state_dict().items()}
    ours = {_our_name(name): weight.float() for name, weight in official.items()}
    encoder.load_state_dict(constants | ours, assign=True)
    return encoder


def vit_shapes(config: VitConfig) -> dict[str, Shape]:
    """Every weight by BAT's names."""
    c = config
    shapes: dict[str, Shape] = {
        "patch_embed.proj.weight": (c.width, 1, c.patch_size, c.patch_size),
        "patch_embed.proj.bias": (c.width,),
        "cls_token": (1, 1, c.width),
        "pos_embed": (1, c.positions, c.width),
        "pre_norm.weight": (c.width,),
        "pre_norm.bias": (c.width,),
    }
    sides = {"attn.qkv": (3 * c.width, c.width), "attn.proj": (c.width, c.width)}
    sides |= {"mlp.fc1": (c.ffn_width, c.width), "mlp.fc2": (c.width, c.ffn_width)}
    if c.gated:
        sides["attn.gate"] = (c.width, c.width)
    for layer in range(c.layers):
        for name, side in sides.items():
            shapes[f"blocks.{layer}.{name}.weight"] = side
            shapes[f"blocks.{layer}.{name}.bias"] = side[:1]
        for norm in ("norm1", "norm2"):
            shapes |= {f"blocks.{layer}.{norm}.{kind}": (c.width,) for kind in ("weight", "bias")}
    return shapes


def _official(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """By BAT's names; of a student and its teacher, the student."""
    taught = any(name.startswith(_STUDENT) for name in weights)
    found = {}
    for name, weight in weights.items():
        if taught and not name.startswith(_STUDENT):
            continue
        short = _PREFIX.sub("", name)
        for old, new in _EAT.items():
            short = short.replace(old, new)
        if not _PASSED_OVER.match(short):
            found[short] = weight
    return found


def _config(official: Mapping[str, Tensor], path: Path) -> VitConfig:
    def shape(name: str, axes: int) -> Shape:
        found = tuple(official[name].shape) if name in official else ()
        if len(found) != axes or 0 in found:
            raise InputError(path, f"lacks weights: {name}", FIX)
        return found

    width, _, patch_size, _ = shape("patch_embed.proj.weight", 4)
    _, positions, _ = shape("pos_embed", 3)
    ffn_width, _ = shape("blocks.0.mlp.fc1.weight", 2)
    layers = {int(found[2]) for n in official if (found := _BLOCK.match(n)) and found[2]}
    if width % _HEAD_WIDTH:
        raise InputError(path, f"its width {width} does not divide into heads", FIX)
    if MEL_BINS % patch_size:
        raise InputError(
            path, f"its patches of {patch_size} do not fit into {MEL_BINS} mel bands", FIX
        )
    return VitConfig(
        patch_size=patch_size,
        layers=len(layers),
        width=width,
        ffn_width=ffn_width,
        heads=width // _HEAD_WIDTH,
        positions=positions,
        gated="blocks.0.attn.gate.weight" in official,
    )


def _our_name(official: str) -> str:
    found = _BLOCK.match(official)
    assert found is not None
    return f"{found[1] or ''}{_OURS[found[3]]}{found[4] or ''}"
