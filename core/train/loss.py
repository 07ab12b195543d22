"""The loss of a batch: every clip of channel 0 against every clip of channel 1."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import softplus
from torch.utils.checkpoint import checkpoint

from core.nets.heads.pair import Keys, PairScorer, taken
from core.train.draw import Sample

_BLOCK_BYTES = 1 << 28


def batch_loss(
    scorer: PairScorer,
    samples: Sequence[Sample],
    tokens_0: Tensor,
    tokens_1: Tensor,
    tolerance_s: float,
) -> Tensor:
    """In-batch pair loss with hard negatives.

    Parameters
    ----------
    scorer : PairScorer
    samples : sequence of Sample, length B
    tokens_0, tokens_1 : Tensor, shape (B, T, D) and (M, T, D)
        Of all clips of a channel, sample by sample.
    tolerance_s : float
        Pairs of different samples that are nearer than this in the same file do
        not count, seconds.

    Returns
    -------
    Tensor, shape ()
        As `reweighted`.
    """
    counts = torch.tensor([len(sample.start_1) for sample in samples])
    first = counts.cumsum(0) - counts
    is_hard = torch.ones(int(counts.sum()), dtype=torch.bool)
    is_hard[first] = False
    owner = torch.repeat_interleave(torch.arange(len(samples)), counts)[is_hard]
    device = tokens_0.device
    keys_0, keys_1 = scorer.keys(tokens_0), scorer.keys(tokens_1)
    every = _every_pair(scorer, keys_0, taken(keys_1, first.to(device)))
    hard = scorer.pairs(
        taken(keys_0, owner.to(device)), taken(keys_1, is_hard.nonzero()[:, 0].to(device))
    )
    wrong = _is_wrong(samples, tolerance_s).to(device)
    return reweighted(every.diagonal(), torch.cat([every[wrong], hard]))


def reweighted(positive: Tensor, negative: Tensor) -> Tensor:
    """Binary cross-entropy in which right and wrong pairs weigh the same in sum.

    Parameters
    ----------
    positive, negative : Tensor, shape (P,) and (N,)
        Log odds of right and of wrong pairs.

    Returns
    -------
    Tensor, shape ()
        ``log 2`` for a scorer that knows nothing.
    """
    missed = softplus(-positive).mean()
    if not len(negative):
        return missed
    return (missed + softplus(negative).mean()) / 2


def _is_wrong(samples: Sequence[Sample], tolerance_s: float) -> Tensor:
    """Which pairs of samples show different moments for sure, shape (B, B)."""
    recording = torch.tensor([sample.recording for sample in samples])
    time_1_s = torch.tensor([sample.time_1_s for sample in samples], dtype=torch.float64)
    near = (time_1_s[:, None] - time_1_s[None]).abs() < tolerance_s
    return ~(near & (recording[:, None] == recording[None]))


def _every_pair(scorer: PairScorer, keys_0: Keys, keys_1: Keys) -> Tensor:
    """As `PairScorer.all_pairs`; what gradients need is worked out again, block by block."""
    rows = max(1, _BLOCK_BYTES // (scorer.bytes_a_pair(keys_0) * len(keys_1[0])))
    parts = []
    for top in range(0, len(keys_0[0]), rows):
        part = taken(keys_0, slice(top, top + rows))
        if torch.is_grad_enabled():
            parts.append(checkpoint(scorer.all_pairs, part, keys_1, use_reentrant=False))
        else:
            parts.append(scorer.all_pairs(part, keys_1))
    return torch.cat(parts)
