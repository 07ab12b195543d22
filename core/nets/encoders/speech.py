"""WavLM, HuBERT and wav2vec 2.0 as torchaudio builds them, from a file of their weights.

Chen et al. 2022, arXiv 2110.13900; Hsu et al. 2021, arXiv 2106.07447. Sizes are read off the
shapes; what those do not tell (strides, heads of 64 numbers, the longest distance) is as published.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import torchaudio
from torch import Tensor, nn
from torch.nn import functional

from core.errors import InputError
from core.nets.encoders.config import FIX
from core.nets.encoders.encoder import Encoder, Grid
from core.nets.encoders.reading import require

_STRIDES = (5, 2, 2, 2, 2, 2, 2)
_HEAD_WIDTH = {1280: 80}
"""Numbers of a head where they are not 64."""
_MAX_DISTANCE = 800
_POSITION = "encoder.transformer.pos_conv_embed.conv"
_LAYER = "encoder.transformer.layers"
_BUCKETS = f"{_LAYER}.0.attention.rel_attn_embed.weight"
_NORM = {"weight_g": "parametrizations.weight.original0"}
_NORM |= {"weight_v": "parametrizations.weight.original1"}


class SpeechEncoder(Encoder):
    """One of torchaudio's models; a token is a frame, one every 20 ms.

    Parameters
    ----------
    model : Wav2Vec2Model
    width, depth : int
        Of its transformer.
    normalised : bool
        Whether it hears clips at unit spread.
    """

    def __init__(self, model: Any, width: int, depth: int, *, normalised: bool) -> None:
        super().__init__()
        self.filterbank = nn.Identity()
        self.model: Any = model
        self.width = self.layer_width = width
        self.depth = depth
        self._normalised = normalised

    def forward(self, samples: Tensor) -> Tensor:
        """What the last layer says; see `Encoder.forward`."""
        return self.layers(samples)[-1]

    def layers(self, samples: Tensor) -> Tensor:
        """What each layer says; see `Encoder.layers`."""
        if self._normalised:
            samples = functional.layer_norm(samples, samples.shape[-1:])
        heard = samples.to(next(self.model.parameters()).dtype)
        found, _ = self.model.extract_features(heard)
        return torch.stack(found)

    def grid(self, samples: int) -> Grid:
        """A place every 20 ms, one in frequency."""
        for layer, stride in zip(self.model.feature_extractor.conv_layers, _STRIDES, strict=True):
            samples = 1 + (samples - layer.kernel_size) // stride
        return samples, 1

    def last(self, count: int) -> list[nn.Module]:
        """Transformer layers."""
        return [*self.model.encoder.transformer.layers[-count:]]


def is_speech(weights: Mapping[str, Tensor]) -> bool:
    """Whether these are the weights of such a model."""
    return "feature_extractor.conv_layers.0.conv.weight" in weights


def speech_encoder(weights: Mapping[str, Tensor], path: Path) -> SpeechEncoder:
    """The encoder of such weights.

    Parameters
    ----------
    weights : mapping of str to Tensor
        As in the file; a classifier on top (``aux``) is passed over.
    path : Path
        The file, for messages.

    Raises
    ------
    InputError
        If one is missing, unknown, of the wrong shape or not finite.
    """
    official = {_renamed(n): w for n, w in weights.items() if not n.startswith("aux.")}
    try:
        options, depth = _options(official)
    except (KeyError, ValueError, ZeroDivisionError) as error:
        raise InputError(path, f"is another network than WavLM or HuBERT ({error})", FIX) from error
    build = torchaudio.models.wav2vec2_model
    if _BUCKETS in official:
        build = torchaudio.models.wavlm_model
        options["encoder_num_buckets"] = official[_BUCKETS].shape[0]
        options["encoder_max_distance"] = _MAX_DISTANCE
    with torch.device("meta"):
        model = build(**options)
    require(official, {n: tuple(w.shape) for n, w in model.state_dict().items()}, path)
    model.load_state_dict({n: w.float() for n, w in official.items()}, assign=True)
    return SpeechEncoder(
        model,
        options["encoder_embed_dim"],
        depth,
        normalised=options["encoder_layer_norm_first"],
    )


def _options(official: Mapping[str, Tensor]) -> tuple[dict[str, Any], int]:
    """What torchaudio's functions are given, and the number of layers."""
    kernels = [official[f"feature_extractor.conv_layers.{n}.conv.weight"] for n in range(7)]
    width = official["encoder.feature_projection.projection.weight"].shape[0]
    head_width = _HEAD_WIDTH.get(width, 64)
    group_width, taps = official[f"{_POSITION}.{_NORM['weight_v']}"].shape[1:]
    names = {name.removeprefix(f"{_LAYER}.").split(".")[0] for name in official if _LAYER in name}
    # The large models norm every convolution, put norms first, and hear clips at unit spread.
    is_large = "feature_extractor.conv_layers.1.layer_norm.weight" in official
    if width % head_width:
        raise ValueError(f"its width {width} does not divide into heads")
    options: dict[str, Any] = {
        "extractor_mode": "layer_norm" if is_large else "group_norm",
        "extractor_conv_layer_config": [
            (k.shape[0], k.shape[2], stride) for k, stride in zip(kernels, _STRIDES, strict=True)
        ],
        "extractor_conv_bias": "feature_extractor.conv_layers.0.conv.bias" in official,
        "encoder_embed_dim": width,
        "encoder_projection_dropout": 0.0,
        "encoder_pos_conv_kernel": taps,
        "encoder_pos_conv_groups": width // group_width,
        "encoder_num_layers": len(names),
        "encoder_num_heads": width // head_width,
        "encoder_attention_dropout": 0.0,
        "encoder_ff_interm_features": official[
            f"{_LAYER}.0.feed_forward.intermediate_dense.weight"
        ].shape[0],
        "encoder_ff_interm_dropout": 0.0,
        "encoder_dropout": 0.0,
        "encoder_layer_norm_first": is_large,
        "encoder_layer_drop": 0.0,
        "aux_num_out": None,
    }
    return options, len(names)


def _renamed(name: str) -> str:
    """As torchaudio names weights now: weight norm was written differently once."""
    for old, new in _NORM.items():
        name = name.replace(f"{_POSITION}.{old}", f"{_POSITION}.{new}")
    return name
