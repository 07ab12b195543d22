"""What stands for an encoder and a scorer where a test must know what is right."""

from __future__ import annotations

import torch
from torch import Tensor

from core.nets.heads.pair import Keys, PairScorer
from core.nets.pair_evidence import PairEvidence
from core.nets.ranking import PairModel


class LevelEncoder:
    """Stands for an encoder: a clip's token is how loud each tenth of it is."""

    digest = model_id = "levels"
    around = 0

    def __init__(self) -> None:
        self.batch, self.forwards = 16, 0
        self.device = torch.device("cpu")
        self.notices: list[str] = []

    def embed(self, clips) -> Tensor:
        self.forwards += len(clips)
        levels = torch.as_tensor(clips).reshape(len(clips), 10, -1).square().mean(dim=2)
        return levels[:, None, :]

    def move(self, device: torch.device) -> None:
        self.device = device


class Likeness(PairScorer):
    """How alike the levels of two clips are."""

    def keys(self, tokens: Tensor) -> Keys:
        away = tokens[:, 0] - tokens[:, 0].mean(dim=1, keepdim=True)
        return (torch.nn.functional.normalize(away, dim=1),)

    def pairs(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        return (keys_0[0] * keys_1[0]).sum(dim=1)

    def all_pairs(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        return keys_0[0] @ keys_1[0].T

    def bytes_a_pair(self, keys: Keys) -> int:  # noqa: ARG002
        return 4


def levels() -> PairEvidence:
    return PairEvidence(PairModel(LevelEncoder(), Likeness()), "levels")
