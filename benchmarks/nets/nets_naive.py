"""The public systems' way of scoring candidates: embed both clips of every pair, every time."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from core.nets.clips import ChannelClips, clip_starts
from core.nets.ranking import PairModel

PAIRS_A_BATCH = 16


def naive_predictions(
    model: PairModel,
    clips: tuple[ChannelClips, ChannelClips],
    time_0_s: NDArray[np.float64],
    time_1_s: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Predictions of time maps, shape (N, K); NaN where a keypoint is not used."""
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
