"""The heads that rank similarities, each against a plain loop from its publication."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from core.nets.heads.making import Ears, HeadOptions, build_scorer
from core.nets.heads.names import SYSTEMS
from core.nets.heads.pair import PairScorer, in_blocks, taken
from core.nets.heads.probe import GatedScorer, LayerGate, ProbeScorer, alpha_of
from core.nets.heads.retrieval import RetrievalScorer

WIDTH, GRID, LAYERS = 16, (4, 3), 5
EARS = Ears(WIDTH, GRID, LAYERS)


def tokens(clips: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(clips, GRID[0] * GRID[1], WIDTH, generator=generator)


def layers(clips: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(clips, LAYERS, GRID[0] * GRID[1], WIDTH, generator=generator)


def shaken(scorer: PairScorer) -> PairScorer:
    torch.manual_seed(5)
    for weights in scorer.parameters():
        nn.init.normal_(weights, std=0.4)
    return scorer.eval()


def made(head: str, **options) -> PairScorer:
    return shaken(build_scorer(head, EARS, HeadOptions(**options)))


KINDS = {
    **{f"retrieval, {system}": ("retrieval", {"systems": (system,)}) for system in SYSTEMS},
    "retrieval, wide": ("retrieval", {"dim": 24}),
    "retrieval, by place": ("retrieval", {"by_place": True}),
    "ensemble": ("retrieval", {"systems": SYSTEMS}),
    "place": ("place", {"dim": 6}),
    "probe": ("probe", {"dim": 7}),
    "gated place": ("place", {"heard": "all"}),
    "gated cross": ("cross", {"heard": "all"}),
}


def heard(scorer: PairScorer, clips: int, seed: int) -> Tensor:
    return (layers if scorer.heard == "all" else tokens)(clips, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_all_pairs_equal_pairs_one_by_one(kind):
    head, options = KINDS[kind]
    net = made(head, **options)
    z_0, z_1 = heard(net, 5, 1), heard(net, 7, 2)
    with torch.no_grad():
        keys_0, keys_1 = net.keys(z_0), net.keys(z_1)
        table = net.all_pairs(keys_0, keys_1)
        assert table.std() > 1e-3
        for i in range(5):
            row = net(z_0[i : i + 1].expand(7, *z_0.shape[1:]), z_1)
            torch.testing.assert_close(table[i], row, atol=1e-4, rtol=1e-4)
        for memory in (1, 3 * net.bytes_a_pair(keys_0), 1 << 26):
            torch.testing.assert_close(
                in_blocks(net, keys_0, keys_1, memory), table, atol=1e-4, rtol=1e-4
            )
        chosen = torch.tensor([4, 0, 4])
        found = net.pairs(taken(keys_0, chosen), taken(keys_1, chosen))
        torch.testing.assert_close(found, table[chosen, chosen], atol=1e-4, rtol=1e-4)


def asked(net: RetrievalScorer, x: Tensor, y: Tensor) -> float:
    """s(X -> Y) of two clips, Eq. 1 to 7, token by token and head by head."""
    c, system = net.config, net.config.system
    spread = [(z.var(1, correction=0) + 1e-5).sqrt()[:, None] for z in (x, y)]
    x, y = ((z - z.mean(1)[:, None]) / s for z, s in zip((x, y), spread, strict=True))
    if system != "all":
        x = x.mean(dim=0, keepdim=True)
    query = x @ net.query.weight.T
    if system == "pooled":
        answer = y.mean(dim=0) @ net.key.weight.T
        return float(functional.cosine_similarity(query[0], answer, dim=0))
    key, value = y @ net.key.weight.T, y @ net.value.weight.T
    size, likeness = c.dim // c.heads, []
    for i in range(len(x)):
        parts = []
        for head in range(c.heads):
            rows = slice(head * size, (head + 1) * size)
            q = net.heads_query.weight[rows] @ query[i]
            logits = torch.stack([q @ (net.heads_key.weight[rows] @ k) for k in key]) / size**0.5
            if net.place is not None:
                for j in range(len(y)):
                    time, band = j // GRID[1] - i // GRID[1], j % GRID[1] - i % GRID[1]
                    logits[j] += net.place[head, time + GRID[0] - 1, band + GRID[1] - 1]
            weight = torch.softmax(logits, dim=0)
            values = net.heads_value.weight[rows] @ value.T
            parts.append(values @ weight)
        found = net.out.weight @ (net.heads_out.weight @ torch.cat(parts))
        own = x[i] if c.dim == c.width else query[i]
        likeness.append(functional.cosine_similarity(own, found, dim=0))
    return float(torch.stack(likeness).mean())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("retrieval")])
def test_the_retrieval_head_equals_a_plain_loop(kind):
    net = made("retrieval", **KINDS[kind][1])
    z_0, z_1 = tokens(2, 1), tokens(3, 2)
    with torch.no_grad():
        found = net.similarities(net.keys(z_0), net.keys(z_1))
        for i in range(2):
            for j in range(3):
                expected = (asked(net, z_0[i], z_1[j]) + asked(net, z_1[j], z_0[i])) / 2
                assert found[i, j].item() == pytest.approx(expected, abs=1e-5)
    assert build_scorer("retrieval", Ears(768)).config.heads == 8


def test_an_ensemble_is_the_mean_of_its_systems_similarities():
    net = made("retrieval", systems=SYSTEMS)
    keys_0, keys_1 = net.keys(tokens(3, 1)), net.keys(tokens(4, 2))
    alone = [m.similarities(m.keys(tokens(3, 1)), m.keys(tokens(4, 2))) for m in net.members]
    torch.testing.assert_close(net.each(keys_0, keys_1), torch.stack(alone))
    torch.testing.assert_close(
        net.similarities(keys_0, keys_1), torch.stack(alone).mean(0), atol=1e-5, rtol=1e-4
    )


def test_the_place_wise_head_equals_a_plain_loop():
    net = made("place", dim=6)
    z_0, z_1 = tokens(2, 1), tokens(2, 2)
    weight = torch.softmax(net.weight.flatten(), dim=0)

    def telling(z: Tensor) -> Tensor:
        return torch.sigmoid(net.gate(torch.cat([z, z.norm()[None]])))[0]

    for i in range(2):
        total = 0.0
        for place in range(GRID[0] * GRID[1]):
            a, b = z_0[i, place], z_1[i, place]
            projection = net.projections[place % GRID[1]]
            alike = functional.cosine_similarity(a @ projection, b @ projection, dim=0)
            total += (weight[place] * telling(a) * telling(b) * alike).item()
        found = net.similarity(net.keys(z_0), net.keys(z_1))
        assert found[i].item() == pytest.approx(total, abs=1e-5)


def probed(net: ProbeScorer, clip: Tensor, rows: list[range]) -> Tensor:
    """Least, mean and greatest likeness to each prototype in each row, token by token."""
    alpha = torch.softmax(net.gate.weight, dim=0)
    prototypes = [p / p.norm() for p in net.prototypes]
    found = []
    for places in rows:
        like = []
        for place in places:
            mixed = sum(alpha[n] * z[place] / z[place].norm() for n, z in enumerate(clip))
            like.append(torch.stack([mixed @ p for p in prototypes]))
        stacked = torch.stack(like)
        found.append(torch.cat([stacked.amin(0), stacked.mean(0), stacked.amax(0)]))
    return torch.stack(found)


def test_the_probe_equals_a_plain_loop():
    net = made("probe", dim=7)
    z_0, z_1 = layers(2, 1), layers(2, 2)
    by_frame = [range(3 * t, 3 * t + 3) for t in range(4)]
    with torch.no_grad():
        found = net(z_0, z_1)
        for i in range(2):
            u, v = probed(net, z_0[i], by_frame), probed(net, z_1[i], by_frame)
            torch.testing.assert_close(net.features(z_0, 4)[i], u, atol=1e-5, rtol=1e-4)
            rows = net.last(torch.cat([u, v, (u - v).abs(), u * v], dim=1))[:, 0]
            expected = net.slope * rows.mean() + net.zero
            torch.testing.assert_close(found[i], expected, atol=1e-4, rtol=1e-4)
        whole = net.features(z_0, 1)[0]
        torch.testing.assert_close(whole, probed(net, z_0[0], [range(12)]), atol=1e-5, rtol=1e-4)


def test_the_gate_is_a_convex_sum_and_can_be_shown():
    fresh = build_scorer("probe", EARS)
    assert alpha_of(fresh) == [0.2] * 5
    shaken_ = made("place", heard="all")
    alpha = alpha_of(shaken_)
    assert sum(alpha) == pytest.approx(1.0, abs=1e-3)
    assert min(alpha) > 0
    assert alpha_of(made("place")) is None
    mixed = shaken_.gate(layers(2))
    plain = sum(a * functional.normalize(layers(2)[:, n], dim=-1) for n, a in enumerate(alpha))
    torch.testing.assert_close(mixed, plain, atol=1e-3, rtol=1e-3)
    assert isinstance(shaken_, GatedScorer)


@pytest.mark.parametrize(
    ("kind", "keeps"),
    [
        ("place", True),
        ("retrieval, by place", True),
        ("probe", True),
        ("gated place", True),
        ("retrieval, all", False),
        ("retrieval, pooled", False),
    ],
)
def test_heads_that_keep_order_mind_when_tokens_change_places(kind, keeps):
    head, options = KINDS[kind]
    net = made(head, **options)
    z_0, z_1 = heard(net, 3, 1), heard(net, 3, 2)
    mixed = z_1[..., torch.randperm(12, generator=torch.Generator().manual_seed(1)), :]
    with torch.no_grad():
        change = (net(z_0, z_1) - net(z_0, mixed)).abs().max()
    assert (change > 1e-2) == keeps


def test_log_odds_are_a_line_over_similarities():
    net = made("place", heard="all")
    keys = net.keys(layers(4, 1)), net.keys(layers(4, 2))
    net.set_line(3.0, -1.5)
    torch.testing.assert_close(net.all_pairs(*keys), 3.0 * net.each(*keys)[0] - 1.5)
    with pytest.raises(TypeError):
        made("cross").set_line(1.0, 0.0)


def planted(seed: int, layer: int, *, shuffled: bool = False) -> list[float]:
    """The gate's shares after learning from layers of which one tells clips apart."""
    rng = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    net = build_scorer("place", Ears(8, (2, 1), 6), HeadOptions(heard="all"))
    optimizer = torch.optim.AdamW(net.parameters(), 0.02)
    for _ in range(60):
        z_0 = torch.randn(24, 6, 2, 8, generator=rng)
        z_1 = torch.randn(24, 6, 2, 8, generator=rng)
        z_1[:, layer] = z_0[:, layer] + 0.3 * z_1[:, layer]
        if shuffled:
            z_1 = z_1[torch.randperm(24, generator=rng)]
        logits = net.each(net.keys(z_0), net.keys(z_1))[0] / 0.05
        loss = functional.cross_entropy(logits, torch.arange(24))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return alpha_of(net)


def test_the_gate_finds_the_layer_that_tells():
    found = [np.argmax(planted(seed, seed % 6)) == seed % 6 for seed in range(10)]
    assert sum(found) >= 9


def test_the_gate_stays_flat_where_labels_mean_nothing():
    for seed in range(3):
        assert max(planted(seed, seed, shuffled=True)) < 0.3


def test_a_gate_alone_is_what_was_published():
    gate = LayerGate(3)
    with torch.no_grad():
        gate.weight.copy_(torch.tensor([0.0, 1.0, 2.0]))
    torch.testing.assert_close(gate.alpha, torch.softmax(torch.arange(3.0), 0))
