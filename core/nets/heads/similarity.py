"""Heads that say how alike two clips are, and what makes log odds of it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.nets.heads.pair import Keys, PairScorer

TEMPERATURE = 0.05
"""What similarities are divided by before a softmax (Calvet and Toledano 2025)."""


class SimilarityScorer(PairScorer):
    """A scorer whose log odds are a straight line over a similarity.

    It learns by comparing similarities, in which an offset and a scale mean nothing; the line
    is fitted afterwards, since Eq. 2 of Nihal et al. needs a zero.
    """

    ranks = True
    key_parts: int
    """Tensors of its keys."""
    slope: Tensor
    zero: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("slope", torch.tensor(1.0 / TEMPERATURE))
        self.register_buffer("zero", torch.tensor(0.0))

    @abstractmethod
    def similarity(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """How alike clip n of channel 0 and clip n of channel 1 are, shape (N,)."""

    @abstractmethod
    def similarities(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """How alike every clip of channel 0 and every one of channel 1 are, shape (N, M)."""

    def each(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """Similarities; see `PairScorer.each`."""
        return self.similarities(keys_0, keys_1)[None]

    def pairs(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """Score clip n against clip n, shape (N,)."""
        return self.slope * self.similarity(keys_0, keys_1) + self.zero

    def all_pairs(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """Score every clip against every clip, shape (N, M)."""
        return self.slope * self.similarities(keys_0, keys_1) + self.zero

    def set_line(self, slope: float, zero: float) -> None:
        """Log odds are ``slope * similarity + zero``; see `PairScorer.set_line`."""
        self.slope.fill_(slope)
        self.zero.fill_(zero)


class Ensemble(SimilarityScorer):
    """The mean of several scorers' similarities; each learns by itself.

    Parameters
    ----------
    members : sequence of SimilarityScorer
        At least one; of the same tokens.
    """

    def __init__(self, members: Sequence[SimilarityScorer]) -> None:
        super().__init__()
        if not members:
            raise ValueError("an ensemble has members")
        self.members = nn.ModuleList(members)
        self.key_parts = sum(member.key_parts for member in members)

    def keys(self, tokens: Tensor) -> Keys:
        """All members' keys, one after the other."""
        return tuple(part for member in self._members() for part in member.keys(tokens))

    def similarity(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """See `SimilarityScorer.similarity`."""
        return torch.stack([m.similarity(*k) for m, k in self._split(keys_0, keys_1)]).mean(dim=0)

    def similarities(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """See `SimilarityScorer.similarities`."""
        return self.each(keys_0, keys_1).mean(dim=0)

    def each(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """See `SimilarityScorer.each`."""
        return torch.stack([m.similarities(*k) for m, k in self._split(keys_0, keys_1)])

    def bytes_a_pair(self, keys: Keys) -> int:
        """What the hungriest member needs, and what all say."""
        parts = self._split(keys, keys)
        return max(m.bytes_a_pair(k[0]) for m, k in parts) + 4 * len(self.members)

    def _members(self) -> list[SimilarityScorer]:
        found = [*self.members]
        assert all(isinstance(member, SimilarityScorer) for member in found)
        return found

    def _split(
        self, keys_0: Keys, keys_1: Keys
    ) -> list[tuple[SimilarityScorer, tuple[Keys, Keys]]]:
        parts, start = [], 0
        for member in self._members():
            own = slice(start, start + member.key_parts)
            parts.append((member, (keys_0[own], keys_1[own])))
            start += member.key_parts
        return parts
