"""Clips compared place by place: what is heard when and how high must be the same in both."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.nets.encoders.encoder import Grid
from core.nets.heads.pair import Keys
from core.nets.heads.similarity import SimilarityScorer

_TELLING = 2.0
"""What gates start from: 0.88 after the logistic function."""


@dataclass(frozen=True, slots=True)
class PlaceConfig:
    """Sizes of the place-wise head.

    Parameters
    ----------
    width : int
        Of the tokens.
    dim : int
        Of what a token is projected to.
    grid : tuple of two int
        Places of a clip in time and frequency.
    """

    width: int
    dim: int
    grid: Grid

    def __post_init__(self) -> None:
        if min(self.width, self.dim, *self.grid) < 1:
            raise ValueError("a place-wise head has places and a width")


class PlaceScorer(SimilarityScorer):
    """Weighted mean over places of the cosine of both tokens there, projected, times their gates.

    Each band of places has a projection of its own, since low and high patches are other things;
    moments share it. Gates, between 0 and 1, say how much a token tells: clips are not
    normalised, so that a second of silence is like nothing at all instead of like silence.

    Parameters
    ----------
    config : PlaceConfig
    """

    key_parts = 1

    def __init__(self, config: PlaceConfig) -> None:
        super().__init__()
        self.config = config
        bands = config.grid[1]
        self.projections = nn.Parameter(torch.empty(bands, config.width, config.dim))
        nn.init.normal_(self.projections, std=config.width**-0.5)
        self.gate = nn.Linear(config.width + 1, 1)
        nn.init.constant_(self.gate.bias, _TELLING)
        self.weight = nn.Parameter(torch.zeros(config.grid))

    def keys(self, tokens: Tensor) -> Keys:
        """All places in a row, so that a product of two rows is the weighted mean."""
        tall, wide = self.config.grid
        placed = tokens.view(len(tokens), tall, wide, -1)
        projected = torch.einsum("ntfd,fdk->ntfk", placed, self.projections)
        length = torch.linalg.vector_norm(placed, dim=-1, keepdim=True)
        telling = torch.sigmoid(self.gate(torch.cat([placed, length], dim=-1)))
        weight = torch.softmax(self.weight.flatten(), dim=0).sqrt().view(tall, wide, 1)
        return ((weight * telling * functional.normalize(projected, dim=-1)).flatten(1),)

    def similarity(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """See `SimilarityScorer.similarity`."""
        return (keys_0[0] * keys_1[0]).sum(dim=1)

    def similarities(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """See `SimilarityScorer.similarities`."""
        return keys_0[0] @ keys_1[0].T

    def bytes_a_pair(self, keys: Keys) -> int:
        """The score alone."""
        return 2 * keys[0].element_size()
