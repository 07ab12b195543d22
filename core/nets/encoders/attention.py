"""Attention with a bias by distance that queries gate (BEATs; bias of T5, gate of WavLM)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.nets.encoders.config import BeatsConfig


class RelativePositionBias(nn.Module):
    """One learned number a head and bucket of distance, shared by all layers."""

    def __init__(self, config: BeatsConfig) -> None:
        super().__init__()
        self._buckets, self._longest = config.buckets, config.max_distance
        self.table = nn.Parameter(torch.zeros(config.buckets, config.heads))

    def forward(self, tokens: int) -> Tensor:
        """Bias of every pair of places, shape (H, T, T): query, then key."""
        place = torch.arange(tokens, device=self.table.device)
        bucket = self._bucket(place[None, :] - place[:, None])
        return self.table[bucket].permute(2, 0, 1)

    def _bucket(self, distance: Tensor) -> Tensor:
        """Half the buckets a direction: the near half exact, the far half logarithmic."""
        half = self._buckets // 2
        exact = half // 2
        length = distance.abs()
        scale = (half - exact) / math.log(self._longest / exact)
        far = exact + (torch.log(length.clamp_min(1).float() / exact) * scale).long()
        bucket = torch.where(length < exact, length, far.clamp_max(half - 1))
        return bucket + half * (distance > 0).long()


class GatedSelfAttention(nn.Module):
    """Multi-head self-attention; fused, with the gated position bias as its mask."""

    def __init__(self, config: BeatsConfig) -> None:
        super().__init__()
        self._heads, self._head_width = config.heads, config.head_width
        self.projected = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)
        self.gate: nn.Linear | None = None
        if config.gated_position:
            self.gate = nn.Linear(config.head_width, 2)
            self.gate_scale = nn.Parameter(torch.ones(config.heads))

    def forward(self, x: Tensor, bias: Tensor | None) -> Tensor:
        """Attend.

        Parameters
        ----------
        x : Tensor, shape (B, T, D)
        bias : Tensor, shape (H, T, T), optional
            Of the positions, before it is gated.

        Returns
        -------
        Tensor, shape (B, T, D)
        """
        batch, tokens, width = x.shape
        shape = (batch, tokens, 3, self._heads, self._head_width)
        query, key, value = self.projected(x).view(shape).permute(2, 0, 3, 1, 4)
        mask = None
        if bias is not None:
            mask = bias[None].to(query.dtype)
            if self.gate is not None:
                mask = self._gated(query) * mask
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        mixed: Tensor = self.out(attended.transpose(1, 2).reshape(batch, tokens, width))
        return mixed

    def _gated(self, query: Tensor) -> Tensor:
        """What each query multiplies its biases by, shape (B, H, T, 1)."""
        assert self.gate is not None
        update, reset = torch.sigmoid(self.gate(query)).chunk(2, dim=-1)
        return update * (reset * self.gate_scale.view(1, -1, 1, 1) - 1.0) + 2.0
