"""The BEATs encoder: a clip in, its tokens out.

Chen et al. 2023, "BEATs: Audio Pre-Training with Acoustic Tokenizers", arXiv
2212.09058. The outputs equal those of the published code; the arithmetic is laid
out for clips of one length, which need no mask.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.nets.encoders.attention import GatedSelfAttention, RelativePositionBias
from core.nets.encoders.config import FBANK_MEAN, FBANK_STD, MEL_BINS, BeatsConfig
from core.nets.encoders.encoder import Encoder, Grid
from core.nets.encoders.fbank import KaldiFilterbank
from core.nets.encoders.position import PositionalConvolution


class Block(nn.Module):
    """A transformer layer: attention, then a feed-forward net."""

    def __init__(self, config: BeatsConfig) -> None:
        super().__init__()
        self._first, self._scale = config.layer_norm_first, config.residual_scale
        self.attention = GatedSelfAttention(config)
        self.attention_norm = nn.LayerNorm(config.width)
        self.wide = nn.Linear(config.width, config.ffn_width)
        self.narrow = nn.Linear(config.ffn_width, config.width)
        self.norm = nn.LayerNorm(config.width)

    def forward(self, x: Tensor, bias: Tensor | None) -> Tensor:
        """Tokens in, tokens out, shape (B, T, D)."""
        if self._first:
            x = x + self.attention(self.attention_norm(x), bias)
            return x + self._feed_forward(self.norm(x))
        x = self.attention_norm(x * self._scale + self.attention(x, bias))
        found: Tensor = self.norm(x * self._scale + self._feed_forward(x))
        return found

    def _feed_forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.narrow(functional.gelu(self.wide(x)))
        return found


class BeatsEncoder(Encoder):
    """BEATs, to embed clips with; see `core.nets.encoders.checkpoint` for its weights.

    Parameters
    ----------
    config : BeatsConfig
    """

    quantisable: ClassVar[frozenset[str]] = frozenset(
        {"projected", "out", "wide", "narrow", "patch_projection"}
    )

    def __init__(self, config: BeatsConfig) -> None:
        super().__init__()
        self.config = config
        self.width = self.layer_width = config.width
        self.depth = 1 + config.layers
        self.filterbank = KaldiFilterbank()
        self.patches = nn.Conv2d(
            1, config.patch_width, config.patch_size, config.patch_size, bias=config.patch_bias
        )
        self.patch_norm = nn.LayerNorm(config.patch_width)
        self.patch_projection: nn.Linear | None = None
        if config.patch_width != config.width:
            self.patch_projection = nn.Linear(config.patch_width, config.width)
        self.position = PositionalConvolution(config)
        self.norm = nn.LayerNorm(config.width)
        self.distance = RelativePositionBias(config) if config.relative_position else None
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.predictor = nn.Linear(config.width, config.classes) if config.classes else None

    def forward(self, samples: Tensor) -> Tensor:
        """Embed clips.

        Parameters
        ----------
        samples : Tensor of float32, shape (B, S)
            Clips at 16 kHz, full scale 1.

        Returns
        -------
        Tensor, shape (B, T, D)
            Tokens, frame by frame of 160 ms, within a frame from low to high
            frequency; in the precision of the weights.
        """
        x = samples
        for layer in self._run(samples):
            x = layer
        return self.norm(x) if self.config.layer_norm_first else x

    def layers(self, samples: Tensor) -> Tensor:
        """What every layer says, shape (1 + layers, B, T, D); first, what goes into them."""
        return torch.stack(list(self._run(samples)))

    def grid(self, samples: int) -> Grid:
        """Patches of 160 ms, from low to high frequency."""
        high = MEL_BINS // self.config.patch_size
        return self.config.token_count(samples) // high, high

    def last(self, count: int) -> list[nn.Module]:
        """Transformer layers, and the norm after them."""
        return [*self.blocks[-count:], self.norm]

    def classify(self, samples: Tensor) -> Tensor:
        """Probability of each class of a fine-tuned checkpoint, shape (B, classes)."""
        if self.predictor is None:
            raise ValueError("this checkpoint was not fine-tuned, it has no classes")
        logits: Tensor = self.predictor(self(samples))
        return torch.sigmoid(logits.mean(dim=1))

    def _run(self, samples: Tensor) -> Iterator[Tensor]:
        weight = self.patches.weight
        energy = (self.filterbank(samples) - FBANK_MEAN) / (2 * FBANK_STD)
        x = self.patches(energy[:, None].to(weight.dtype)).flatten(2).transpose(1, 2)
        x = self.patch_norm(x)
        if self.patch_projection is not None:
            x = self.patch_projection(x)
        x = x + self.position(x)
        if not self.config.layer_norm_first:
            x = self.norm(x)
        yield x
        bias = None if self.distance is None else self.distance(x.shape[1])
        for block in self.blocks:
            x = block(x, bias)
            yield x
