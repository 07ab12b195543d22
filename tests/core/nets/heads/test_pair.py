from __future__ import annotations

import pytest
import torch
from torch import nn

from benchmarks.nets.nets_naive import naive_score
from core.nets.heads.baseline_heads import Baseline2025Scorer, Baseline2026Scorer
from core.nets.heads.pair import (
    CrossAttentionConfig,
    CrossAttentionScorer,
    in_blocks,
    keys_in_parts,
    pairs_in_parts,
    taken,
)

WIDTH = 24


def tokens(clips: int, count: int = 12, seed: int = 0, width: int = WIDTH) -> torch.Tensor:
    return 1.5 * torch.randn(clips, count, width, generator=torch.Generator().manual_seed(seed))


def scorer(kind) -> nn.Module:
    torch.manual_seed(5)
    made = kind()
    for weights in made.parameters():
        nn.init.normal_(weights, std=0.4)
    return made.eval()


def cross() -> CrossAttentionScorer:
    return CrossAttentionScorer(CrossAttentionConfig(WIDTH, heads=4))


KINDS = {
    "cross-attention": cross,
    "2025": lambda: Baseline2025Scorer(WIDTH),
    "2026": lambda: Baseline2026Scorer(WIDTH),
    "2026, bins": lambda: Baseline2026Scorer(WIDTH, bins=5),
}


def test_cross_attention_equals_attention_over_concatenated_tokens():
    net, z_0, z_1 = scorer(cross), tokens(6, 12, 1), tokens(6, 15, 2)
    with torch.no_grad():
        expected = naive_score(net, z_0, z_1)
        torch.testing.assert_close(net(z_0, z_1), expected, atol=1e-4, rtol=1e-4)
    assert expected.std() > 0.1


def test_loud_tokens_do_not_overflow():
    net, z_0, z_1 = scorer(cross), 60 * tokens(3, seed=1), 60 * tokens(3, seed=2)
    with torch.no_grad():
        torch.testing.assert_close(net(z_0, z_1), naive_score(net, z_0, z_1), atol=1e-3, rtol=1e-3)


def test_gradients_equal_those_of_the_plain_way():
    net, z_0, z_1 = scorer(cross).double(), tokens(4, seed=1).double(), tokens(4, seed=2).double()
    gradients = []
    for score in (net, lambda a, b: naive_score(net, a, b)):
        net.zero_grad()
        score(z_0, z_1).square().sum().backward()
        gradients.append([p.grad.clone() for p in net.parameters()])
    for ours, plain in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, plain)


@pytest.mark.parametrize("kind", KINDS)
def test_all_pairs_equal_pairs_one_by_one(kind):
    net, z_0, z_1 = scorer(KINDS[kind]), tokens(5, seed=1), tokens(7, seed=2)
    with torch.no_grad():
        keys_0, keys_1 = net.keys(z_0), net.keys(z_1)
        table = net.all_pairs(keys_0, keys_1)
        assert table.shape == (5, 7)
        for i in range(5):
            row = net(z_0[i : i + 1].expand(7, -1, -1), z_1)
            torch.testing.assert_close(table[i], row, atol=1e-4, rtol=1e-4)
        for memory in (1, 3 * net.bytes_a_pair(keys_0), 1 << 26):
            blocks = in_blocks(net, keys_0, keys_1, memory)
            torch.testing.assert_close(blocks, table, atol=1e-4, rtol=1e-4)
        chosen = torch.tensor([4, 0, 4])
        found = net.pairs(taken(keys_0, chosen), taken(keys_1, chosen))
        torch.testing.assert_close(found, table[chosen, chosen], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    "shortage",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
    ],
)
def test_where_a_device_runs_short_blocks_shrink_and_scores_stay(shortage, monkeypatch):
    """CUDA, MPS and processors say it differently."""
    net, z_0, z_1 = scorer(cross), tokens(5, seed=1), tokens(7, seed=2)
    keys_0, keys_1 = net.keys(z_0), net.keys(z_1)
    chosen = torch.arange(5).repeat_interleave(7), torch.arange(7).repeat(5)
    expected, most, made = in_blocks(net, keys_0, keys_1), 3, []

    def short_of_memory(plain, clips):
        def run(*given):
            if clips(given) > most:
                raise shortage
            made.append(clips(given))
            return plain(*given)

        return run

    for name, clips in (
        ("all_pairs", lambda given: len(given[0][0]) * len(given[1][0])),
        ("pairs", lambda given: len(given[0][0])),
        ("keys", lambda given: len(given[0])),
    ):
        monkeypatch.setattr(net, name, short_of_memory(getattr(net, name), clips))
    torch.testing.assert_close(in_blocks(net, keys_0, keys_1), expected, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(
        pairs_in_parts(net, keys_0, keys_1, chosen), expected.flatten(), atol=1e-4, rtol=1e-4
    )
    for ours, plain in zip(keys_in_parts(net, z_1), keys_1, strict=True):
        torch.testing.assert_close(ours, plain, atol=1e-4, rtol=1e-4)
    assert max(made) <= most
    most = 0
    with pytest.raises(torch.OutOfMemoryError):
        in_blocks(net, keys_0, keys_1)


def test_an_error_that_is_no_shortage_is_raised_as_it_is(monkeypatch):
    net = scorer(cross)
    keys = net.keys(tokens(3))

    def wrong(*_):
        raise RuntimeError("shapes do not fit")

    monkeypatch.setattr(net, "all_pairs", wrong)
    with pytest.raises(RuntimeError, match="shapes do not fit"):
        in_blocks(net, keys, keys)


def test_no_clips_make_an_empty_table():
    net = scorer(cross)
    assert in_blocks(net, net.keys(tokens(0)), net.keys(tokens(3))).shape == (0, 3)


def test_the_baselines_are_the_published_nets():
    z_0, z_1 = tokens(4, seed=1), tokens(4, seed=2)
    with torch.no_grad():
        net = scorer(KINDS["2025"])
        plain = nn.Sequential(net.first, *net.rest)
        mean_0, mean_1 = z_0.mean(1), z_1.mean(1)
        expected = plain(torch.cat([mean_0, mean_1], 1))[:, 0]
        torch.testing.assert_close(net(z_0, z_1), expected, atol=1e-5, rtol=1e-5)
        assert [m.out_features for m in plain if isinstance(m, nn.Linear)] == [100, 100, 1]
        net = scorer(KINDS["2026"])
        plain = nn.Sequential(net.first, *net.rest)
        expected = plain(torch.cat([mean_0, mean_1, (mean_0 - mean_1).abs()], 1))[:, 0]
        torch.testing.assert_close(net(z_0, z_1), expected, atol=1e-5, rtol=1e-5)
        assert [m.out_features for m in plain if isinstance(m, nn.Linear)] == [100, 1]
        binned = scorer(KINDS["2026, bins"]).keys(z_0)[0].view(4, 5, WIDTH)
        edges = [0, 2, 5, 7, 10, 12]
        for n in range(5):
            stretch = z_0[:, edges[n] : edges[n + 1]].mean(1)
            torch.testing.assert_close(binned[:, n], stretch)


def test_all_pairs_of_a_batch_need_far_less_memory_than_token_copies(bench):
    """The published loss scores 32 x 32 pairs; here with the published tokens of a second."""
    torch.manual_seed(0)
    net = CrossAttentionScorer(CrossAttentionConfig(192, heads=8)).eval()
    z_0, z_1 = tokens(16, 48, 1, 192), tokens(16, 48, 2, 192)

    def naive():
        every_0 = z_0.repeat_interleave(16, dim=0)
        return naive_score(net, every_0, z_1.repeat(16, 1, 1))

    peak_bytes = bench("nets.nets_cost").peak_bytes
    ours = peak_bytes(lambda: in_blocks(net, net.keys(z_0), net.keys(z_1), 1 << 22))
    plain = peak_bytes(naive)
    assert 0 < ours < plain / 5
