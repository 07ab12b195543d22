"""Earth Species' bioacoustic BEATs (AVEX: esp-aves2-sl-beats-all, -bio, naturelm-audio-v1).

The files are bare tensors without a configuration. Names, as the public code of
AVEX writes them: the official ones behind ``backbone.`` (older files also behind
``model.`` or ``module.``), weight norm as ``parametrizations.weight.original0`` and
``original1``, a ``classifier`` on top, and since 2026 the filterbank's constants.
Tensors that share their memory may stand once. Sizes are read off the shapes;
what shapes do not tell (deep norm, the longest distance) is taken as in their
published configurations. No such file could be opened while this was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from core.errors import InputError
from core.nets.encoders.config import FIX, MEL_BINS, BeatsConfig, check

_PREFIX = re.compile(r"^(?:(?:module|model)\.)*(?:backbone\.)?")
_PASSED_OVER = re.compile(r"^(?:classifier\.(?:weight|bias)|fbank\.(?:window|mel_fb))$")
_FILTERBANK = (257, MEL_BINS)
_NORM = {
    "parametrizations.weight.original0": "weight_g",
    "parametrizations.weight.original1": "weight_v",
}
_TABLE = re.compile(r"^encoder\.layers\.\d+\.self_attn\.relative_attention_bias\.weight$")
_LAYER = re.compile(r"^encoder\.layers\.(\d+)\.")


def from_earth_species(
    tensors: Mapping[str, Tensor], path: Path
) -> tuple[BeatsConfig, dict[str, Tensor]]:
    """Sizes and weights, by their official names.

    Parameters
    ----------
    tensors : mapping of str to Tensor
        As in the file.
    path : Path
        The file, for messages.

    Returns
    -------
    config : BeatsConfig
    weights : dict of str to Tensor
        Not yet checked to be complete.

    Raises
    ------
    InputError
        If this is another network.
    """
    weights: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        short = _PREFIX.sub("", name)
        for new, old in _NORM.items():
            short = short.replace(new, old)
        if short == "fbank.mel_fb" and tuple(tensor.shape) != _FILTERBANK:
            raise InputError(path, "was trained on another filterbank than the published one", FIX)
        if not _PASSED_OVER.match(short):
            weights[short] = tensor
    config = _config(weights, path)
    table = next((t for n, t in weights.items() if _TABLE.match(n)), None)
    if table is not None:
        for layer in range(config.layers):
            name = f"encoder.layers.{layer}.self_attn.relative_attention_bias.weight"
            weights.setdefault(name, table)
    return config, weights


def _config(weights: Mapping[str, Tensor], path: Path) -> BeatsConfig:
    def shape(name: str, axes: int) -> tuple[int, ...]:
        found = tuple(weights[name].shape) if name in weights else ()
        if len(found) != axes:
            raise InputError(path, f"is another network than BEATs (no {name})", FIX)
        return found

    patch_width, _, patch_size, _ = shape("patch_embedding.weight", 4)
    width, group_width, taps = shape("encoder.pos_conv.0.weight_v", 3)
    ffn_width, _ = shape("encoder.layers.0.fc1.weight", 2)
    buckets, heads = next((tuple(t.shape) for n, t in weights.items() if _TABLE.match(n)), (0, 0))
    layers = [int(found[1]) for name in weights if (found := _LAYER.match(name))]
    config = BeatsConfig(
        patch_size=patch_size,
        patch_width=patch_width,
        patch_bias="patch_embedding.bias" in weights,
        layers=max(layers) + 1,
        width=width,
        ffn_width=ffn_width,
        heads=heads,
        position_taps=taps,
        position_groups=width // max(group_width, 1),
        buckets=buckets,
        classes=len(weights["predictor.bias"]) if "predictor.bias" in weights else 0,
    )
    check(config, path)
    return config
