"""Which clips an epoch is made of. Everything follows from the seed and the epoch's number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.nets.clips import CLIP_S, clip_starts
from core.train.samples.augment import Augmentation
from core.train.samples.labelled import LabelledRecording
from core.train.samples.names import Changes
from core.train.samples.sensors import SensorChange

_TRIES_A_NEGATIVE = 10
_HARD, _EPOCH, _CHANGE = 0, 1, 2
_BATCHES_AN_EPOCH = 8
"""Fewer are no epoch: then more keypoints of every file are heard."""


@dataclass(frozen=True, slots=True)
class DrawOptions:
    """How samples are drawn.

    Parameters
    ----------
    stride : int
        Every so many keypoints of a file, one is a sample of the epoch.
    is_stride_fixed : bool
        Whether it holds also where an epoch then has next to no samples.
    batch : int
        Samples a batch.
    hard_negatives : int
        Clips of the same file's channel 1 that are beside the true one, for each sample.
    tolerance_s : float
        Nearer to the true time, a clip is neither right nor wrong, seconds.
    reach_s : float
        Furthest from the true time that a hard negative is, seconds.
    augmented_share : float
        Probability that a sample is changed.
    changes : Changes
    variants : int
        Of `sensors`: how many there are of a keypoint, so that their embeddings can be kept.
    jitter_s : float
        Furthest from the true time that the true clip is, seconds: the grid of clips that
        recordings are searched on has its own times.
    """

    stride: int = 20
    is_stride_fixed: bool = False
    batch: int = 32
    hard_negatives: int = 2
    tolerance_s: float = 0.2
    reach_s: float = 5.0
    augmented_share: float = 0.3
    changes: Changes = "conservative"
    variants: int = 4
    jitter_s: float = 0.0

    def strides_for(self, recordings: Sequence[LabelledRecording]) -> DrawOptions:
        """The same, with more keypoints a file where an epoch would have too few batches."""
        if self.is_stride_fixed:
            return self
        usable = sum(len(recording.usable()) for recording in recordings)
        most = max(1, usable // (self.batch * _BATCHES_AN_EPOCH))
        return replace(self, stride=min(self.stride, most))


@dataclass(frozen=True, slots=True)
class Sample:
    """A pair of clips that show the same moment, and clips that nearly do.

    Parameters
    ----------
    recording : int
        Place among the recordings.
    time_1_s : float
        The moment on channel 1, seconds.
    start_0 : int
        First sample of the clip of channel 0.
    start_1 : tuple of int
        First samples of clips of channel 1: the true one, then hard negatives.
    augmentation : Augmentation, SensorChange or None
    """

    recording: int
    time_1_s: float
    start_0: int
    start_1: tuple[int, ...]
    augmentation: Augmentation | SensorChange | None = None


Batch = tuple[Sample, ...]


def epoch_batches(
    recordings: Sequence[LabelledRecording],
    options: DrawOptions,
    seed: int,
    epoch: int,
    rank: int = 0,
    processes: int = 1,
) -> list[Batch]:
    """Batches of one epoch: keypoints of every file from a random one on, shuffled.

    Parameters
    ----------
    recordings : sequence of LabelledRecording
    options : DrawOptions
    seed, epoch : int
    rank, processes : int
        Which share of the epoch is meant. All shares have the same length: the
        first samples are repeated where it does not come out even.
    """
    rng = np.random.default_rng([seed, _EPOCH, epoch])
    samples = []
    for place, recording in enumerate(recordings):
        usable = recording.usable()
        if not len(usable):
            continue
        phase = int(rng.integers(min(options.stride, len(usable))))
        for keypoint in usable[phase :: options.stride]:
            augmentation: Augmentation | SensorChange | None = None
            if rng.random() < options.augmented_share:
                key = (seed, _CHANGE, place, int(keypoint))
                augmentation = _change(options, rng, key)
            samples.append(_sample(recording, place, int(keypoint), options, seed, augmentation))
    order = rng.permutation(len(samples)).tolist()
    order += [order[n % len(order)] for n in range(-len(order) % processes)]
    return _batched([samples[n] for n in order[rank::processes]], options.batch)


def fixed_batches(
    recordings: Sequence[LabelledRecording], options: DrawOptions, seed: int
) -> list[Batch]:
    """Batches to validate on: the same in every epoch, unchanged, files mixed."""
    rows = [
        [_sample(r, place, int(k), options, seed, None) for k in r.usable()[:: options.stride]]
        for place, r in enumerate(recordings)
    ]
    longest = max(map(len, rows))
    mixed = [row[n] for n in range(longest) for row in rows if n < len(row)]
    return _batched(mixed, options.batch)


def _change(
    options: DrawOptions, rng: np.random.Generator, key: tuple[int, ...]
) -> Augmentation | SensorChange:
    if options.changes == "conservative":
        return Augmentation.drawn(rng)
    variant = int(rng.integers(options.variants))
    drawn = np.random.SeedSequence((*key, variant)).generate_state(1)
    return SensorChange(int(drawn[0]))


def _batched(samples: list[Sample], size: int) -> list[Batch]:
    return [tuple(samples[left : left + size]) for left in range(0, len(samples), size)]


def _sample(
    recording: LabelledRecording,
    place: int,
    keypoint: int,
    options: DrawOptions,
    seed: int,
    augmentation: Augmentation | SensorChange | None,
) -> Sample:
    """A keypoint's sample; hard negatives are the same in every epoch, so that they are kept."""
    time_0_s = float(recording.truth.time_0_s[keypoint])
    time_1_s = float(recording.truth.time_1_s[keypoint])
    rng = np.random.default_rng([seed, _HARD, place, keypoint])
    count = options.hard_negatives * _TRIES_A_NEGATIVE
    low, high = np.log([options.tolerance_s, options.reach_s])
    # Near misses are the hard ones: every doubling of the distance is as likely.
    tried_s = time_1_s + np.exp(rng.uniform(low, high, count)) * rng.choice([-1.0, 1.0], count)
    inside = (tried_s >= 0) & (tried_s + CLIP_S <= recording.duration_s[1])
    wrong_s = tried_s[inside][: options.hard_negatives]
    true_s = time_1_s + rng.uniform(-options.jitter_s, options.jitter_s)
    latest_s = max(recording.duration_s[1] - CLIP_S, 0.0)
    start_1 = clip_starts(np.concatenate([[np.clip(true_s, 0.0, latest_s)], wrong_s]))
    return Sample(
        place, time_1_s, int(clip_starts(time_0_s)), tuple(start_1.tolist()), augmentation
    )
