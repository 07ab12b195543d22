"""Encoders from files: which one it is, its layout says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from core.errors import InputError
from core.nets.encoders.beats import BeatsEncoder
from core.nets.encoders.compact import COMPACT, open_compact_encoder
from core.nets.encoders.config import FIX, BeatsConfig, config_from_official
from core.nets.encoders.earth_species import from_earth_species
from core.nets.encoders.encoder import Encoder
from core.nets.encoders.layout import official_shapes, ours
from core.nets.encoders.reading import file_digest, read_weights, require, tensors_of
from core.nets.encoders.speech import is_speech, speech_encoder
from core.nets.encoders.vit_layout import is_vit, vit_encoder

_CONTAINERS = ("model", "state_dict")
"""Under which names files keep their weights, if they do not lie in them as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """What a checkpoint of BEATs holds.

    Parameters
    ----------
    config : BeatsConfig
    weights : mapping of str to Tensor
        By their official names; all of them, and no others.
    """

    config: BeatsConfig
    weights: Mapping[str, Tensor]


def load_encoder(path: Path) -> tuple[Encoder, str]:
    """Build the encoder of a checkpoint.

    Nothing in the file is ever run.

    Parameters
    ----------
    path : Path
        BEATs of Microsoft (``.pt`` with ``cfg`` and ``model``, iteration 1 to 3, fine-tuned or
        not) or Earth Species (``.safetensors``), EAT, BAT, or a WavLM or HuBERT of torchaudio's;
        or ``compact``, the net that is shipped.

    Returns
    -------
    encoder : Encoder
        On the processor, in float32, frozen.
    digest : str
        Of the file's content.

    Raises
    ------
    InputError
        If the file is missing, cut short, a web page, no checkpoint, another network, or
        wants to run code or more memory than there is; or if a weight is missing, unknown,
        of the wrong shape or not finite.
    """
    if path == COMPACT:
        return open_compact_encoder()
    content = read_weights(path)
    weights = _weights(content, path)
    encoder: Encoder
    if is_vit(weights):
        encoder = vit_encoder(weights, path)
    elif is_speech(weights):
        encoder = speech_encoder(weights, path)
    else:
        encoder = _beats(_checkpoint(content, weights, path))
    return encoder.eval().requires_grad_(requires_grad=False), file_digest(path)


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint of BEATs; raises as `load_encoder`."""
    content = read_weights(path)
    return _checkpoint(content, _weights(content, path), path)


def _weights(content: object, path: Path) -> dict[str, Tensor]:
    """The weights that a file holds, as they lie in it or under a name of their own."""
    if not isinstance(content, Mapping):
        raise InputError(path, "holds no table of weights", FIX)
    return tensors_of(next((content[n] for n in _CONTAINERS if n in content), content), path)


def _checkpoint(content: object, weights: dict[str, Tensor], path: Path) -> Checkpoint:
    assert isinstance(content, Mapping)
    if any(name.startswith("quantize.") for name in weights):
        raise InputError(path, "is a BEATs tokenizer, not the encoder", FIX)
    if "cfg" in content:
        cfg = content["cfg"]
        if not isinstance(cfg, Mapping):
            raise InputError(path, "its 'cfg' is not a table", FIX)
        config = config_from_official({str(k): v for k, v in cfg.items()}, path)
    else:
        config, weights = from_earth_species(weights, path)
    require(weights, official_shapes(config), path)
    tables = [t for n, t in weights.items() if n.endswith("relative_attention_bias.weight")]
    if any(not torch.equal(table, tables[0]) for table in tables[1:]):
        raise InputError(path, "its layers have different position biases", FIX)
    return Checkpoint(config, weights)


def _beats(checkpoint: Checkpoint) -> BeatsEncoder:
    with torch.device("meta"):
        encoder = BeatsEncoder(checkpoint.config)
    encoder.load_state_dict(ours(checkpoint.weights, checkpoint.config), assign=True)
    return encoder
