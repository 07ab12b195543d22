"""Tokens of samples: from the cache, or from the encoder where clips were changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from core.nets.cache import EmbeddingCache
from core.nets.embed import ClipEncoder
from core.train.draw import Sample
from core.train.labelled import LabelledRecording


class SampleTokens:
    """The frozen encoder's outputs for the clips of samples.

    Parameters
    ----------
    encoder : ClipEncoder
    cache : EmbeddingCache
        Where clips that were not changed stay from epoch to epoch.
    recordings : sequence of LabelledRecording
        What samples refer to.
    """

    def __init__(
        self,
        encoder: ClipEncoder,
        cache: EmbeddingCache,
        recordings: Sequence[LabelledRecording],
    ) -> None:
        self._encoder, self._cache, self._recordings = encoder, cache, recordings

    def of(self, samples: Sequence[Sample], channel: int) -> Tensor:
        """Tokens of all clips of one channel, sample by sample, shape (N, T, D)."""
        starts = [(s.start_0,) if channel == 0 else s.start_1 for s in samples]
        wanted: dict[int, set[int]] = defaultdict(set)
        for sample, own in zip(samples, starts, strict=True):
            if sample.augmentation is None:
                wanted[sample.recording].update(own)
        kept: dict[tuple[int, int], Tensor] = {}
        for place, firsts in wanted.items():
            clips = self._recordings[place].clips[channel]
            ascending = np.array(sorted(firsts), dtype=np.int64)
            for start, tokens in self._cache.batches(self._encoder, clips, ascending):
                kept |= {(place, int(s)): t for s, t in zip(start, tokens, strict=True)}
        changed = iter(self._changed(samples, starts, channel))
        found = [
            kept[sample.recording, first] if sample.augmentation is None else next(changed)
            for sample, own in zip(samples, starts, strict=True)
            for first in own
        ]
        return torch.stack(found)

    def _changed(
        self, samples: Sequence[Sample], starts: Sequence[tuple[int, ...]], channel: int
    ) -> list[Tensor]:
        """Tokens of the clips of changed samples, in their order; never kept."""
        cut = []
        for sample, own in zip(samples, starts, strict=True):
            if sample.augmentation is not None:
                firsts = np.array(own, dtype=np.int64)
                clips = self._recordings[sample.recording].clips[channel].cut(firsts)
                cut.append(sample.augmentation.applied(clips, channel, firsts))
        if not cut:
            return []
        parts = torch.split(torch.from_numpy(np.concatenate(cut)), self._encoder.batch)
        return [tokens for part in parts for tokens in self._encoder.embed(part)]
