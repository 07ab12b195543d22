from __future__ import annotations

import dataclasses
import sys

import pytest
import torch

from benchmarks.nets.random_weights import SMALL, write_random_checkpoint
from core.nets.encoders.checkpoint import load_encoder
from core.nets.encoders.config import BeatsConfig
from core.nets.encoders.fbank import KaldiFilterbank

VARIANTS = {
    "deep norm": SMALL,
    "deep norm, fine-tuned": dataclasses.replace(SMALL, classes=7),
    "post-norm, one width": dataclasses.replace(SMALL, deep_norm=False, patch_width=48),
    "layer norm first": dataclasses.replace(SMALL, deep_norm=False, layer_norm_first=True),
    "layer norm first, fine-tuned": dataclasses.replace(
        SMALL, deep_norm=False, layer_norm_first=True, classes=5
    ),
    "no gate, patch bias": dataclasses.replace(SMALL, gated_position=False, patch_bias=True),
    "odd kernel": dataclasses.replace(SMALL, position_taps=9),
    "no relative position": dataclasses.replace(
        SMALL, relative_position=False, gated_position=False
    ),
}


def clips(count: int = 3, samples: int = 16000, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    noise = 0.1 * torch.randn(count, samples, generator=generator)
    noise[0, : samples // 3] = 0.0
    return noise


def reference(path):
    """The reference implementation, of which the tests ask the same as of ours."""
    beats = pytest.importorskip(
        "speechbrain.lobes.models.beats", reason="speechbrain, the reference, is not installed"
    )
    _forget_lazy_modules()
    return beats.BEATs(str(path), freeze=True)


def _forget_lazy_modules() -> None:
    """Speechbrain leaves modules that import (and warn) when any attribute is read.

    Whoever walks through ``sys.modules`` afterwards, as hypothesis does, would set them off.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith("speechbrain.") and "LazyModule" in str(type(module).__mro__):
            del sys.modules[name]


@pytest.mark.parametrize("samples", [400, 559, 16000, 40001])
def test_filterbank_equals_torchaudios(samples):
    kaldi = pytest.importorskip("torchaudio.compliance.kaldi", reason="torchaudio is missing")
    heard = clips(3, samples)
    heard[2] = 0.0
    found = KaldiFilterbank()(heard)
    for clip, energies in zip(heard, found, strict=True):
        expected = kaldi.fbank(
            clip[None] * 2**15,
            num_mel_bins=128,
            sample_frequency=16000,
            frame_length=25,
            frame_shift=10,
        )
        assert energies.shape == expected.shape
        torch.testing.assert_close(energies, expected, atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("samples", [16000, 40000])
def test_tokens_equal_the_reference_in_every_layer(variant, samples, tmp_path):
    config = VARIANTS[variant]
    path = tmp_path / "beats.pt"
    write_random_checkpoint(path, config)
    theirs, (ours, _) = reference(path), load_encoder(path)
    theirs.output_all_hiddens = True
    heard = clips(2, samples)
    with torch.no_grad():
        answer = theirs.extract_features(heard, torch.ones(2))
        layers = answer[0].transpose(1, 2)
        found = ours.layers(heard)
        # The reference returns its last layer; with layer norm first the published
        # code norms that once more.
        last = theirs.encoder.layer_norm(layers[-1]) if config.layer_norm_first else layers[-1]
        tokens = ours(heard)
    torch.testing.assert_close(found, layers, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(tokens, last, atol=1e-4, rtol=1e-4)
    assert tokens.shape == (2, config.token_count(samples), config.width)
    assert tokens.std() > 0.1


def test_classes_equal_the_reference(tmp_path):
    path = tmp_path / "beats.pt"
    write_random_checkpoint(path, VARIANTS["deep norm, fine-tuned"])
    theirs, (ours, _) = reference(path), load_encoder(path)
    with torch.no_grad():
        expected = theirs.extract_features(clips(), torch.ones(3))[1]
        torch.testing.assert_close(ours.classify(clips()), expected, atol=1e-5, rtol=1e-4)


def test_the_published_size_equals_the_reference(tmp_path):
    """All sizes as published (90 million weights), one layer to save time."""
    path = tmp_path / "beats.pt"
    write_random_checkpoint(path, BeatsConfig(layers=1))
    theirs, (ours, _) = reference(path), load_encoder(path)
    with torch.no_grad():
        expected = theirs.extract_features(clips(2), torch.ones(2))[0]
        torch.testing.assert_close(ours(clips(2)), expected, atol=1e-4, rtol=1e-4)


def test_a_clip_is_embedded_alike_alone_and_in_company(tmp_path):
    path = tmp_path / "beats.pt"
    write_random_checkpoint(path)
    encoder, _ = load_encoder(path)
    with torch.no_grad():
        torch.testing.assert_close(
            encoder(clips(8))[3:4], encoder(clips(8)[3:4]), atol=1e-5, rtol=1e-4
        )


def test_the_positional_convolution_is_the_same_both_ways(tmp_path):
    path = tmp_path / "beats.pt"
    write_random_checkpoint(path, dataclasses.replace(SMALL, position_taps=128))
    position = load_encoder(path)[0].position
    for tokens in (1, 5, 48, 200):
        x = torch.randn(2, tokens, SMALL.width)
        with torch.no_grad():
            fast = position(x)
            slow = torch.nn.functional.gelu(position._direct(x))
        torch.testing.assert_close(fast, slow, atol=1e-4, rtol=1e-4)
