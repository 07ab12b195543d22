"""Attention that looks one clip up in another: the systems of a retrieval challenge.

Calvet and Toledano 2025, "A cross-modal attention approach to language-based audio retrieval",
Eq. 1 to 7. There a sentence asks and a recording answers; here each channel asks the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.nets.encoders.encoder import Grid
from core.nets.heads.names import System
from core.nets.heads.pair import Keys
from core.nets.heads.similarity import SimilarityScorer


@dataclass(frozen=True, slots=True)
class RetrievalConfig:
    """Sizes of a retrieval system.

    Parameters
    ----------
    width : int
        Of the tokens.
    dim : int
        Of the space that both channels are projected to; 1024 in the report.
    heads : int
    system : System
        What asks.
    grid : tuple of two int, optional
        Places of the tokens in time and frequency: attention then has a bias by the distance
        between them, which the report has not.
    """

    width: int
    dim: int
    heads: int = 8
    system: System = "all"
    grid: Grid | None = None

    def __post_init__(self) -> None:
        if min(self.width, self.dim, self.heads) < 1 or self.dim % self.heads:
            raise ValueError(f"a space of {self.dim} does not divide into {self.heads} heads")
        if self.grid is not None and (min(self.grid) < 1 or self.system != "all"):
            raise ValueError("only tokens of a grid have places")


class RetrievalScorer(SimilarityScorer):
    """Half of s(0 -> 1) + s(1 -> 0), with s(X -> Y) the mean cosine of X and what it finds in Y.

    With Q = Wq X, K = Wk Y, V = Wv Y and H = Wo MultiHead(Q, K, V): s = mean_i cos(X_i, H_i).
    Where the space is not as wide as the tokens, X_i is Q_i. The bi-encoder (`pooled`) compares
    Wq X and Wk Y of mean tokens without attention. Encoders give tokens of any length; here they
    come to unit spread first, as the report's encoders leave them.

    Parameters
    ----------
    config : RetrievalConfig
    """

    def __init__(self, config: RetrievalConfig) -> None:
        super().__init__()
        self.config = config
        c = config

        def matrix(inputs: int) -> nn.Linear:
            return nn.Linear(inputs, c.dim, bias=False)

        self.query, self.key = matrix(c.width), matrix(c.width)
        self.place: nn.Parameter | None = None
        if c.system != "pooled":
            self.value = matrix(c.width)
            self.heads_query, self.heads_key = matrix(c.dim), matrix(c.dim)
            self.heads_value, self.heads_out = matrix(c.dim), matrix(c.dim)
            self.out = matrix(c.dim)
        if c.grid is not None:
            self.place = nn.Parameter(torch.zeros(c.heads, 2 * c.grid[0] - 1, 2 * c.grid[1] - 1))
        self.key_parts = 2 if c.system == "pooled" else 4

    def keys(self, tokens: Tensor) -> Keys:
        """What asks, at unit length, and queries, keys and values of the heads."""
        c = self.config
        tokens = functional.layer_norm(tokens, tokens.shape[-1:])
        asks = tokens if c.system == "all" else tokens.mean(dim=1, keepdim=True)
        query = self.query(asks)
        if c.system == "pooled":
            answer = functional.normalize(self.key(asks), dim=-1)
            return functional.normalize(query, dim=-1), answer
        own = asks if c.width == c.dim else query

        def by_head(x: Tensor) -> Tensor:
            return x.view(*x.shape[:2], c.heads, -1).transpose(1, 2)

        return (
            functional.normalize(own, dim=-1),
            by_head(self.heads_query(query)) * (c.dim // c.heads) ** -0.5,
            by_head(self.heads_key(self.key(tokens))),
            by_head(self.heads_value(self.value(tokens))),
        )

    def similarity(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """See `SimilarityScorer.similarity`."""
        if self.config.system == "pooled":
            there, back = (keys_0[0] * keys_1[1]).sum(-1), (keys_0[1] * keys_1[0]).sum(-1)
            return 0.5 * (there + back)[:, 0]
        sums = "nhtd,nhsd->nhts", "nhts,nhsd->nthd"
        return 0.5 * (self._found(keys_0, keys_1, *sums) + self._found(keys_1, keys_0, *sums))

    def similarities(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """See `SimilarityScorer.similarities`."""
        if self.config.system == "pooled":
            back = keys_0[1][:, 0] @ keys_1[0][:, 0].T
        else:
            sums = "mhtd,nhsd->nmhts", "nmhts,nhsd->nmthd"
            back = self._found(keys_1, keys_0, *sums, lone=0)
        return 0.5 * (self.asked(keys_0, keys_1) + back)

    def asked(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        """s(0 -> 1) alone, as in the report, where a sentence asks and a clip answers; (N, M)."""
        if self.config.system == "pooled":
            return keys_0[0][:, 0] @ keys_1[1][:, 0].T
        sums = "nhtd,mhsd->nmhts", "nmhts,mhsd->nmthd"
        return self._found(keys_0, keys_1, *sums, lone=1)

    def bytes_a_pair(self, keys: Keys) -> int:
        """Attention, what it found, and that mixed twice, in one direction at a time."""
        asks = keys[0].shape[1]
        if self.config.system == "pooled":
            return 3 * keys[0].element_size()
        answers, heads = keys[2].shape[2], self.config.heads
        return asks * (3 * heads * answers + 4 * self.config.dim) * keys[0].element_size()

    def _found(
        self, asking: Keys, answering: Keys, to_match: str, to_take: str, lone: int | None = None
    ) -> Tensor:
        """s(X -> Y); `lone` is the axis that X lacks among pairs."""
        own, query = asking[:2]
        key, value = answering[2:]
        logits = torch.einsum(to_match, query, key)
        if self.place is not None:
            logits = logits + self._bias()
        taken: Tensor = torch.einsum(to_take, torch.softmax(logits, dim=-1), value).flatten(-2)
        found = functional.normalize(self.out(self.heads_out(taken)), dim=-1)
        own = own if lone is None else own.unsqueeze(lone)
        return (own * found).sum(dim=-1).mean(dim=-1)

    def _bias(self) -> Tensor:
        """b[dt, df] of every pair of places, shape (heads, T, T)."""
        assert self.place is not None
        assert self.config.grid is not None
        tall, wide = self.config.grid
        place = torch.arange(tall * wide, device=self.place.device)
        time, band = place // wide, place % wide
        apart = time[None] - time[:, None] + tall - 1, band[None] - band[:, None] + wide - 1
        return self.place[:, apart[0], apart[1]]
