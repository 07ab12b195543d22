from __future__ import annotations

import dataclasses
import os
import re
import zipfile

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from benchmarks.nets.random_weights import SMALL, random_weights, write_random_checkpoint
from core.errors import InputError
from core.nets.encoders.checkpoint import load_encoder, read_checkpoint


class Code:
    """Something whose pickle runs code."""

    def __init__(self, call, argument):
        self._call, self._argument = call, argument

    def __reduce__(self):
        return (self._call, (self._argument,))


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "beats.pt"
    write_random_checkpoint(path)
    return path


def refused(path, *words: str) -> None:
    with pytest.raises(InputError) as caught:
        load_encoder(path)
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith(str(path))
    for word in words:
        assert re.search(word, line), line


def changed(path, change) -> None:
    content = torch.load(path, weights_only=True)
    change(content)
    torch.save(content, path)


def as_kind(model, kind) -> None:
    model.update({"layer_norm.bias": kind(model["layer_norm.bias"])})


def test_a_written_checkpoint_is_read_back(checkpoint):
    found = read_checkpoint(checkpoint)
    assert found.config == SMALL
    assert torch.equal(
        found.weights["encoder.layers.1.fc1.weight"],
        random_weights(SMALL)["encoder.layers.1.fc1.weight"],
    )


def test_the_digest_follows_the_content(checkpoint, tmp_path):
    again, other = tmp_path / "again.pt", tmp_path / "other.pt"
    again.write_bytes(checkpoint.read_bytes())
    write_random_checkpoint(other, seed=1)
    digests = [load_encoder(path)[1] for path in (checkpoint, again, other)]
    assert digests[0] == digests[1] != digests[2]


def test_a_checkpoint_in_the_old_file_format_is_read(checkpoint):
    content = torch.load(checkpoint, weights_only=True)
    torch.save(content, checkpoint, _use_new_zipfile_serialization=False)
    assert read_checkpoint(checkpoint).config == SMALL


@pytest.mark.parametrize("old_format", [False, True])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.98])
def test_a_file_that_was_cut_short_is_refused(checkpoint, old_format, share):
    if old_format:
        content = torch.load(checkpoint, weights_only=True)
        torch.save(content, checkpoint, _use_new_zipfile_serialization=False)
    whole = checkpoint.read_bytes()
    checkpoint.write_bytes(whole[: int(share * len(whole))])
    refused(checkpoint, "cut short", "download it again")


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><html><body>Sign in</body></html>",
        b"\n <html lang='en'>",
        b"\xef\xbb\xbf<!-- saved --><html>",
    ],
)
def test_a_web_page_is_refused(checkpoint, page):
    checkpoint.write_bytes(page)
    refused(checkpoint, "web page")


@pytest.mark.parametrize("call", [print, os.mkdir])
def test_a_file_that_wants_to_run_code_is_refused(checkpoint, tmp_path, capsys, call):
    trace = tmp_path / "it ran"
    changed(checkpoint, lambda content: content.update(extra=Code(call, str(trace))))
    refused(checkpoint, "run code")
    assert "it ran" not in capsys.readouterr().out
    assert not trace.exists()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ({"state_dict": {"conv1.weight": torch.zeros(3)}}, "another network"),
        ([1, 2, 3], "no table of weights"),
        ({"model": [1]}, "not a table"),
        ({"sample_rate": 32000, "model": {}}, "sample_rate is 32000, only 16000 is known"),
        ({"cfg": {}, "model": {"quantize.embedding.weight": torch.zeros(3)}}, "tokenizer"),
        ({"cfg": {}, "model": {}}, "patch_size"),
        ({"cfg": SMALL.official(), "model": {"a": 1}}, "other things"),
        ({"cfg": [1], "model": {}}, "not a table"),
    ],
)
def test_another_network_is_refused(tmp_path, content, word):
    path = tmp_path / "other.pt"
    torch.save(content, path)
    refused(path, word)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"encoder_layers": 0}, "below one"),
        ({"encoder_layers": 10**9}, "more than 999 layers"),
        ({"fbank_mean": torch.zeros(2)}, "fbank_mean is tensor"),
        ({"encoder_attention_heads": 5}, "divide"),
        ({"activation_fn": "relu"}, "activation"),
        ({"sample_frequency": 32000.0}, "sample_frequency is 32000"),
        ({"num_mel_bins": 256}, "num_mel_bins is 256"),
        ({"layer_norm_first": True}, "at once"),
        ({"encoder_embed_dim": "wide"}, "width"),
        ({"encoder_layers": 3}, "lacks weights: encoder.layers.2"),
        ({"encoder_layers": 1}, "unknown weights: encoder.layers.1"),
        ({"encoder_ffn_embed_dim": 97}, "shape"),
        ({"max_distance": 1}, "buckets"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(checkpoint, change, word):
    changed(checkpoint, lambda content: content["cfg"].update(change))
    refused(checkpoint, word)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda model: model.pop("encoder.layers.1.fc2.bias"), "lacks weights: .*fc2.bias"),
        (lambda model: model.update(extra=torch.zeros(1)), "unknown weights: extra"),
        (lambda model: model["layer_norm.bias"].fill_(float("nan")), "not finite"),
        (lambda model: as_kind(model, Tensor.int), "not finite"),
        (lambda model: as_kind(model, Tensor.to_sparse), "not finite"),
        (lambda model: as_kind(model, lambda weight: weight.to("meta")), "not finite"),
        (lambda model: as_kind(model, lambda weight: weight.to(torch.float8_e5m2)), "not finite"),
        (
            lambda model: model.update(
                {"encoder.layers.1.self_attn.relative_attention_bias.weight": torch.zeros(32, 4)}
            ),
            "position bias",
        ),
    ],
)
def test_weights_that_do_not_fit_are_refused(checkpoint, change, word):
    changed(checkpoint, lambda content: change(content["model"]))
    refused(checkpoint, word)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"fLaC" * 9, "no checkpoint"),
        (b"\x80\x02nonsense", "cut short|damaged"),
        (b"\x80\x02..", "cut short|damaged"),
    ],
)
def test_what_is_no_checkpoint_is_refused(tmp_path, content, word):
    path = tmp_path / "beats.pt"
    path.write_bytes(content)
    refused(path, word)


def test_more_memory_than_there_is_is_refused_before_anything_is_read(checkpoint, monkeypatch):
    monkeypatch.setattr("core.nets.encoders.reading.free_bytes", lambda: 1000)
    monkeypatch.setattr("torch.load", None)
    refused(checkpoint, r"needs 0\.0 GB of memory, and 0\.0 GB are free")


def test_a_missing_file_is_refused(tmp_path):
    refused(tmp_path / "none.pt", "no such file")


def as_earth_species(config, prefix: str = "backbone.") -> dict[str, torch.Tensor]:
    """The official weights under the names that AVEX gives them, tied tensors once."""
    renamed = {}
    for name, tensor in random_weights(config).items():
        if "relative_attention_bias" in name and ".0." not in name:
            continue
        name = name.replace("0.weight_g", "0.parametrizations.weight.original0")
        name = name.replace("0.weight_v", "0.parametrizations.weight.original1")
        renamed[prefix + name] = tensor.clone()
    extra = {
        f"{prefix}fbank.window": torch.ones(400),
        f"{prefix}fbank.mel_fb": torch.ones(257, 128),
    }
    return (
        renamed | extra | {"classifier.weight": torch.ones(3, 48), "classifier.bias": torch.ones(3)}
    )


@pytest.mark.parametrize("prefix", ["backbone.", "model.backbone.", "module.", ""])
def test_earth_species_weights_give_the_same_tokens(tmp_path, prefix):
    config = dataclasses.replace(SMALL, classes=6, max_distance=800)
    official, bare = tmp_path / "beats.pt", tmp_path / "beats.safetensors"
    write_random_checkpoint(official, config)
    save_file(as_earth_species(config, prefix), bare)
    clip = 0.1 * torch.randn(1, 16000, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(load_encoder(bare)[0](clip), load_encoder(official)[0](clip))


def test_earth_species_files_are_read_strictly(tmp_path):
    path = tmp_path / "beats.safetensors"
    weights = as_earth_species(SMALL)
    save_file(weights | {"backbone.surprise": torch.ones(1)}, path)
    refused(path, "unknown weights: surprise")
    weights.pop("backbone.encoder.layers.0.fc1.bias")
    save_file(weights, path)
    refused(path, "lacks weights: .*fc1.bias")
    save_file(as_earth_species(SMALL) | {"backbone.fbank.mel_fb": torch.ones(513, 256)}, path)
    refused(path, "another filterbank")
    save_file({"model.conv.weight": torch.ones(3)}, path)
    refused(path, "another network")
    path.write_bytes(path.read_bytes()[:-6])
    refused(path, "cut short")


def test_weights_that_unfold_into_more_than_the_file_are_refused(checkpoint):
    """A number and a stride of zero would be gigabytes once anyone looks at them."""

    def unfold(content) -> None:
        for name, weight in content["model"].items():
            content["model"][name] = torch.zeros(1).expand(weight.shape)

    changed(checkpoint, unfold)
    refused(checkpoint, "claims more weights than it holds")


def test_an_archive_that_unpacks_without_end_is_refused(tmp_path):
    path = tmp_path / "bomb.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(50_000_000))
    refused(path, "is packed")
