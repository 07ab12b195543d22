from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks.nets.nets_naive import naive_predictions
from benchmarks.nets.random_weights import SMALL, TINY, write_random_checkpoint
from core.align.candidates import baseline_candidates, baseline_grid
from core.errors import InputError
from core.nets.cache import EmbeddingCache
from core.nets.clips import ChannelClips, channel_clips
from core.nets.embed import ClipEncoder, choose_device
from core.nets.encoders.checkpoint import load_encoder
from core.nets.heads.pair import CrossAttentionConfig, CrossAttentionScorer
from core.nets.ranking import PairModel, exact_predictions, pair_table
from core.nets.table import PairTable
from core.nets.token_store import TokenStore
from core.steps import result_of


def make_model(tmp_path, config=SMALL, seed: int = 0, precision: str = "float32") -> PairModel:
    path = tmp_path / f"beats-{seed}.pt"
    write_random_checkpoint(path, config, seed, overwrite=True)
    encoder = ClipEncoder(*load_encoder(path), choose_device("cpu"), precision)
    torch.manual_seed(seed)
    scorer = CrossAttentionScorer(CrossAttentionConfig(config.width, heads=2)).eval()
    for weights in scorer.parameters():
        nn.init.normal_(weights, std=1.5 * weights.shape[-1] ** -0.5 if weights.ndim > 1 else 0.2)
    return PairModel(encoder, scorer.requires_grad_(requires_grad=False))


def recording(
    duration_s: float, seed: int = 0, clip_samples: int = 16000
) -> tuple[ChannelClips, ChannelClips]:
    rng = np.random.default_rng(seed)
    level = np.repeat(rng.uniform(0.001, 0.3, size=round(duration_s * 10) + 1), 1600)
    made = []
    for channel in (0, 1):
        samples = rng.normal(size=round(duration_s * 16000)) * level[: round(duration_s * 16000)]
        samples = samples.astype(np.float32)
        made.append(ChannelClips(f"recording {seed}", channel, samples, clip_samples))
    return made[0], made[1]


@pytest.fixture
def model(tmp_path) -> PairModel:
    return make_model(tmp_path)


def test_two_minutes_cost_what_was_promised_and_score_as_the_naive_way(tmp_path):
    """16,460 forwards the public way, at most 7,200 from the cache, at most 1,400 on the grid."""
    model, clips = make_model(tmp_path, TINY), recording(120.0, clip_samples=4000)
    time_0_s = np.arange(120.0)
    _, _, time_1_s = baseline_candidates(time_0_s, (120.0, 120.0), 5.0)
    assert len(time_1_s) == 70

    naive = naive_predictions(model, clips, time_0_s, time_1_s)
    assert model.encoder.forwards == 16_460
    model.encoder.forwards = 0
    exact = result_of(exact_predictions(model, EmbeddingCache(), clips, time_0_s, time_1_s))
    assert model.encoder.forwards <= 7_200
    np.testing.assert_allclose(exact, naive, atol=1e-4)
    assert np.nanstd(naive) > 0.05

    model.encoder.forwards = 0
    table = result_of(pair_table(model, EmbeddingCache(), clips, time_0_s, 5.0))
    assert model.encoder.forwards <= 1_400
    offset_s, drift_ppm = baseline_grid(120.0, 5.0, 100)
    many = offset_s[:, None] + time_0_s * (1 + drift_ppm[:, None] * 1e-6)
    assert len(table.rank(many).published) == 10_000
    assert model.encoder.forwards <= 1_400


def test_the_grid_gives_the_exact_scores_at_its_own_times(model):
    clips, time_0_s = recording(14.0), np.arange(14.0)
    on_grid = np.clip(time_0_s + np.array([-1.0, -0.3, 0.0, 0.7, 1.2])[:, None], 0, 14.0)
    on_grid[1, 3] = np.nan
    table = result_of(pair_table(model, EmbeddingCache(), clips, time_0_s, 2.0))
    exact = result_of(exact_predictions(model, EmbeddingCache(), clips, time_0_s, on_grid + 1e-9))
    np.testing.assert_allclose(table.at(on_grid), exact, atol=1e-4)
    np.testing.assert_allclose(table.at(on_grid + 0.04), exact, atol=1e-4)
    assert np.isnan(table.at(np.full((1, 14), 99.0))).all()
    used = table.rank(on_grid).used
    assert used.tolist() == [14, 13, 14, 14, 14]


def test_the_best_of_a_coarse_table_is_looked_at_in_finer_steps(model):
    clips, time_0_s = recording(10.0), np.arange(10.0)
    around_s = 0.4 - 0.01 * time_0_s
    model.encoder.forwards = 0
    fine = result_of(pair_table(model, EmbeddingCache(), clips, time_0_s, 0.05, 0.01, around_s))
    assert fine.prediction.shape == (10, 11)
    assert model.encoder.forwards <= 10 + 10 * 11
    steps = np.rint((time_0_s + around_s) / 0.01)[None] * 0.01 + np.array([[-0.05], [0.02], [0.05]])
    # Clips are cut where a time says, so rounding must not put it before its sample.
    exact = result_of(exact_predictions(model, EmbeddingCache(), clips, time_0_s, steps + 1e-9))
    inside = ~np.isnan(fine.at(steps))
    np.testing.assert_allclose(fine.at(steps)[inside], exact[inside], atol=1e-4)
    assert inside.sum() >= 29


def test_progress_runs_to_the_end_and_no_step_is_larger_than_a_batch(model):
    clips, time_0_s = recording(20.0), np.arange(20.0)
    model.encoder.batch = 4
    _, _, time_1_s = baseline_candidates(time_0_s, (20.0, 20.0), 1.0, 4)
    for steps in (
        exact_predictions(model, EmbeddingCache(), clips, time_0_s, time_1_s),
        pair_table(model, EmbeddingCache(), clips, time_0_s, 1.0),
    ):
        shares, before = [], model.encoder.forwards
        for share in steps:
            assert model.encoder.forwards - before <= 2 * model.encoder.batch
            before = model.encoder.forwards
            shares.append(share)
        assert shares == sorted(shares)
        assert shares[-1] == pytest.approx(1.0)


def test_many_keypoints_are_scored_in_blocks_as_in_one(model, monkeypatch):
    clips, time_0_s = recording(12.0), np.arange(12.0)
    _, _, time_1_s = baseline_candidates(time_0_s, (12.0, 12.0), 1.0, 4)
    whole = result_of(exact_predictions(model, EmbeddingCache(), clips, time_0_s, time_1_s))
    monkeypatch.setattr("core.nets.ranking._KEYPOINTS_A_BLOCK", 5)
    blocks = result_of(exact_predictions(model, EmbeddingCache(), clips, time_0_s, time_1_s))
    np.testing.assert_allclose(blocks, whole, atol=1e-4)


def test_a_map_without_any_usable_keypoint_ranks_last(model):
    clips, time_0_s = recording(8.0), np.arange(8.0)
    lines = np.stack([time_0_s, np.full(8, np.nan)])
    exact = result_of(exact_predictions(model, EmbeddingCache(), clips, time_0_s, lines))
    assert np.isnan(exact[1]).all()
    table = result_of(pair_table(model, EmbeddingCache(), clips, time_0_s, 1.0))
    assert table.rank(lines).published[1] == -np.inf


def test_a_table_is_read_by_offset_between_its_cells_and_not_beyond():
    """A smooth curve comes back every 10 ms, wherever the keypoints lie on the grid."""
    time_0_s = np.array([0.0, 0.53, 2.0])
    first = np.rint(time_0_s / 0.1).astype(np.int64) - 10
    cell_s = 0.1 * (first[:, None] + np.arange(21))
    prediction = np.where(cell_s < 0, np.nan, np.sin(3 * cell_s)).astype(np.float32)
    table = PairTable(time_0_s, first, 0.1, prediction)
    by_offset = table.by_offset(np.full(3, -0.8), 0.01, 161, last_s=2.5)
    reached_s = time_0_s[:, None] - 0.8 + 0.01 * np.arange(161)
    known = (reached_s > -1e-9) & (reached_s < 2.5 + 1e-9)
    np.testing.assert_allclose(by_offset[known], np.sin(3 * reached_s[known]), atol=3e-3)
    assert not by_offset[~known].any()


def embedded(model, cache, clips, start) -> torch.Tensor:
    """Tokens of clips in the order of their first samples."""
    return torch.cat([t for _, t in cache.batches(model.encoder, clips, np.asarray(start))])


def test_a_clip_is_embedded_once_however_often_it_is_asked_for(model):
    clips, cache = recording(6.0)[0], EmbeddingCache()
    first = embedded(model, cache, clips, [0, 1600, 1600, 3200])
    again = embedded(model, cache, clips, [3200, 0, 1600])
    assert model.encoder.forwards == 3
    assert torch.equal(first, again)


def test_clips_of_other_recordings_channels_and_models_are_kept_apart(tmp_path):
    cache, start = EmbeddingCache(), [0, 1600]
    first, second = make_model(tmp_path), make_model(tmp_path, seed=1)
    clips_0, clips_1 = recording(4.0)
    found = [
        embedded(first, cache, clips_0, start),
        embedded(first, cache, clips_1, start),
        embedded(first, cache, recording(4.0, seed=9)[0], start),
        embedded(second, cache, clips_0, start),
    ]
    assert first.encoder.forwards == 6
    assert second.encoder.forwards == 2
    assert all(not torch.allclose(a, b) for n, a in enumerate(found) for b in found[:n])


def test_memory_stays_below_its_limit_and_the_longest_unused_goes_first(model):
    clips = recording(10.0)[0]
    one = embedded(model, EmbeddingCache(), clips, [0]).nbytes
    cache, model.encoder.forwards = EmbeddingCache(memory_bytes=4 * one), 0
    embedded(model, cache, clips, 1600 * np.arange(4))
    embedded(model, cache, clips, [0])
    embedded(model, cache, clips, [160_00])
    assert len(cache) == 4
    assert cache.held_bytes <= 4 * one
    model.encoder.forwards = 0
    embedded(model, cache, clips, [0])
    assert model.encoder.forwards == 0
    embedded(model, cache, clips, [1600])
    assert model.encoder.forwards == 1
    tiny = EmbeddingCache(memory_bytes=1)
    embedded(model, tiny, clips, [0, 1600])
    assert tiny.held_bytes == 0


def test_embeddings_outlast_the_process_on_disk(model, tmp_path):
    clips, folder = recording(6.0)[0], tmp_path / "embeddings"
    first = embedded(model, EmbeddingCache(store=TokenStore(folder)), clips, [0, 800, 1600])
    model.encoder.forwards = 0
    again = embedded(model, EmbeddingCache(store=TokenStore(folder)), clips, [0, 800, 1600, 2400])
    assert model.encoder.forwards == 1
    assert torch.equal(first, again[:3])
    assert not list(folder.glob("*.tmp"))


def test_a_damaged_file_of_embeddings_is_embedded_again(model, tmp_path):
    clips, folder = recording(6.0)[0], tmp_path / "embeddings"
    first = embedded(model, EmbeddingCache(store=TokenStore(folder)), clips, [0, 800])
    open_before = TokenStore(folder)
    assert open_before.read((model.encoder.model_id, clips.fingerprint, 0), [0])
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes()[:-100])
    for store in (open_before, TokenStore(folder)):
        again = embedded(model, EmbeddingCache(store=store), clips, [0, 800])
        torch.testing.assert_close(first, again)


def test_a_disk_that_refuses_is_left_alone_and_the_work_goes_on(model, tmp_path):
    clips, blocked = recording(6.0)[0], tmp_path / "a file"
    blocked.write_text("in the way")
    store = TokenStore(blocked)
    assert embedded(model, EmbeddingCache(store=store), clips, [0, 800]).isfinite().all()
    assert isinstance(store.refusal, InputError)


def test_the_folder_stays_below_its_limit(model, tmp_path):
    clips, folder = recording(10.0)[0], tmp_path / "embeddings"
    model.encoder.batch = 2
    cache = EmbeddingCache(store=TokenStore(folder, disk_bytes=60_000))
    embedded(model, cache, clips, 1600 * np.arange(20))
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert 0 < size <= 60_000


def test_a_scorer_can_be_trained_on_cached_embeddings(model):
    clips, cache = recording(6.0)[0], EmbeddingCache()
    for _ in range(2):
        tokens = embedded(model, cache, clips, 1600 * np.arange(4))
        scorer = CrossAttentionScorer(CrossAttentionConfig(SMALL.width, heads=2))
        keys = scorer.keys(tokens)
        scorer.all_pairs(keys, keys).square().mean().backward()
        assert all(weights.grad is not None for weights in scorer.parameters())


def test_clips_follow_the_recordings_clock_whatever_its_sample_rate(make_audio):
    from core.audio.recording import open_recording

    clips = channel_clips(open_recording(make_audio(duration_s=3.0, rate_hz=22050)), 1)
    assert clips.duration_s == pytest.approx(3.0, abs=1e-3)
    assert len(clips.fingerprint) == 32
    cut = clips.cut(np.array([0, 40_000, 99_999]))
    assert cut.shape == (3, 16_000)
    assert np.array_equal(cut[0], clips.samples[:16_000])
    assert np.array_equal(cut[1][:8000], clips.samples[40_000:48_000])
    assert not cut[1][8000:].any()
    assert not cut[2].any()


@pytest.mark.parametrize(("precision", "least"), [("half", 0.999), ("int8", 0.99)])
def test_lower_precision_stays_close(tmp_path, precision, least):
    config = dataclasses.replace(SMALL, width=96, ffn_width=192, patch_width=64)
    clip = recording(3.0)[0].cut(np.array([0, 16_000]))
    exact = make_model(tmp_path, config).encoder.embed(clip).flatten()
    other = make_model(tmp_path, config, precision=precision).encoder
    found = other.embed(clip).flatten()
    assert found.dtype == torch.float32
    assert torch.nn.functional.cosine_similarity(exact, found, dim=0) > least
    assert not torch.equal(exact, found)
    assert precision in other.model_id


def test_a_device_that_is_not_there_is_refused():
    assert choose_device("auto").type in ("cuda", "mps", "cpu")
    for wanted in ("tpu", *(["cuda"] if not torch.cuda.is_available() else [])):
        with pytest.raises(InputError, match="is not there"):
            choose_device(wanted)


def test_clips_given_at_once_are_embedded_a_batch_at_a_time(model):
    heard = recording(12.0)[0].cut(16_000 * np.arange(11))
    encoder, sizes = model.encoder, []
    expected, run, encoder.batch = encoder.embed(heard), encoder._run, 4

    def noted(samples):
        sizes.append(len(samples))
        return run(samples)

    encoder._run = noted
    torch.testing.assert_close(encoder.embed(heard), expected, atol=1e-5, rtol=1e-4)
    assert sizes == [4, 4, 3]


@pytest.mark.parametrize(
    "shortage", [torch.OutOfMemoryError("short"), RuntimeError("MPS backend out of memory")]
)
def test_where_memory_is_short_batches_are_halved_and_no_clip_is_lost(model, shortage):
    clips, start = recording(12.0)[0], 16_000 * np.arange(11)
    expected = embedded(model, EmbeddingCache(), clips, start)
    encoder = model.encoder
    run, encoder.forwards, encoder.batch = encoder._run, 0, 8

    def two_at_a_time(samples):
        if len(samples) > 2:
            raise shortage
        return run(samples)

    encoder._run = two_at_a_time
    found = embedded(model, EmbeddingCache(), clips, start)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)
    assert (encoder.forwards, encoder.batch) == (11, 2)
    assert encoder.notices[-1] == "memory is short: 2 clips at a time"

    def none_at_all(samples):
        raise torch.OutOfMemoryError("none")

    encoder._run = none_at_all
    with pytest.raises(torch.OutOfMemoryError):
        encoder.embed(clips.cut(start))
