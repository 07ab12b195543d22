"""Tokens of samples: from the cache, or from the encoder where they cannot be kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from core.audio.channels import Samples
from core.nets.cache import EmbeddingCache
from core.nets.clips import ChannelClips, ReadClips, Starts
from core.nets.embed import ClipEncoder
from core.nets.encoders.config import Heard
from core.nets.encoders.encoder import Encoder
from core.train.samples.augment import Augmentation
from core.train.samples.draw import Sample
from core.train.samples.labelled import LabelledRecording
from core.train.samples.sensors import SensorChange

Change = Augmentation | SensorChange | None
_Source = tuple[int, Change]


class SampleTokens:
    """The frozen encoder's outputs for the clips of samples.

    Parameters
    ----------
    encoder : ClipEncoder
    cache : EmbeddingCache
        Where clips stay from epoch to epoch that may come again.
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
        wanted: dict[_Source, set[int]] = defaultdict(set)
        for sample, own in zip(samples, starts, strict=True):
            if _is_kept(sample):
                wanted[sample.recording, sample.augmentation].update(own)
        kept: dict[tuple[_Source, int], Tensor] = {}
        for source, firsts in wanted.items():
            clips = _Changed(self._recordings[source[0]].clips[channel], source[1])
            ascending = np.array(sorted(firsts), dtype=np.int64)
            for start, tokens in self._cache.batches(self._encoder, clips, ascending):
                kept |= {(source, int(s)): t for s, t in zip(start, tokens, strict=True)}
        passing = iter(self._passing(samples, starts, channel))
        found = [
            kept[(sample.recording, sample.augmentation), first]
            if _is_kept(sample)
            else next(passing)
            for sample, own in zip(samples, starts, strict=True)
            for first in own
        ]
        return torch.stack(found)

    def _passing(
        self, samples: Sequence[Sample], starts: Sequence[tuple[int, ...]], channel: int
    ) -> list[Tensor]:
        """Tokens of the clips of changed samples, in their order; never kept."""
        cut = [
            _Changed(self._recordings[sample.recording].clips[channel], sample.augmentation).cut(
                np.array(own, dtype=np.int64), self._encoder.around
            )
            for sample, own in zip(samples, starts, strict=True)
            if not _is_kept(sample)
        ]
        if not cut:
            return []
        parts = torch.split(torch.from_numpy(np.concatenate(cut)), self._encoder.batch)
        return [tokens for part in parts for tokens in self._encoder.embed(part)]


class LearningTokens:
    """The outputs of an encoder that is trained along: embedded anew every time.

    Parameters
    ----------
    encoder : Encoder
    heard : Heard
        The last tokens, or those of all layers.
    recordings : sequence of LabelledRecording
        What samples refer to.
    """

    def __init__(
        self, encoder: Encoder, heard: Heard, recordings: Sequence[LabelledRecording]
    ) -> None:
        self._encoder, self._heard, self._recordings = encoder, heard, recordings

    def of(self, samples: Sequence[Sample], channel: int) -> Tensor:
        """As `SampleTokens.of`, with gradients."""
        cut = [
            _Changed(self._recordings[sample.recording].clips[channel], sample.augmentation).cut(
                np.array((sample.start_0,) if channel == 0 else sample.start_1, dtype=np.int64),
                self._encoder.context_samples,
            )
            for sample in samples
        ]
        device = next(self._encoder.parameters()).device
        clips = torch.from_numpy(np.concatenate(cut)).to(device)
        if self._heard == "all":
            return self._encoder.layers(clips).transpose(0, 1)
        return self._encoder.tokens(clips)


class _Changed:
    """The clips of a channel as another sensor would have heard them; or as they are."""

    def __init__(self, clips: ReadClips | ChannelClips, change: Change) -> None:
        self._clips, self._change = clips, change
        key = "" if change is None else f"-{change.key}"
        self.fingerprint, self.channel = clips.fingerprint + key, clips.channel
        self.duration_s = clips.duration_s

    def cut(self, start: Starts, around: int = 0) -> Samples:
        heard = self._clips.cut(start, around)
        return heard if self._change is None else self._change.applied(heard, self.channel, start)


def _is_kept(sample: Sample) -> bool:
    return sample.augmentation is None or sample.augmentation.key is not None
