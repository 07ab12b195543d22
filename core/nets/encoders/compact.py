"""The compact net in PyTorch: to train it, and as an encoder of clips.

`core.evidence.compact_net.CompactNet` is what aligns without PyTorch; both give the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from core.audio.spectra.levels import BANDS, BANK, FFT, HOP, LEAST_POWER
from core.evidence.compact import FILE, stored_arrays
from core.evidence.compact_net import FLOOR_EVERY, FLOOR_SHARE, LEVEL_SCALE, OVER_FLOOR, TAPS
from core.nets.encoders.encoder import Encoder, Grid

COMPACT = Path("compact")
"""What is given in place of a checkpoint's file for the net that is shipped."""

Frames = NDArray[np.float32]

_EVERY = 2
"""Every other frame is a token: embeddings see 0.6 s."""
_CONTEXT_S = 1.0
"""Heard on both sides of a clip: more than an embedding sees, and enough to tell the floor."""
_EPS = 1e-10
_SILENT = 2 * LEAST_POWER


class TrainedCompactNet(nn.Module):
    """The same net, with gradients.

    Parameters
    ----------
    width : int
        Channels inside.
    size : int
        Numbers in an embedding.
    dilations : sequence of int
        Frames between the taps of each block.
    """

    def __init__(
        self, width: int = 64, size: int = 32, dilations: Sequence[int] = (1, 2, 4, 8)
    ) -> None:
        super().__init__()
        half = TAPS // 2
        self.dilations = tuple(dilations)
        self.stem = nn.Conv1d(BANDS, width, TAPS, padding=half)
        self.blocks = nn.ModuleList(
            nn.Conv1d(width, width, TAPS, padding=half * step, dilation=step) for step in dilations
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(len(dilations) + 1))
        self.head = nn.Conv1d(width, size + 1, 1)

    @classmethod
    def of(cls, weights: Mapping[str, Frames], dilations: Sequence[int]) -> TrainedCompactNet:
        """The net of weights as `weights` gives them."""
        width, size = weights["stem"].shape[2], weights["head"].shape[2] - 1
        net = cls(width, size, dilations)
        for name, layer in net._named().items():
            kernel = torch.from_numpy(weights[name])
            layer.weight = nn.Parameter(kernel.permute(2, 1, 0) if kernel.ndim == 3 else kernel)
            layer.bias = nn.Parameter(torch.from_numpy(weights[f"{name}.bias"]))
        return net

    def forward(self, levels: Tensor) -> Tensor:
        """Embeddings of shape (B, T, size), from levels of shape (B, T, BANDS)."""
        return self.embedded(self.hidden(levels)[-1])

    def hidden(self, levels: Tensor) -> list[Tensor]:
        """What goes into the blocks and what each adds up to, shapes (B, width, T)."""
        found: list[Tensor] = [self.stem(levels.transpose(1, 2))]
        for norm, block in zip(self.norms, self.blocks, strict=False):
            found.append(found[-1] + block(_heard(norm, found[-1])))
        return found

    def embedded(self, hidden: Tensor) -> Tensor:
        """Embeddings of what the last block gives."""
        out = self.head(_heard(self.norms[-1], hidden))
        return (functional.normalize(out[:, 1:], dim=1) * torch.sigmoid(out[:, :1])).transpose(1, 2)

    def weights(self) -> dict[str, Frames]:
        """Weights by the names and shapes of `core.evidence.compact_net.CompactNet`."""
        named = self._named()
        found = {
            name: layer.weight.permute(2, 1, 0) if layer.weight.ndim == 3 else layer.weight
            for name, layer in named.items()
        }
        found |= {f"{name}.bias": layer.bias for name, layer in named.items()}
        return {name: value.detach().numpy().copy() for name, value in found.items()}

    def _named(self) -> dict[str, Any]:
        named: dict[str, Any] = {"stem": self.stem, "head": self.head}
        named |= {f"block{n}": block for n, block in enumerate(self.blocks)}
        return named | {f"norm{n}": norm for n, norm in enumerate(self.norms)}


class CompactLevels(nn.Module):
    """Band levels of clips over each band's noise floor, which the clip itself tells."""

    window: Tensor
    bank: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("window", torch.from_numpy(np.hanning(FFT)).float(), persistent=False)
        self.register_buffer("bank", torch.from_numpy(BANK), persistent=False)

    def forward(self, samples: Tensor) -> Tensor:
        """Levels, shape (B, 1 + S // HOP, BANDS), frames centred on every tenth millisecond."""
        padded = functional.pad(samples.float(), (FFT // 2, FFT // 2))
        spectrum = torch.fft.rfft(padded.unfold(-1, FFT, HOP) * self.window)
        power: Tensor = (spectrum.real.square() + spectrum.imag.square()) @ self.bank
        log_power = (power + LEAST_POWER).log()
        # Beyond the ends of a recording is no sound, and nothing about its noise.
        sounding = torch.where(power > _SILENT, log_power, torch.nan)[:, ::FLOOR_EVERY]
        floor = torch.nanquantile(sounding, FLOOR_SHARE, dim=1, keepdim=True)
        floor = floor.nan_to_num(float(np.log(LEAST_POWER)))
        over = (log_power - (OVER_FLOOR * floor.exp() + _EPS).log()).exp()
        levels: Tensor = LEVEL_SCALE * over.log1p()
        return levels


class CompactEncoder(Encoder):
    """The compact net; a token is a frame, one every 20 ms.

    Layers are what goes into the blocks and what each adds up to; last the embeddings, with
    zeros behind them, since they are narrower.

    Parameters
    ----------
    net : TrainedCompactNet
    """

    context_samples: ClassVar[int] = round(_CONTEXT_S * Encoder.sample_rate_hz)

    def __init__(self, net: TrainedCompactNet) -> None:
        super().__init__()
        self.filterbank = CompactLevels()
        self.net = net
        self.width = net.head.out_channels - 1
        self.layer_width = net.stem.out_channels
        self.depth = len(net.dilations) + 2

    def forward(self, samples: Tensor) -> Tensor:
        """Embeddings; see `Encoder.forward`."""
        return self._within(self.net(self._levels(samples)))

    def layers(self, samples: Tensor) -> Tensor:
        """All layers; see `Encoder.layers`."""
        hidden = self.net.hidden(self._levels(samples))
        embedded = self.net.embedded(hidden[-1])
        padded = functional.pad(embedded, (0, self.layer_width - self.width))
        return torch.stack([self._within(x) for x in (*(h.mT for h in hidden), padded)])

    def grid(self, samples: int) -> Grid:
        """A place every 20 ms, one in frequency."""
        return -(-(samples // HOP) // _EVERY), 1

    def last(self, count: int) -> list[nn.Module]:
        """Blocks with their norms, and the head."""
        blocks = [*zip(self.net.norms, self.net.blocks, strict=False)][-count:]
        return [*(part for pair in blocks for part in pair), self.net.norms[-1], self.net.head]

    def _levels(self, samples: Tensor) -> Tensor:
        levels: Tensor = self.filterbank(samples)
        return levels.to(self.net.head.weight.dtype)

    def _within(self, frames: Tensor) -> Tensor:
        """Every other frame of the clips, without those of their context."""
        around = self.context_samples // HOP
        return frames[:, around : frames.shape[1] - 1 - around : _EVERY]


def open_compact_encoder() -> tuple[CompactEncoder, str]:
    """The net that FinchSync ships, frozen.

    Returns
    -------
    encoder : CompactEncoder
        In float32.
    digest : str
        Of its file.
    """
    stored, digest = stored_arrays(FILE)
    dilations = stored["dilations"].tolist()
    weights = {name: weight.astype(np.float32) for name, weight in stored.items()}
    encoder = CompactEncoder(TrainedCompactNet.of(weights, dilations))
    return encoder.eval().requires_grad_(requires_grad=False), digest


def _heard(norm: nn.Module, hidden: Tensor) -> Tensor:
    normal = norm(hidden.transpose(1, 2)).transpose(1, 2)
    return functional.gelu(normal, approximate="tanh")
