"""What a BEATs encoder looks like: sizes and variants, without weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

from core.errors import InputError

Heard = Literal["last", "all"]
"""What a head hears of an encoder: its last tokens, or those of all its layers."""
HEARD: tuple[Heard, ...] = get_args(Heard)

SAMPLE_RATE_HZ = 16_000
"""Sample rate of what the encoder hears."""
MEL_BINS = 128
"""Mel bands of the filterbank that the published BEATs hear."""
FBANK_MEAN, FBANK_STD = 15.41663, 6.55582
"""Of the log energies over AudioSet; the published code divides by twice the latter."""

_MOST_LAYERS = 999
"""A damaged number must not make us look for the weights of millions of layers."""

FIX = "give BEATs, EAT, BAT, or torchaudio's WavLM or HuBERT"

_OFFICIAL = {
    "patch_size": "input_patch_size",
    "patch_width": "embed_dim",
    "patch_bias": "conv_bias",
    "layers": "encoder_layers",
    "width": "encoder_embed_dim",
    "ffn_width": "encoder_ffn_embed_dim",
    "heads": "encoder_attention_heads",
    "deep_norm": "deep_norm",
    "layer_norm_first": "layer_norm_first",
    "position_taps": "conv_pos",
    "position_groups": "conv_pos_groups",
    "relative_position": "relative_position_embedding",
    "gated_position": "gru_rel_pos",
    "buckets": "num_buckets",
    "max_distance": "max_distance",
}
_OFFICIAL_DEFAULTS: dict[str, object] = {
    "embed_dim": 512,
    "conv_bias": False,
    "encoder_layers": 12,
    "encoder_embed_dim": 768,
    "encoder_ffn_embed_dim": 3072,
    "encoder_attention_heads": 12,
    "activation_fn": "gelu",
    "deep_norm": False,
    "layer_norm_first": False,
    "conv_pos": 128,
    "conv_pos_groups": 16,
    "relative_position_embedding": False,
    "gru_rel_pos": False,
    "num_buckets": 320,
    "max_distance": 1280,
    "finetuned_model": False,
    "predictor_class": 527,
}
"""What the published code takes where a checkpoint says nothing."""
_HEARD: dict[str, object] = {
    "activation_fn": "gelu",
    "sample_frequency": SAMPLE_RATE_HZ,
    "num_mel_bins": MEL_BINS,
    "frame_length": 25,
    "frame_shift": 10,
    "fbank_mean": FBANK_MEAN,
    "fbank_std": FBANK_STD,
}
"""What has one value here; a checkpoint of the same shapes may be trained on another."""


@dataclass(frozen=True, slots=True)
class BeatsConfig:
    """Sizes and variants of a BEATs encoder (Chen et al. 2023, arXiv 2212.09058).

    The defaults are those of the published base models (iteration 1 to 3).
    Dropouts are left out, since the encoder stays frozen.

    Parameters
    ----------
    patch_size : int
        Side of a patch, in frames of 10 ms and in mel bands.
    patch_width : int
        Width of a patch before it is projected to `width`.
    patch_bias : bool
        Whether the patch embedding has a bias.
    layers, width, ffn_width, heads : int
        Of the transformer.
    deep_norm, layer_norm_first : bool
        Where layers are normalised; neither is plain post-norm, both is nothing.
    position_taps, position_groups : int
        Kernel, in tokens, and groups of the positional convolution.
    relative_position, gated_position : bool
        Whether attention has a bias by distance, and whether queries gate it.
    buckets, max_distance : int
        How many distances are told apart, and the longest, in tokens.
    classes : int
        Classes of a fine-tuned checkpoint's predictor; 0 without one.
    """

    patch_size: int = 16
    patch_width: int = 512
    patch_bias: bool = False
    layers: int = 12
    width: int = 768
    ffn_width: int = 3072
    heads: int = 12
    deep_norm: bool = True
    layer_norm_first: bool = False
    position_taps: int = 128
    position_groups: int = 16
    relative_position: bool = True
    gated_position: bool = True
    buckets: int = 320
    max_distance: int = 800
    classes: int = 0

    @property
    def residual_scale(self) -> float:
        """What residuals are multiplied by: alpha of deep norm (arXiv 2203.00555), or one."""
        return math.pow(2.0 * self.layers, 0.25) if self.deep_norm else 1.0

    @property
    def head_width(self) -> int:
        """Width of one attention head."""
        return self.width // self.heads

    def token_count(self, samples: int) -> int:
        """Tokens for a clip of so many samples at 16 kHz."""
        frames = 1 + (samples - 400) // 160
        return frames // self.patch_size * (MEL_BINS // self.patch_size)

    def official(self) -> dict[str, object]:
        """The ``cfg`` of a checkpoint in the official format."""
        cfg: dict[str, object] = {
            _OFFICIAL[k]: v for k, v in asdict(self).items() if k != "classes"
        }
        cfg["activation_fn"] = "gelu"
        cfg["finetuned_model"] = self.classes > 0
        cfg["predictor_class"] = self.classes or _OFFICIAL_DEFAULTS["predictor_class"]
        return cfg


def config_from_official(cfg: Mapping[str, object], where: str | Path) -> BeatsConfig:
    """Read the ``cfg`` of an official checkpoint.

    Parameters
    ----------
    cfg : mapping
        As in the checkpoint; what does not change the outputs is passed over.
    where : str or Path
        The checkpoint, for messages.

    Returns
    -------
    BeatsConfig

    Raises
    ------
    InputError
        If a size is missing or impossible, or the variant is not supported.
    """
    whole = _OFFICIAL_DEFAULTS | dict(cfg)
    for name, only in _HEARD.items():
        found = whole.get(name, only)
        if not isinstance(found, (str, int, float)) or found != only:
            raise InputError(where, f"its {name} is {found!r}, only {only!r} is known", FIX)
    values = {ours: whole.get(theirs) for ours, theirs in _OFFICIAL.items()}
    values["classes"] = whole["predictor_class"] if whole["finetuned_model"] else 0
    for name, value in values.items():
        kind = type(getattr(_DEFAULT, name))
        if not isinstance(value, int) or (kind is int and isinstance(value, bool)):
            raise InputError(where, f"its configuration says {name} is {value!r}", FIX)
    config = BeatsConfig(**{k: type(getattr(_DEFAULT, k))(v) for k, v in values.items()})
    check(config, where)
    return config


_DEFAULT = BeatsConfig()


def check(config: BeatsConfig, where: str | Path) -> None:
    """Refuse sizes that make no encoder.

    Raises
    ------
    InputError
        With the first contradiction found.
    """
    sizes = (
        *(config.patch_size, config.patch_width, config.layers, config.width, config.heads),
        *(config.ffn_width, config.position_taps, config.position_groups),
    )
    wrong = ""
    if min(sizes) < 1 or config.classes < 0:
        wrong = "its configuration has a size below one"
    elif config.layers > _MOST_LAYERS:
        wrong = f"its configuration has more than {_MOST_LAYERS} layers"
    elif config.width % config.heads or config.width % config.position_groups:
        wrong = f"its width {config.width} does not divide into heads or groups"
    elif MEL_BINS % config.patch_size:
        wrong = f"its patches of {config.patch_size} do not fit into {MEL_BINS} mel bands"
    elif config.deep_norm and config.layer_norm_first:
        wrong = "its configuration has deep norm and layer norm first at once"
    elif config.relative_position and not 4 <= config.buckets < 4 * config.max_distance:
        wrong = "its position buckets do not fit its longest distance"
    if wrong:
        raise InputError(where, wrong, FIX)
