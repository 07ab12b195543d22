"""The plain ways, which ours are measured against: every pair embedded, all tokens attended to."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from core.nets.clips import ChannelClips, clip_starts
from core.nets.heads.pair import CrossAttentionScorer
from core.nets.ranking import PairModel

PAIRS_A_BATCH = 16


def naive_predictions(
    model: PairModel,
    clips: tuple[ChannelClips, ChannelClips],
    time_0_s: NDArray[np.float64],
    time_1_s: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Predictions of time maps, shape (N, K); NaN where a keypoint is not used.

    As the public systems: both clips of every pair are embedded, every time.
    """
    prediction = np.full(time_1_s.shape, np.nan, dtype=np.float32)
    for number, line in enumerate(time_1_s):
        used = np.nonzero(~np.isnan(line))[0]
        for left in range(0, len(used), PAIRS_A_BATCH):
            part = used[left : left + PAIRS_A_BATCH]
            with torch.inference_mode():
                tokens_0 = model.encoder.embed(clips[0].cut(clip_starts(time_0_s[part])))
                tokens_1 = model.encoder.embed(clips[1].cut(clip_starts(line[part])))
                score = model.scorer(tokens_0, tokens_1)
            prediction[number, part] = score.cpu().numpy()
    return prediction


def naive_score(scorer: CrossAttentionScorer, tokens_0: Tensor, tokens_1: Tensor) -> Tensor:
    """As `PairScorer.forward`, the plain way: concatenate the tokens, attend, pool.

    What the arithmetic of `CrossAttentionScorer` saves, and must equal.
    """
    tokens = torch.cat([tokens_0, tokens_1], dim=1)
    pairs, count, width = tokens.shape
    shape = (pairs, count, 3, scorer.config.heads, width // scorer.config.heads)
    query, key, value = scorer.projected(tokens).view(shape).permute(2, 0, 3, 1, 4)
    attended = functional.scaled_dot_product_attention(query, key, value)
    mixed = tokens + scorer.out(attended.transpose(1, 2).reshape(pairs, count, width))
    from_0, from_1 = mixed.split([tokens_0.shape[1], tokens_1.shape[1]], dim=1)
    score: Tensor = scorer.head(torch.cat([from_0.mean(dim=1), from_1.mean(dim=1)], dim=-1))
    return score
