from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch

from core.keypoints import machine_keypoints
from core.nets.cache import EmbeddingCache
from core.nets.clips import CLIP_S, ChannelClips
from core.nets.embed import ClipEncoder
from core.nets.encoders.checkpoint import load_encoder
from core.nets.heads.making import Ears, build_scorer
from core.nets.heads.names import HEADS
from core.train.loss import judged
from core.train.samples.augment import Augmentation
from core.train.samples.draw import DrawOptions, Sample, epoch_batches, fixed_batches
from core.train.samples.labelled import LabelledRecording
from core.train.samples.tokens import SampleTokens

RATE_HZ = 16000


def recording(duration_s=60.0, seed=0, time_0_s=None, time_1_s=None) -> LabelledRecording:
    rng = np.random.default_rng(seed)
    samples = rng.normal(size=(2, round(duration_s * RATE_HZ))).astype(np.float32)
    clips = tuple(ChannelClips(f"file {seed}", channel, samples[channel]) for channel in (0, 1))
    if time_0_s is None:
        time_0_s = np.arange(0.0, duration_s, 0.5)
        time_1_s = np.clip(time_0_s + 0.3, 0.0, duration_s)
    return LabelledRecording(f"{seed}.wav", clips, machine_keypoints(time_0_s, time_1_s))


def flat(batches) -> list[Sample]:
    return [sample for batch in batches for sample in batch]


def test_keypoints_that_were_moved_to_an_end_are_not_learned_from():
    found = recording(
        10.0,
        time_0_s=[0.0, 0.5, 1.0, 1.5, 5.0, 5.0, 8.0, 9.5, 10.0],
        time_1_s=[0.0, 0.0, 0.2, 0.7, 4.2, 4.2, 7.2, 8.7, 10.0],
    )
    assert found.usable().tolist() == [2, 3, 6]


def test_an_epoch_is_every_twentieth_keypoint_of_each_file_from_a_random_one_on():
    files, options = [recording(seed=seed) for seed in range(3)], DrawOptions(batch=4)
    first = [flat(epoch_batches(files, options, 0, epoch)) for epoch in range(30)]
    for samples in first:
        for place in range(3):
            times_s = sorted(s.time_1_s for s in samples if s.recording == place)
            np.testing.assert_allclose(np.diff(times_s), 20 * 0.5)
            assert len(times_s) >= len(files[place].usable()) // 20
    heard = {(s.recording, s.start_0) for samples in first for s in samples}
    assert len(heard) > 0.7 * sum(len(file.usable()) for file in files)
    assert flat(epoch_batches(files, options, 0, 3)) == first[3]
    assert flat(epoch_batches(files, options, 1, 3)) != first[3]
    share = np.mean([s.augmentation is not None for samples in first for s in samples])
    assert share == pytest.approx(0.3, abs=0.07)


def test_processes_share_an_epoch_without_losing_a_sample():
    files, options = [recording(seed=seed) for seed in range(3)], DrawOptions(stride=7, batch=4)
    whole = flat(epoch_batches(files, options, 0, 5))
    shares = [epoch_batches(files, options, 0, 5, rank, 2) for rank in range(2)]
    assert len(shares[0]) == len(shares[1])
    assert {s.start_0 for share in shares for s in flat(share)} == {s.start_0 for s in whole}


def test_hard_negatives_are_beside_the_truth_inside_the_file_and_stay_the_same():
    files, options = [recording(seed=seed) for seed in range(2)], DrawOptions(stride=1)
    samples = flat(epoch_batches(files, options, 0, 0))
    for sample in samples:
        true, *wrong = np.array(sample.start_1) / RATE_HZ
        assert abs(true - sample.time_1_s) < 1 / RATE_HZ
        assert len(wrong) == 2
        for time_1_s in wrong:
            assert 0.2 - 1e-3 <= abs(time_1_s - sample.time_1_s) <= 5.0
            assert 0 <= time_1_s <= 60.0 - CLIP_S
    again = {(s.recording, s.start_0): s.start_1 for s in flat(epoch_batches(files, options, 0, 9))}
    assert all(again[s.recording, s.start_0] == s.start_1 for s in samples)
    assert not any(s.augmentation for s in flat(fixed_batches(files, options, 0)))


def test_both_channels_get_the_same_gain_and_noise_level_but_not_the_same_noise():
    rng = np.random.default_rng(0)
    clips = rng.normal(size=(2, RATE_HZ)).astype(np.float32) * np.float32([[0.5], [0.01]])
    change = Augmentation.drawn(rng)
    assert 0.9 <= change.gain <= 1.1
    assert 40 <= change.snr_db <= 50
    start = np.zeros(1, dtype=np.int64)
    noises = []
    for channel in (0, 1):
        heard = change.applied(clips[channel : channel + 1], channel, start)
        noise = heard - clips[channel] * np.float32(change.gain)
        snr_db = 10 * np.log10(np.mean((heard - noise) ** 2) / np.mean(noise**2))
        assert snr_db == pytest.approx(change.snr_db, abs=0.2)
        noises.append(noise[0] / noise.std())
    assert abs(np.mean(noises[0] * noises[1])) < 0.05
    silent = np.zeros((1, RATE_HZ), dtype=np.float32)
    assert not change.applied(silent, 0, start).any()


def test_unchanged_clips_are_embedded_once_and_changed_ones_are_never_kept(place):
    file = recording(20.0)
    encoder = ClipEncoder(*load_encoder(place.encoder), torch.device("cpu"))
    cache = EmbeddingCache()
    tokens = SampleTokens(encoder, cache, [file])
    samples = flat(fixed_batches([file], DrawOptions(stride=5), 0))
    plain = tokens.of(samples, 1)
    forwards, held = encoder.forwards, len(cache)
    assert torch.equal(tokens.of(samples, 1), plain)
    assert encoder.forwards == forwards == held
    changed = [
        replace(s, augmentation=Augmentation(1.1, 40.0, n)) if n % 2 else s
        for n, s in enumerate(samples)
    ]
    mixed = tokens.of(changed, 1)
    assert len(cache) == held
    assert encoder.forwards == forwards + 3 * (len(samples) // 2)
    rows = torch.arange(len(samples)).repeat_interleave(3) % 2 == 0
    assert torch.equal(mixed[rows], plain[rows])
    assert not torch.equal(mixed[~rows], plain[~rows])
    assert torch.allclose(mixed[~rows], plain[~rows], atol=0.3)


@pytest.mark.parametrize("head", HEADS[:3])
def test_the_loss_is_that_of_every_pair_scored_one_by_one(head):
    torch.manual_seed(0)
    scorer = build_scorer(head, Ears(16)).eval()
    samples = (
        Sample(0, 3.0, 0, (48_000, 90_000)),
        Sample(0, 3.1, 1, (49_600,)),  # too near to the first to be wrong
        Sample(1, 3.0, 2, (48_000, 70_000, 80_000)),
        Sample(1, 9.0, 3, (144_000, 99_000)),
    )
    tokens_0, tokens_1 = torch.randn(4, 5, 16), torch.randn(8, 5, 16)
    true, owner = [0, 2, 3, 6], [0, 0, 1, 2, 2, 2, 3, 3]

    def score(a: int, b: int) -> float:
        return scorer(tokens_0[a : a + 1], tokens_1[b : b + 1]).item()

    right = [score(n, true[n]) for n in range(4)]
    wrong = [score(a, true[b]) for a, b in product(range(4), repeat=2) if a != b and a + b != 1]
    wrong += [score(owner[n], n) for n in range(8) if n not in true]

    def missed(odds: list[float]) -> float:
        return float(np.mean(np.logaddexp(0.0, odds)))

    expected = (missed([-p for p in right]) + missed(wrong)) / 2
    loss = judged(scorer, samples, (tokens_0, tokens_1), 0.2).loss
    assert loss.item() == pytest.approx(expected, abs=1e-5)
    loss.backward()
    assert all(p.grad is not None for p in scorer.parameters())


@pytest.mark.parametrize("head", HEADS[:3])
def test_a_scorer_that_knows_nothing_has_a_loss_of_log_two_and_one_sample_is_enough(head):
    scorer = build_scorer(head, Ears(4))
    for weights in scorer.parameters():
        torch.nn.init.zeros_(weights)
    tokens = torch.ones(1, 2, 4)
    found = judged(scorer, [Sample(0, 1.0, 0, (0,))], (tokens, tokens), 0.2)
    assert found.loss.item() == pytest.approx(math.log(2)) == found.chance
