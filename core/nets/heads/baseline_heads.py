"""The challenge baselines' scorers, from their published description: to compare with."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from core.nets.heads.pair import Keys, PairScorer

_HIDDEN = 100


class Baseline2025Scorer(PairScorer):
    """BioDCASE 2025 Task 1: mean tokens of both clips, one after the other, into a small net.

    The first layer is linear, so each clip's share of it is worked out once.

    Parameters
    ----------
    width : int
        Of the encoder's tokens.
    """

    def __init__(self, width: int = 768) -> None:
        super().__init__()
        self.width = width
        self.first = nn.Linear(2 * width, _HIDDEN)
        self.rest = nn.Sequential(
            nn.ReLU(), nn.Linear(_HIDDEN, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, 1)
        )

    def keys(self, tokens: Tensor) -> Keys:
        """Each clip's share of the first layer, as channel 0 and as channel 1."""
        mean = tokens.mean(dim=1)
        weight = self.first.weight
        return mean @ weight[:, : self.width].T, mean @ weight[:, self.width :].T

    def pairs(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """Score clip n against clip n, shape (N,)."""
        return self._judged(keys_0[0] + keys_1[1])

    def all_pairs(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """Score every clip against every clip, shape (N, M)."""
        return self._judged(keys_0[0][:, None] + keys_1[1][None])

    def bytes_a_pair(self, keys: Keys) -> int:
        """Two layers' outputs."""
        return 4 * _HIDDEN * keys[0].element_size()

    def _judged(self, summed: Tensor) -> Tensor:
        score: Tensor = self.rest(summed + self.first.bias).squeeze(-1)
        return score


class Baseline2026Scorer(PairScorer):
    """BioDCASE 2026 Task 1: both clips' pooled tokens and their distance, ``[z0, z1, |z0 - z1|]``.

    Parameters
    ----------
    width : int
        Of the encoder's tokens.
    bins : int
        Stretches of the clip, in token order, that are averaged each for itself.
    """

    def __init__(self, width: int = 768, bins: int = 1) -> None:
        super().__init__()
        if bins < 1:
            raise ValueError(f"a clip has at least one bin, not {bins}")
        self.width, self.bins = width, bins
        self.first = nn.Linear(3 * width * bins, _HIDDEN)
        self.rest = nn.Sequential(nn.ReLU(), nn.Linear(_HIDDEN, 1))

    def keys(self, tokens: Tensor) -> Keys:
        """Pooled tokens, shape (N, bins x D), and each clip's share of the first layer."""
        count = tokens.shape[1]
        edges = [round(n * count / self.bins) for n in range(self.bins + 1)]
        stretches = [
            tokens[:, min(start, count - 1) : max(stop, start + 1)].mean(dim=1)
            for start, stop in pairwise(edges)
        ]
        pooled = torch.cat(stretches, dim=1)
        wide, weight = self.width * self.bins, self.first.weight
        return pooled, pooled @ weight[:, :wide].T, pooled @ weight[:, wide : 2 * wide].T

    def pairs(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """Score clip n against clip n, shape (N,)."""
        return self._judged(keys_0[1] + keys_1[2], keys_0[0] - keys_1[0])

    def all_pairs(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """Score every clip against every clip, shape (N, M)."""
        summed = keys_0[1][:, None] + keys_1[2][None]
        return self._judged(summed, keys_0[0][:, None] - keys_1[0][None])

    def bytes_a_pair(self, keys: Keys) -> int:
        """The distance, and two layers' outputs."""
        return (3 * self.width * self.bins + 3 * _HIDDEN) * keys[0].element_size()

    def _judged(self, summed: Tensor, difference: Tensor) -> Tensor:
        apart = self.first.weight[:, 2 * self.width * self.bins :]
        hidden = summed + difference.abs() @ apart.T + self.first.bias
        score: Tensor = self.rest(hidden).squeeze(-1)
        return score
