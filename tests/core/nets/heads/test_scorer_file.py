from __future__ import annotations

import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from core.errors import InputError
from core.nets.encoders.reading import file_digest
from core.nets.heads.baseline_heads import Baseline2025Scorer, Baseline2026Scorer
from core.nets.heads.making import Ears, HeadOptions, build_scorer
from core.nets.heads.names import SYSTEMS
from core.nets.heads.pair import CrossAttentionConfig, CrossAttentionScorer
from core.nets.heads.scorer_file import load_scorer, save_scorer

EARS = Ears(24, (4, 3), 5)
KINDS = {
    "retrieval": lambda: build_scorer("retrieval", EARS, HeadOptions(by_place=True, dim=16)),
    "ensemble": lambda: build_scorer("retrieval", EARS, HeadOptions(systems=SYSTEMS)),
    "place": lambda: build_scorer("place", EARS, HeadOptions(dim=6)),
    "probe": lambda: build_scorer("probe", EARS, HeadOptions(dim=7)),
    "gated ensemble": lambda: build_scorer(
        "retrieval", EARS, HeadOptions(systems=SYSTEMS, heard="all")
    ),
    "cross-attention": lambda: CrossAttentionScorer(CrossAttentionConfig(24, heads=3)),
    "2025": lambda: Baseline2025Scorer(24),
    "2026": lambda: Baseline2026Scorer(24, bins=2),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_scorer_scores_as_before(kind, tmp_path):
    path, scorer = tmp_path / "scorer.safetensors", KINDS[kind]().eval()
    if scorer.ranks:
        scorer.set_line(2.0, -0.5)
    save_scorer(path, scorer, "abc", {"seed": 7})
    found = load_scorer(path, "abc")
    shape = (2, 3, 5, 12, 24) if scorer.heard == "all" else (2, 3, 12, 24)
    tokens = torch.randn(shape)
    with torch.no_grad():
        # not to the bit: sums are split by where the weights lie in memory
        torch.testing.assert_close(found.scorer(*tokens), scorer(*tokens), rtol=1e-5, atol=1e-6)
    assert (found.encoder_digest, found.card) == ("abc", {"seed": 7})
    assert found.digest == file_digest(path)
    assert not found.scorer.training


def test_weights_of_the_encoder_that_were_trained_along_come_back(tmp_path):
    path, tuned = tmp_path / "scorer.safetensors", {"blocks.1.norm.bias": torch.arange(3.0)}
    save_scorer(path, KINDS["2025"](), "abc", tuned=tuned)
    found = load_scorer(path)
    assert list(found.tuned) == list(tuned)
    assert torch.equal(found.tuned["blocks.1.norm.bias"], tuned["blocks.1.norm.bias"])
    with safe_open(path, framework="pt") as file:
        (told,) = map(json.loads, file.metadata().values())
    assert (told["encoder"], told["layers"]) == ("abc", "last")


def test_a_scorer_of_another_encoder_is_refused(tmp_path):
    path = tmp_path / "scorer.safetensors"
    save_scorer(path, KINDS["2025"](), "abc")
    with pytest.raises(InputError, match=r"another encoder.*abc"):
        load_scorer(path, "xyz")


def test_what_is_no_scorer_is_refused(tmp_path):
    path, other = tmp_path / "scorer.safetensors", tmp_path / "other.safetensors"
    with pytest.raises(InputError, match="no such file"):
        load_scorer(path)
    save_scorer(path, KINDS["2026"](), "abc")
    with pytest.raises(InputError, match="already exists"):
        save_scorer(path, KINDS["2026"](), "abc")
    for content in (b"", b"<html></html>", path.read_bytes()[:-50]):
        path.write_bytes(content)
        with pytest.raises(InputError, match="scorer that 'finchsync train' made"):
            load_scorer(path)
    save_file({"a": torch.ones(1)}, other)
    with pytest.raises(InputError, match="no pair scorer"):
        load_scorer(other)


def retold(path, scorer, change=None, sizes=None) -> None:
    """A scorer's file with other weights or claiming other sizes."""
    save_scorer(path, scorer, "abc", overwrite=True)
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    (key,) = metadata
    told = json.loads(metadata[key])
    told["sizes"].update(sizes or {})
    weights = load_file(path)
    if change is not None:
        weights = {name: change(weight) for name, weight in weights.items()}
    save_file(weights, path, {key: json.dumps(told)})


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda weight: weight * float("nan"), "not finite"),
        (torch.Tensor.half, "not finite numbers in float32"),
        (torch.Tensor.int, "no pair scorer"),
    ],
)
def test_weights_that_cannot_score_are_refused(change, word, tmp_path):
    path = tmp_path / "scorer.safetensors"
    retold(path, KINDS["cross-attention"](), change)
    with pytest.raises(InputError, match=word):
        load_scorer(path)


@pytest.mark.parametrize(
    ("kind", "sizes"),
    [
        ("cross-attention", {"heads": 0}),
        ("cross-attention", {"heads": -1}),
        ("cross-attention", {"heads": 5}),
        ("cross-attention", {"width": 10**9, "heads": 1}),
        ("2025", {"width": 0}),
        ("2026", {"bins": 0}),
        ("2026", {"bins": 10**12}),
        ("retrieval", {"dim": 10}),
        ("retrieval", {"system": "many"}),
        ("retrieval", {"grid": [4, 0]}),
        ("place", {"grid": [10**9, 10**9]}),
        ("place", {"grid": None}),
        ("probe", {"layers": True}),
        ("gated ensemble", {"layers": -3}),
        ("gated ensemble", {"of": {"head": "magic"}}),
        ("ensemble", {"of": []}),
        ("ensemble", {"of": [{"head": "concat2025", "width": 24}]}),
    ],
)
def test_sizes_that_make_no_scorer_are_refused(kind, sizes, tmp_path):
    path = tmp_path / "scorer.safetensors"
    retold(path, KINDS[kind](), sizes=sizes)
    with pytest.raises(InputError, match="no pair scorer"):
        load_scorer(path)


def test_reading_a_scorer_leaves_the_random_numbers_alone(tmp_path):
    path = tmp_path / "scorer.safetensors"
    save_scorer(path, KINDS["2025"](), "abc")
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    load_scorer(path)
    assert torch.equal(torch.rand(1), expected)
