from __future__ import annotations

import pytest
import torch
import torchaudio
from torch import Tensor

from core.errors import InputError
from core.nets.embed import ClipEncoder
from core.nets.encoders.checkpoint import load_encoder

SIZES = {
    "extractor_conv_layer_config": [(32, 10, 5)] + [(32, 3, 2)] * 4 + [(32, 2, 2)] * 2,
    "encoder_embed_dim": 128,
    "encoder_projection_dropout": 0.1,
    "encoder_pos_conv_kernel": 16,
    "encoder_pos_conv_groups": 4,
    "encoder_num_layers": 3,
    "encoder_num_heads": 2,
    "encoder_attention_dropout": 0.1,
    "encoder_ff_interm_features": 96,
    "encoder_ff_interm_dropout": 0.0,
    "encoder_dropout": 0.1,
    "encoder_layer_drop": 0.05,
}
BASE = {"extractor_mode": "group_norm", "extractor_conv_bias": False}
BASE |= {"encoder_layer_norm_first": False}
LARGE = {"extractor_mode": "layer_norm", "extractor_conv_bias": True}
LARGE |= {"encoder_layer_norm_first": True}
WAVLM = {"encoder_num_buckets": 32, "encoder_max_distance": 800}
KINDS = {
    "HuBERT base": (torchaudio.models.wav2vec2_model, BASE | {"aux_num_out": None}),
    "HuBERT large, recognising": (torchaudio.models.wav2vec2_model, LARGE | {"aux_num_out": 9}),
    "WavLM base": (torchaudio.models.wavlm_model, BASE | WAVLM | {"aux_num_out": None}),
    "WavLM large": (torchaudio.models.wavlm_model, LARGE | WAVLM | {"aux_num_out": None}),
}


def made(kind: str):
    build, options = KINDS[kind]
    torch.manual_seed(3)
    model = build(**SIZES, **options).eval()
    for weight in model.parameters():
        weight.data += 0.05 * torch.randn_like(weight)
    return model


def heard() -> Tensor:
    return 0.1 * torch.randn(2, 16_000, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("kind", KINDS)
def test_every_layer_is_torchaudios_own(kind, tmp_path):
    theirs, path = made(kind), tmp_path / "bundle.pth"
    torch.save(theirs.state_dict(), path)
    encoder, _ = load_encoder(path)
    clips = heard()
    given = torch.nn.functional.layer_norm(clips, (16_000,)) if "large" in kind else clips
    with torch.no_grad():
        expected, _ = theirs.extract_features(given)
        found, tokens = encoder.layers(clips), encoder.tokens(clips)
    torch.testing.assert_close(found, torch.stack(expected), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(tokens, expected[-1], atol=1e-5, rtol=1e-5)
    assert encoder.grid(16_000) == (49, 1)
    assert tokens.shape == (2, 49, 128)
    assert encoder.depth == len(found) == 3


def test_weight_norm_by_its_old_names_is_read(tmp_path):
    theirs, path = made("HuBERT base"), tmp_path / "bundle.pth"
    old = {
        name.replace("parametrizations.weight.original0", "weight_g").replace(
            "parametrizations.weight.original1", "weight_v"
        ): weight
        for name, weight in theirs.state_dict().items()
    }
    torch.save(old, path)
    with torch.no_grad():
        torch.testing.assert_close(
            load_encoder(path)[0].tokens(heard()), theirs.extract_features(heard())[0][-1]
        )


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (
            lambda w: w.pop("encoder.transformer.layers.1.attention.k_proj.bias"),
            "lacks weights: encoder.transformer.layers.1",
        ),
        (lambda w: w.update(surprise=torch.ones(1)), "unknown weights: surprise"),
        (lambda w: w.pop("encoder.feature_projection.projection.weight"), "another network"),
        (
            lambda w: w.update({"encoder.transformer.layer_norm.bias": torch.ones(5)}),
            "has the shape",
        ),
    ],
)
def test_weights_that_do_not_fit_are_refused(change, word, tmp_path):
    weights = dict(made("HuBERT base").state_dict())
    change(weights)
    torch.save(weights, tmp_path / "bundle.pth")
    with pytest.raises(InputError, match=word):
        load_encoder(tmp_path / "bundle.pth")


def test_a_precision_that_an_encoder_has_not_is_refused(tmp_path):
    torch.save(made("HuBERT base").state_dict(), tmp_path / "bundle.pth")
    encoder = load_encoder(tmp_path / "bundle.pth")
    cpu = torch.device("cpu")
    with pytest.raises(InputError, match="is not for this encoder"):
        ClipEncoder(*encoder, cpu, "int8")
    halved = ClipEncoder(*encoder, cpu, "half").embed(heard())
    exact = ClipEncoder(*encoder, cpu).embed(heard())
    assert torch.nn.functional.cosine_similarity(halved.flatten(), exact.flatten(), dim=0) > 0.99
