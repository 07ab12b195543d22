"""Convex gated probing: all layers of a frozen encoder, weighed by a gate that is learned.

Ghaffari et al. 2026, "BAT: Better Audio Transformer Guided by Convex Gated Probing", arXiv
2602.16305; rows and pairs are ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.nets.encoders.encoder import Grid
from core.nets.heads.pair import Keys, PairScorer
from core.nets.heads.similarity import SimilarityScorer

_DROPOUT = 0.2
_PROTOTYPE_SPREAD = 0.02
_FRAMES_A_ROW = 5
"""Where there is one place in frequency, so many in time are looked at together."""


class LayerGate(nn.Module):
    """A convex sum of all layers' tokens, each at unit length; not normalised once more.

    Parameters
    ----------
    layers : int
    """

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(layers))

    @property
    def alpha(self) -> Tensor:
        """Shares of the layers, shape (layers,): where what the task needs was found."""
        return torch.softmax(self.weight, dim=0)

    def forward(self, tokens: Tensor) -> Tensor:
        """Mix.

        Parameters
        ----------
        tokens : Tensor, shape (N, L, T, D)

        Returns
        -------
        Tensor, shape (N, T, D)
        """
        return torch.einsum("l,nltd->ntd", self.alpha, functional.normalize(tokens, dim=-1))


class GatedScorer(PairScorer):
    """The gate in front of another head, which hears the mix at the spread of other tokens.

    Parameters
    ----------
    layers : int
    scorer : PairScorer
    """

    heard = "all"

    def __init__(self, layers: int, scorer: PairScorer) -> None:
        super().__init__()
        self.gate = LayerGate(layers)
        self.scorer = scorer
        self.ranks = scorer.ranks

    def keys(self, tokens: Tensor) -> Keys:
        """Those of the other head."""
        return self.scorer.keys(self.gate(tokens) * tokens.shape[-1] ** 0.5)

    def pairs(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """Score clip n against clip n, shape (N,)."""
        return self.scorer.pairs(keys_0, keys_1)

    def all_pairs(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """Score every clip against every clip, shape (N, M)."""
        return self.scorer.all_pairs(keys_0, keys_1)

    def each(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """See `PairScorer.each`."""
        return self.scorer.each(keys_0, keys_1)

    def set_line(self, slope: float, zero: float) -> None:
        """See `PairScorer.set_line`."""
        self.scorer.set_line(slope, zero)

    def bytes_a_pair(self, keys: Keys) -> int:
        """What the other head needs."""
        return self.scorer.bytes_a_pair(keys)


@dataclass(frozen=True, slots=True)
class ProbeConfig:
    """Sizes of the probe.

    Parameters
    ----------
    layers, width : int
        Of the encoder, and of its layers' tokens.
    dim : int
        Prototypes.
    grid : tuple of two int
        Places of a clip in time and frequency.
    """

    layers: int
    width: int
    dim: int
    grid: Grid

    def __post_init__(self) -> None:
        if min(self.layers, self.width, self.dim, *self.grid) < 1:
            raise ValueError("a probe has layers, prototypes and places")

    @property
    def rows(self) -> int:
        """Stretches of a clip that are looked at by themselves, so that order is kept."""
        tall, wide = self.grid
        return tall if wide > 1 else max(1, tall // _FRAMES_A_ROW)


class ProbeScorer(SimilarityScorer):
    """Least, mean and greatest likeness to prototypes, row by row, of two clips side by side.

    In each row `[u, v, |u - v|, u * v]` goes through one layer; the rows' mean is the similarity.
    Dropout falls on u and v, so that it is the same for all pairs of a clip.

    Parameters
    ----------
    config : ProbeConfig
    """

    heard = "all"
    key_parts = 2

    def __init__(self, config: ProbeConfig) -> None:
        super().__init__()
        self.config = config
        self.gate = LayerGate(config.layers)
        self.prototypes = nn.Parameter(_PROTOTYPE_SPREAD * torch.randn(config.dim, config.width))
        self.dropout = nn.Dropout(_DROPOUT)
        self.last = nn.Linear(4 * 3 * config.dim, 1)

    def features(self, tokens: Tensor, rows: int) -> Tensor:
        """Likeness of all layers' mixed tokens to the prototypes.

        Parameters
        ----------
        tokens : Tensor, shape (N, L, T, D)
        rows : int
            Stretches in time that are looked at by themselves.

        Returns
        -------
        Tensor, shape (N, rows, 3 prototypes)
            Least, mean and greatest in a row.
        """
        unit = functional.normalize(self.prototypes, dim=-1)
        like = (self.gate(tokens) @ unit.T).mT
        like = like.reshape(*like.shape[:2], *self.config.grid)
        parts = (
            -functional.adaptive_max_pool2d(-like, (rows, 1)),
            functional.adaptive_avg_pool2d(like, (rows, 1)),
            functional.adaptive_max_pool2d(like, (rows, 1)),
        )
        return torch.cat([part[..., 0] for part in parts], dim=1).mT

    def keys(self, tokens: Tensor) -> Keys:
        """Features, and each clip's share of the last layer."""
        found = self.dropout(self.features(tokens, self.config.rows))
        as_0, as_1 = self.last.weight[0].chunk(4)[:2]
        mean = found.mean(dim=1)
        return found, torch.stack([mean @ as_0, mean @ as_1], dim=1)

    def similarity(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """See `SimilarityScorer.similarity`."""
        return self._judged(keys_0[0], keys_1[0]) + keys_0[1][:, 0] + keys_1[1][:, 1]

    def similarities(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """See `SimilarityScorer.similarities`."""
        both = self._judged(keys_0[0][:, None], keys_1[0][None])
        return both + keys_0[1][:, None, 0] + keys_1[1][None, :, 1]

    def bytes_a_pair(self, keys: Keys) -> int:
        """Distance and product of the features."""
        return 4 * keys[0][0].numel() * keys[0].element_size()

    def _judged(self, u: Tensor, v: Tensor) -> Tensor:
        """What the two clips have only together."""
        apart, along = self.last.weight[0].chunk(4)[2:]
        mean = ((u - v).abs() @ apart + (u * along * v).sum(dim=-1)).mean(dim=-1)
        return mean + self.last.bias


def alpha_of(scorer: PairScorer) -> list[float] | None:
    """A scorer's shares of the layers, or None where it hears one only."""
    gate = getattr(scorer, "gate", None)
    return [round(a, 4) for a in gate.alpha.tolist()] if isinstance(gate, LayerGate) else None
