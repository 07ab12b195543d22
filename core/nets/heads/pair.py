"""Scoring pairs of clips: how sure is it that both channels heard the same second.

A scorer turns each clip's tokens into *keys* once; pairs are then scored from keys.
Nihal et al. 2025 (arXiv 2509.16926) let the tokens of both clips attend to each
other. What its text leaves open is decided here and told in ``docs/model.md``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.nets.encoders.config import Heard
from core.nets.shortage import in_smaller_parts

Keys = tuple[Tensor, ...]
"""What a scorer keeps of clips; the first axis of each tensor counts the clips."""

PASSING_BYTES = 1 << 26
"""Memory that is asked for at a time while pairs are scored."""
HEAD_WIDTHS = (256, 128, 64)
HEAD_DROPOUTS = (0.1, 0.075, 0.05)


class PairScorer(nn.Module, ABC):
    """Log odds that two clips show the same moment.

    Attributes
    ----------
    heard : Heard
        Whether it is given an encoder's last tokens, or those of all layers.
    ranks : bool
        Whether it learns by ranking similarities; their line to log odds is fitted afterwards.
    """

    heard: Heard = "last"
    ranks: bool = False

    @abstractmethod
    def keys(self, tokens: Tensor) -> Keys:
        """What pairs need of each clip.

        Parameters
        ----------
        tokens : Tensor, shape (N, T, D), of all layers (N, L, T, D)
        """

    @abstractmethod
    def pairs(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """Score clip n of channel 0 against clip n of channel 1, shape (N,)."""

    @abstractmethod
    def all_pairs(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """Score every clip of channel 0 against every one of channel 1, shape (N, M).

        Needs memory for all pairs at once; see `in_blocks`.
        """

    @abstractmethod
    def bytes_a_pair(self, keys: Keys) -> int:
        """Passing memory that `all_pairs` and `pairs` need for each pair."""

    def each(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """What is learned from pairs of clips: of every system by itself, shape (systems, N, M)."""
        return self.all_pairs(keys_0, keys_1)[None]

    def set_line(self, slope: float, zero: float) -> None:
        """Take the line from similarities to log odds; only for what `ranks`."""
        raise TypeError(f"{type(self).__name__} gives log odds by itself: {slope=}, {zero=}")

    def forward(self, tokens_0: Tensor, tokens_1: Tensor) -> Tensor:
        """Score clip n against clip n from their tokens, shape (N, T, D), one after the other."""
        return self.pairs(self.keys(tokens_0), self.keys(tokens_1))


def taken(keys: Keys, index: Tensor | slice) -> Keys:
    """Keys of some of the clips."""
    return tuple(part[index] for part in keys)


def joined(parts: Sequence[Keys]) -> Keys:
    """Keys of the clips of all parts, one after the other."""
    return tuple(torch.cat(part) for part in zip(*parts, strict=True))


def keys_in_parts(scorer: PairScorer, tokens: Tensor) -> Keys:
    """As `PairScorer.keys`, of fewer clips at a time where the device's memory is short."""
    return in_smaller_parts(
        lambda size: joined([scorer.keys(part) for part in torch.split(tokens, size)]),
        max(1, len(tokens)),
        tokens.device,
    )


def pairs_in_parts(
    scorer: PairScorer, keys_0: Keys, keys_1: Keys, chosen: tuple[Tensor, Tensor]
) -> Tensor:
    """As `PairScorer.pairs` of chosen clips, in parts whose passing memory the device has.

    Parameters
    ----------
    scorer : PairScorer
    keys_0, keys_1 : Keys
    chosen : tuple of two Tensor of int, shape (N,)
        Which of the clips.
    """

    def scored(size: int) -> Tensor:
        parts = zip(*(torch.split(index, size) for index in chosen), strict=True)
        return torch.cat([scorer.pairs(taken(keys_0, a), taken(keys_1, b)) for a, b in parts])

    most = max(1, PASSING_BYTES // scorer.bytes_a_pair(keys_1))
    return in_smaller_parts(scored, most, keys_1[0].device)


def in_blocks(
    scorer: PairScorer, keys_0: Keys, keys_1: Keys, memory_bytes: int = PASSING_BYTES
) -> Tensor:
    """As `PairScorer.all_pairs`, in blocks that need no more passing memory than given.

    Where the device has not even that, they become smaller.
    """
    count_0, count_1 = len(keys_0[0]), len(keys_1[0])

    def scored(size: int) -> Tensor:
        wide = max(1, min(count_1, size))
        high = max(1, size // wide)
        rows = []
        for top in range(0, count_0, high):
            part_0 = taken(keys_0, slice(top, top + high))
            row = [
                scorer.all_pairs(part_0, taken(keys_1, slice(left, left + wide)))
                for left in range(0, count_1, wide)
            ]
            rows.append(torch.cat(row, dim=1))
        return torch.cat(rows) if rows else keys_0[0].new_zeros(0, count_1)

    most = max(1, memory_bytes // scorer.bytes_a_pair(keys_0))
    return in_smaller_parts(scored, most, keys_0[0].device)


@dataclass(frozen=True, slots=True)
class CrossAttentionConfig:
    """Sizes of the cross-attention scorer.

    Parameters
    ----------
    width : int
        Of the encoder's tokens.
    heads : int
        Of the attention.
    """

    width: int = 768
    heads: int = 8

    def __post_init__(self) -> None:
        if min(self.width, self.heads) < 1 or self.width % self.heads:
            raise ValueError(f"tokens of {self.width} do not divide into {self.heads} heads")


class CrossAttentionScorer(PairScorer):
    """Attention over the concatenated tokens of both clips, then a head of 256-128-64-1.

    Every token attends to all tokens of its own clip and of the other, with a
    residual; the mean of each clip's tokens goes to the head, channel 0 first. Since
    means and projections are linear, queries, keys, values, and all that a clip says
    to itself, are worked out once a clip: a pair costs the two blocks of attention
    between the clips, and no copy of their tokens.

    Parameters
    ----------
    config : CrossAttentionConfig
    """

    def __init__(self, config: CrossAttentionConfig) -> None:
        super().__init__()
        self.config = config
        self.projected = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)
        self.head = ResidualHead(2 * config.width)

    def keys(self, tokens: Tensor) -> Keys:
        """Query, key and value, what the clip says to itself, and its mean token."""
        clips, count, width = tokens.shape
        heads = self.config.heads
        shape = (clips, count, 3, heads, width // heads)
        query, key, value = self.projected(tokens).view(shape).permute(2, 0, 3, 1, 4)
        query = query * (width // heads) ** -0.5
        logits = query @ key.transpose(-1, -2)
        own_mass = torch.logsumexp(logits, dim=-1)
        own = torch.softmax(logits, dim=-1) @ value
        return query, key, value, own_mass, own, tokens.mean(dim=1)

    def pairs(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """Score clip n against clip n, shape (N,)."""
        return self._scored(keys_0, keys_1, *("nhtd,nhsd->nhts", "nhs,nhsd->nhd", "nht,nhtd->nhd"))

    def all_pairs(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """Score every clip against every clip, shape (N, M)."""
        there = ("nhtd,mhsd->nmhts", "nmhs,mhsd->nmhd", "nmht,nhtd->nmhd")
        back = ("mhtd,nhsd->nmhts", "nmhs,nhsd->nmhd", "nmht,mhtd->nmhd")
        from_0 = self._pooled(keys_0, keys_1, there, lone=1)
        from_1 = self._pooled(keys_1, keys_0, back, lone=0)
        return self._judged(from_0, from_1)

    def bytes_a_pair(self, keys: Keys) -> int:
        """Logits between the clips and their exponentials, in one direction at a time."""
        _, heads, count, _ = keys[0].shape
        return 3 * heads * count * count * keys[0].element_size()

    def _scored(self, keys_0: Keys, keys_1: Keys, *sums: str) -> Tensor:
        from_0 = self._pooled(keys_0, keys_1, sums)
        from_1 = self._pooled(keys_1, keys_0, sums)
        return self._judged(from_0, from_1)

    def _pooled(
        self, own: Keys, other: Keys, sums: Sequence[str], lone: int | None = None
    ) -> Tensor:
        """Mean of one clip's tokens after they heard the other's, shape (..., D).

        `sums` are the sums of products for logits, for the other's values and for
        what the clip says to itself; `lone` is the axis that `own` lacks among pairs.
        """
        query, _, _, own_mass, own_said, mean = own
        _, key, value, *_ = other
        if lone is not None:
            own_mass, mean = own_mass.unsqueeze(lone), mean.unsqueeze(lone)
        logits = torch.einsum(sums[0], query, key)
        mass = torch.logaddexp(own_mass, torch.logsumexp(logits, dim=-1))
        heard = torch.exp(logits - mass[..., None]).mean(dim=-2)
        kept = torch.exp(own_mass - mass) / mass.shape[-1]
        said = torch.einsum(sums[1], heard, value) + torch.einsum(sums[2], kept, own_said)
        mixed: Tensor = mean + self.out(said.flatten(-2))
        return mixed

    def _judged(self, from_0: Tensor, from_1: Tensor) -> Tensor:
        score: Tensor = self.head(torch.cat([from_0, from_1], dim=-1))
        return score


class ResidualHead(nn.Module):
    """256-128-64-1: LayerNorm, GELU and dropout (0.1 to 0.05), with projected residuals."""

    def __init__(self, width: int) -> None:
        super().__init__()
        widths = (width, *HEAD_WIDTHS)
        steps = list(pairwise(widths))
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in steps)
        self.norms = nn.ModuleList(nn.LayerNorm(b) for b in HEAD_WIDTHS)
        self.shortcuts = nn.ModuleList(nn.Linear(a, b, bias=False) for a, b in steps)
        self.dropouts = nn.ModuleList(nn.Dropout(share) for share in HEAD_DROPOUTS)
        self.last = nn.Linear(HEAD_WIDTHS[-1], 1)

    def forward(self, x: Tensor) -> Tensor:
        """Log odds, shape (...,), of what was pooled, shape (..., 2 D)."""
        parts = zip(self.layers, self.norms, self.shortcuts, self.dropouts, strict=True)
        for layer, norm, shortcut, dropout in parts:
            x = shortcut(x) + dropout(functional.gelu(norm(layer(x))))
        score: Tensor = self.last(x).squeeze(-1)
        return score
