from __future__ import annotations

import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from core.errors import InputError
from core.nets.encoders.reading import file_digest
from core.nets.heads.baseline_heads import Baseline2025Scorer, Baseline2026Scorer
from core.nets.heads.pair import CrossAttentionConfig, CrossAttentionScorer
from core.nets.heads.scorer_file import load_scorer, save_scorer

KINDS = {
    "cross-attention": lambda: CrossAttentionScorer(CrossAttentionConfig(24, heads=3)),
    "2025": lambda: Baseline2025Scorer(24),
    "2026": lambda: Baseline2026Scorer(24, bins=2),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_scorer_scores_as_before(kind, tmp_path):
    path, scorer = tmp_path / "scorer.safetensors", KINDS[kind]().eval()
    save_scorer(path, scorer, "abc", {"seed": 7})
    found = load_scorer(path, "abc")
    tokens = torch.randn(2, 3, 12, 24)
    with torch.no_grad():
        # not to the bit: sums are split by where the weights lie in memory
        torch.testing.assert_close(found.scorer(*tokens), scorer(*tokens), rtol=1e-5, atol=1e-6)
    assert (found.encoder_digest, found.card) == ("abc", {"seed": 7})
    assert found.digest == file_digest(path)
    assert not found.scorer.training


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
