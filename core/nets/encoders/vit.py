"""Vision transformers on mel patches: EAT and BAT.

Chen et al. 2024, "EAT: Self-Supervised Pre-Training with Efficient Audio Transformer", arXiv
2401.03497; Ghaffari et al. 2026, "BAT: Better Audio Transformer Guided by Convex Gated Probing",
arXiv 2602.16305. Both are ViT-B/16 with norms behind the layers; BAT gates its attention, and hears
levels in another scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
import torchaudio
from torch import Tensor, nn
from torch.nn import functional

from core.nets.encoders.config import MEL_BINS, SAMPLE_RATE_HZ
from core.nets.encoders.encoder import Encoder, Grid
from core.nets.encoders.fbank import FRAME, HOP, KaldiFilterbank

_EPS = 1e-6
"""Of the norms, as published."""
_EAT_MEAN, _EAT_STD = -4.268, 4.569
"""Of EAT's log energies over AudioSet; the published code divides by twice the latter."""
_BAT_FFT, _BAT_RANGE_DB = 1024, 80.0


@dataclass(frozen=True, slots=True)
class VitConfig:
    """Sizes of a vision transformer; the defaults are those of the published base models.

    Parameters
    ----------
    patch_size : int
        Side of a patch, in frames of 10 ms and in mel bands.
    layers, width, ffn_width, heads : int
        Of the transformer.
    positions : int
        Places that are told apart.
    gated : bool
        Whether attention is gated: BAT, or else EAT.
    """

    patch_size: int = 16
    layers: int = 12
    width: int = 768
    ffn_width: int = 3072
    heads: int = 12
    positions: int = 512
    gated: bool = False


class EatLevels(nn.Module):
    """Log energies as EAT hears them: Kaldi's, under Hann's window, of sound without its mean."""

    def __init__(self) -> None:
        super().__init__()
        self.filterbank = KaldiFilterbank(full_scale=1.0, window_power=1.0)

    def forward(self, samples: Tensor) -> Tensor:
        """Levels, shape (B, 1 + (S - 400) // 160, 128)."""
        energy: Tensor = self.filterbank(samples - samples.mean(dim=-1, keepdim=True))
        return (energy - _EAT_MEAN) / (2 * _EAT_STD)

    @staticmethod
    def frames(samples: int) -> int:
        """Frames of a clip of so many samples."""
        return 1 + (samples - FRAME) // HOP


class BatLevels(nn.Module):
    """Levels as BAT hears them: decibels within 80 of the loudest, each clip from 0 to 1."""

    def __init__(self) -> None:
        super().__init__()
        with torch.device("cpu"):
            self.mel = torchaudio.transforms.MelSpectrogram(
                SAMPLE_RATE_HZ, _BAT_FFT, hop_length=HOP, n_mels=MEL_BINS
            )
        self.level = torchaudio.transforms.AmplitudeToDB("power", _BAT_RANGE_DB)

    def forward(self, samples: Tensor) -> Tensor:
        """Levels, shape (B, 1 + S // 160, 128)."""
        # With an axis for the channels: else one clip's loudest would be that of all.
        level_db: Tensor = self.level(self.mel(samples.float())[:, None])[:, 0]
        low, high = level_db.flatten(1).aminmax(dim=1)
        level = (level_db - low[:, None, None]) / (high - low + 1e-8)[:, None, None]
        return level.transpose(1, 2)

    @staticmethod
    def frames(samples: int) -> int:
        """Frames of a clip of so many samples."""
        return 1 + samples // HOP


class VitAttention(nn.Module):
    """Multi-head self-attention, gated where the configuration says so."""

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self._heads = config.heads
        self.projected = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)
        self.gate = nn.Linear(config.width, config.width) if config.gated else None

    def forward(self, x: Tensor) -> Tensor:
        """Attend; shape (B, T, D) in and out."""
        batch, tokens, width = x.shape
        shape = (batch, tokens, 3, self._heads, width // self._heads)
        query, key, value = self.projected(x).view(shape).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(query, key, value)
        mixed = attended.transpose(1, 2).reshape(batch, tokens, width)
        if self.gate is not None:
            mixed = mixed * torch.sigmoid(self.gate(x))
        found: Tensor = self.out(mixed)
        return found


class VitBlock(nn.Module):
    """A transformer layer: attention, then a feed-forward net, each with a norm behind it."""

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.attention = VitAttention(config)
        self.attention_norm = nn.LayerNorm(config.width, _EPS)
        self.wide = nn.Linear(config.width, config.ffn_width)
        self.narrow = nn.Linear(config.ffn_width, config.width)
        self.norm = nn.LayerNorm(config.width, _EPS)

    def forward(self, x: Tensor) -> Tensor:
        """Tokens in, tokens out, shape (B, T, D)."""
        x = self.attention_norm(x + self.attention(x))
        found: Tensor = self.norm(x + self.narrow(functional.gelu(self.wide(x))))
        return found


class VitEncoder(Encoder):
    """EAT or BAT, to embed clips with; see `core.nets.encoders.vit_layout` for its weights.

    The published code pads spectrograms to ten seconds; here each clip has the patches that it
    fills. The summary token is heard by the others and left out of what is given.

    Parameters
    ----------
    config : VitConfig
    """

    quantisable: ClassVar[frozenset[str]] = frozenset({"projected", "out", "wide", "narrow"})
    filterbank: EatLevels | BatLevels

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.config = config
        self.width = self.layer_width = config.width
        self.depth = 1 + config.layers
        self.filterbank = BatLevels() if config.gated else EatLevels()
        self.patches = nn.Conv2d(1, config.width, config.patch_size, config.patch_size)
        self.summary = nn.Parameter(torch.zeros(1, 1, config.width))
        self.position = nn.Parameter(torch.zeros(1, config.positions, config.width))
        self.norm = nn.LayerNorm(config.width, _EPS)
        self.blocks = nn.ModuleList(VitBlock(config) for _ in range(config.layers))

    def forward(self, samples: Tensor) -> Tensor:
        """Tokens, frame by frame of 160 ms, within a frame from low to high frequency."""
        x = samples
        for layer in self._run(samples):
            x = layer
        return x[:, 1:]

    def layers(self, samples: Tensor) -> Tensor:
        """What goes into the layers, and what each says; see `Encoder.layers`."""
        return torch.stack([x[:, 1:] for x in self._run(samples)])

    def grid(self, samples: int) -> Grid:
        """Patches of 160 ms, from low to high frequency."""
        side = self.config.patch_size
        return self.filterbank.frames(samples) // side, MEL_BINS // side

    def last(self, count: int) -> list[nn.Module]:
        """Transformer layers."""
        return [*self.blocks[-count:]]

    def _run(self, samples: Tensor) -> Iterator[Tensor]:
        level = self.filterbank(samples)[:, None].to(self.patches.weight.dtype)
        x = self.patches(level).flatten(2).transpose(1, 2)
        x = x + self.position[:, : x.shape[1]]
        x = self.norm(torch.cat([self.summary.expand(len(x), -1, -1), x], dim=1))
        yield x
        for block in self.blocks:
            x = block(x)
            yield x
