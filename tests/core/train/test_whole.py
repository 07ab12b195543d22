from __future__ import annotations

import numpy as np
import pytest
import torch

from core.keypoints import machine_keypoints
from core.nets.cache import EmbeddingCache
from core.nets.clips import ChannelClips
from core.nets.heads.pair import PairScorer
from core.nets.ranking import PairModel
from core.train.samples.labelled import LabelledRecording
from core.train.whole import alignment_errors, best_line

RATE_HZ = 16000


class Ear:
    """An encoder that hears the time: samples say when they were."""

    model_id, batch, device, around = "ear", 64, torch.device("cpu"), 0

    def embed(self, clips):
        return torch.as_tensor(clips).mean(dim=1)[:, None, None]


class Clock(PairScorer):
    """Sure where both clips were at the same time."""

    def keys(self, tokens):
        return (tokens[:, 0, 0],)

    def pairs(self, keys_0, keys_1):
        return 3.0 - 20.0 * (keys_0[0] - keys_1[0]).abs()

    def all_pairs(self, keys_0, keys_1):
        return 3.0 - 20.0 * (keys_0[0][:, None] - keys_1[0][None]).abs()

    def bytes_a_pair(self, keys):  # noqa: ARG002
        return 4


def drifting(offset_s: float, drift: float, duration_s: float = 60.0) -> LabelledRecording:
    time_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    sound = time_s, (time_s - offset_s) / (1 + drift)
    clips = tuple(ChannelClips("clock", n, sound[n].astype(np.float32)) for n in (0, 1))
    time_0_s = np.arange(0.0, duration_s, 1.0)
    truth = machine_keypoints(time_0_s, np.clip(offset_s + time_0_s * (1 + drift), 0, duration_s))
    return LabelledRecording("clock.wav", clips, truth)


@pytest.mark.parametrize(("offset_s", "drift"), [(1.3, 0.005), (-0.7, -0.01), (0.0, 0.0)])
def test_a_perfect_scorer_aligns_the_whole_recording(offset_s, drift):
    found = alignment_errors(
        PairModel(Ear(), Clock()), EmbeddingCache(), drifting(offset_s, drift), 5.0
    )
    assert found.mae_ms < 60
    assert found.mse_s2 < 0.06**2
    assert found.missing == 0


def test_a_recording_too_short_for_any_candidate_counts_as_unaligned():
    short = drifting(0.5, 0.0, 1.5)
    one = LabelledRecording("one.wav", short.clips, machine_keypoints([0.25], [0.75]))
    found = best_line(PairModel(Ear(), Clock()), EmbeddingCache(), one, 5.0)
    assert 0.0 <= found.time_1_s[0] <= 1.5
