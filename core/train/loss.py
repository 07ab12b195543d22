"""The loss of a batch: every clip of channel 0 against the clips of channel 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus
from torch.utils.checkpoint import checkpoint

from core.nets.encoders.config import SAMPLE_RATE_HZ
from core.nets.heads.pair import Keys, PairScorer, taken
from core.nets.heads.similarity import TEMPERATURE
from core.train.samples.draw import Sample

_BLOCK_BYTES = 1 << 28


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What a scorer says of a batch.

    Parameters
    ----------
    loss : Tensor, shape ()
    chance : float
        The loss of a scorer that knows nothing, nats.
    right, wrong : Tensor, shape (P,) and (N,)
        Log odds, or similarities, of right and of wrong pairs.
    """

    loss: Tensor
    chance: float
    right: Tensor
    wrong: Tensor


def judged(
    scorer: PairScorer,
    samples: Sequence[Sample],
    tokens: tuple[Tensor, Tensor],
    tolerance_s: float,
    teacher: PairScorer | None = None,
) -> Judged:
    """Pair loss of log odds, or NT-Xent of similarities, each with hard negatives.

    Parameters
    ----------
    scorer : PairScorer
    samples : sequence of Sample, length B
    tokens : tuple of two Tensor, shape (B, ...) and (M, ...)
        Of all clips of a channel, sample by sample.
    tolerance_s : float
        Clips of one file that are nearer than this to the true one are neither right nor
        wrong, seconds.
    teacher : PairScorer, optional
        Of the same tokens: its similarities are taught too.
    """
    counts = torch.tensor([len(sample.start_1) for sample in samples])
    true = counts.cumsum(0) - counts
    wrong = _is_wrong(samples, true, tolerance_s).to(tokens[0].device)
    true = true.to(tokens[0].device)
    keys = scorer.keys(tokens[0]), scorer.keys(tokens[1])
    if scorer.ranks:
        taught = None
        if teacher is not None:
            with torch.no_grad():
                told = teacher.keys(tokens[0]), teacher.keys(tokens[1])
                taught = _in_rows(teacher, teacher.each, *told).mean(dim=0)
        return ranked(_in_rows(scorer, scorer.each, *keys), true, wrong, taught)
    return _odds(scorer, keys, counts, true, wrong)


def ranked(each: Tensor, true: Tensor, wrong: Tensor, taught: Tensor | None = None) -> Judged:
    """NT-Xent over all clips of channel 1, and back over the true ones.

    ``-1/2 (mean log softmax over rows + mean log softmax over columns)`` of similarities over the
    temperature, at the matches (Calvet and Toledano 2025). Of several systems, the sum of what
    each loses by itself. With a teacher, the cross-entropy with its softmax, rows and columns
    averaged, is added with the same weight.

    Parameters
    ----------
    each : Tensor, shape (systems, B, M)
        Similarities.
    true : Tensor of int, shape (B,)
        Column of each row's true clip.
    wrong : Tensor of bool, shape (B, M)
        Clips that show another moment for sure.
    taught : Tensor, shape (B, M), optional
        A teacher's similarities.
    """
    rows = torch.arange(len(true), device=true.device)
    counted = wrong.clone()
    counted[rows, true] = True
    sides = (
        (each, counted, true),
        (each[:, :, true].mT, counted[:, true].T, rows),
    )
    loss, chance = each.new_zeros(()), 0.0
    for similarity, counts, match in sides:
        likely = _log_softmax(similarity, counts)
        loss = loss - likely[:, rows, match].mean(dim=1).sum() / 2
        chance += float(counts.sum(dim=1).double().log().mean()) / 2
    if taught is not None:
        for (similarity, counts, _), told in zip(sides, (taught, taught[:, true].T), strict=True):
            likely = _log_softmax(similarity, counts).masked_fill(~counts, 0.0)
            expected = _log_softmax(told, counts).exp()
            loss = loss - (expected * likely).sum(dim=2).mean(dim=1).sum() / 2
    mean = each.mean(dim=0)
    return Judged(loss, chance * len(each), mean[rows, true], mean[wrong])


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


def _odds(
    scorer: PairScorer, keys: tuple[Keys, Keys], counts: Tensor, true: Tensor, wrong: Tensor
) -> Judged:
    """Every clip against every true one, and each sample against its own hard negatives."""
    device = true.device
    owner = torch.repeat_interleave(torch.arange(len(counts)), counts).to(device)
    is_hard = torch.ones(len(owner), dtype=torch.bool, device=device)
    is_hard[true] = False
    every = _in_rows(scorer, scorer.all_pairs, keys[0], taken(keys[1], true))
    hard = scorer.pairs(taken(keys[0], owner[is_hard]), taken(keys[1], is_hard.nonzero()[:, 0]))
    right, others = every.diagonal(), torch.cat([every[wrong[:, true]], hard])
    chance = float(torch.tensor(2.0).log())
    return Judged(reweighted(right, others), chance, right, others)


def _log_softmax(similarity: Tensor, counts: Tensor) -> Tensor:
    """Over the last axis, among what counts."""
    logits = (similarity / TEMPERATURE).masked_fill(~counts, -torch.inf)
    return torch.log_softmax(logits, dim=-1)


def _is_wrong(samples: Sequence[Sample], true: Tensor, tolerance_s: float) -> Tensor:
    """Which clips of channel 1 show another moment than each sample for sure, shape (B, M)."""
    counts = torch.tensor([len(sample.start_1) for sample in samples])
    recording = torch.tensor([sample.recording for sample in samples])
    owner = torch.repeat_interleave(recording, counts)
    start = torch.tensor([first for sample in samples for first in sample.start_1])
    apart = (start[None] - start[true][:, None]).abs()
    near = apart < round(tolerance_s * SAMPLE_RATE_HZ)
    return ~(near & (recording[:, None] == owner[None]))


def _in_rows(
    scorer: PairScorer, score: Callable[[Keys, Keys], Tensor], keys_0: Keys, keys_1: Keys
) -> Tensor:
    """All pairs; what gradients need is worked out again, some rows at a time."""
    rows = max(1, _BLOCK_BYTES // (scorer.bytes_a_pair(keys_0) * len(keys_1[0])))
    parts = []
    for top in range(0, len(keys_0[0]), rows):
        part = taken(keys_0, slice(top, top + rows))
        if torch.is_grad_enabled():
            parts.append(checkpoint(score, part, keys_1, use_reentrant=False))
        else:
            parts.append(score(part, keys_1))
    return torch.cat(parts, dim=-2)
