"""The compact net for training: `core.evidence.compact_net.CompactNet` in PyTorch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.fft import next_fast_len
from torch import Tensor, nn
from torch.nn import functional

from core.audio.levels import BANDS
from core.evidence.compact_net import TAPS

Frames = NDArray[np.float32]


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

    def forward(self, levels: Tensor) -> Tensor:
        """Embeddings of shape (B, T, size), from levels of shape (B, T, BANDS)."""
        hidden: Tensor = self.stem(levels.transpose(1, 2))
        for norm, block in zip(self.norms, self.blocks, strict=False):
            hidden = hidden + block(_heard(norm, hidden))
        out = self.head(_heard(self.norms[-1], hidden))
        return (functional.normalize(out[:, 1:], dim=1) * torch.sigmoid(out[:, :1])).transpose(1, 2)

    def weights(self) -> dict[str, Frames]:
        """Weights by the names and shapes of `CompactNet`."""
        named = {"stem": self.stem, "head": self.head}
        named |= {f"block{n}": block for n, block in enumerate(self.blocks)}
        found = {name: layer.weight.permute(2, 1, 0) for name, layer in named.items()}
        found |= {f"norm{n}": norm.weight for n, norm in enumerate(self.norms)}
        named |= {f"norm{n}": norm for n, norm in enumerate(self.norms)}
        found |= {f"{name}.bias": layer.bias for name, layer in named.items()}
        return {name: value.detach().numpy().copy() for name, value in found.items()}


def window_scores(left: Tensor, right: Tensor) -> Tensor:
    """As `core.evidence.compact.window_scores`."""
    lags = right.shape[1] - left.shape[1] + 1
    size = next_fast_len(right.shape[1], real=True)
    spectrum = torch.fft.rfft(left, size, dim=1).conj() * torch.fft.rfft(right, size, dim=1)
    return torch.fft.irfft(spectrum.sum(dim=2), size, dim=1)[:, :lags]


def _heard(norm: nn.Module, hidden: Tensor) -> Tensor:
    normal = norm(hidden.transpose(1, 2)).transpose(1, 2)
    return functional.gelu(normal, approximate="tanh")
