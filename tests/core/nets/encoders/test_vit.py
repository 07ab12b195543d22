"""EAT and BAT against a plain reference, written from their publications and public code."""

from __future__ import annotations

import re

import pytest
import torch
import torchaudio
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from core.errors import InputError
from core.nets.encoders.checkpoint import load_encoder
from core.nets.encoders.vit import VitConfig
from core.nets.encoders.vit_layout import vit_shapes

SMALL = {"patch_size": 16, "layers": 3, "width": 128, "ffn_width": 96, "heads": 2, "positions": 64}
KINDS = {"EAT": VitConfig(**SMALL), "BAT": VitConfig(**SMALL, gated=True)}


def weights(config: VitConfig, seed: int = 0) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    made = {}
    for name, shape in vit_shapes(config).items():
        value = torch.randn(shape, generator=generator)
        if "norm" in name and name.endswith("weight"):
            value = 1 + 0.3 * value
        elif len(shape) == 2:
            value *= 1.5 * shape[1] ** -0.5
        made[name] = value
    return made


def as_eat(official: dict[str, Tensor]) -> dict[str, Tensor]:
    """Under the names of EAT's own code, with what pre-training leaves beside them."""
    names = {
        "patch_embed": "modality_encoders.IMAGE.local_encoder",
        "cls_token": "modality_encoders.IMAGE.extra_tokens",
        "pos_embed": "modality_encoders.IMAGE.fixed_positional_encoder.positions",
        "pre_norm": "modality_encoders.IMAGE.context_encoder.norm",
    }
    found = {}
    for name, weight in official.items():
        first = name.split(".")[0]
        found[name.replace(first, names.get(first, first), 1)] = weight
    return found | {"modality_encoders.IMAGE.decoder.proj.weight": torch.ones(3)}


def heard(samples: int = 16_000) -> Tensor:
    clips = 0.1 * torch.randn(2, samples, generator=torch.Generator().manual_seed(1))
    clips[0, : samples // 3] *= 0.01
    return clips + 0.05


def levels_as_published(kind: str, clip: Tensor) -> Tensor:
    if kind == "EAT":
        energy = torchaudio.compliance.kaldi.fbank(
            (clip - clip.mean())[None],
            htk_compat=True,
            sample_frequency=16_000,
            use_energy=False,
            window_type="hanning",
            num_mel_bins=128,
            dither=0.0,
            frame_shift=10,
        )
        return (energy + 4.268) / (4.569 * 2)
    mel = torchaudio.transforms.MelSpectrogram(16_000, n_fft=1024, hop_length=160, n_mels=128)
    level = torchaudio.transforms.AmplitudeToDB("power", top_db=80)(mel(clip))
    return ((level - level.min()) / (level.max() - level.min() + 1e-8)).T


def layers_as_published(kind: str, w: dict[str, Tensor], clip: Tensor) -> list[Tensor]:
    """One clip through the transformer, step by step."""
    config = KINDS[kind]
    level = levels_as_published(kind, clip)
    tall, wide = len(level) // 16, 128 // 16
    tokens = [w["cls_token"][0, 0]]
    for n in range(tall * wide):
        time, band = 16 * (n // wide), 16 * (n % wide)
        patch = level[time : time + 16, band : band + 16]
        projected = (w["patch_embed.proj.weight"][:, 0] * patch).sum((1, 2))
        tokens.append(projected + w["patch_embed.proj.bias"] + w["pos_embed"][0, n])

    def norm(x: Tensor, name: str) -> Tensor:
        return functional.layer_norm(x, x.shape[-1:], w[f"{name}.weight"], w[f"{name}.bias"], 1e-6)

    def linear(x: Tensor, name: str) -> Tensor:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    x = norm(torch.stack(tokens), "pre_norm")
    found = [x[1:]]
    for n in range(config.layers):
        block = f"blocks.{n}"
        query, key, value = linear(x, f"{block}.attn.qkv").chunk(3, dim=-1)
        parts = []
        for q, k, v in zip(*(z.split(64, dim=-1) for z in (query, key, value)), strict=True):
            parts.append(torch.softmax(q @ k.T / 8.0, dim=-1) @ v)
        attended = torch.cat(parts, dim=-1)
        if config.gated:
            attended = attended * torch.sigmoid(linear(x, f"{block}.attn.gate"))
        x = norm(x + linear(attended, f"{block}.attn.proj"), f"{block}.norm1")
        wide_ = functional.gelu(linear(x, f"{block}.mlp.fc1"))
        x = norm(x + linear(wide_, f"{block}.mlp.fc2"), f"{block}.norm2")
        found.append(x[1:])
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_layer_equals_the_publication(kind, tmp_path):
    path = tmp_path / "vit.safetensors"
    save_file(weights(KINDS[kind]), path)
    encoder, _ = load_encoder(path)
    with torch.no_grad():
        found, tokens = encoder.layers(heard()), encoder.tokens(heard())
    expected = [layers_as_published(kind, weights(KINDS[kind]), clip) for clip in heard()]
    assert found.shape == (4, 2, 48, 128)
    assert encoder.grid(16_000) == (6, 8)
    for n in range(4):
        torch.testing.assert_close(
            found[n], torch.stack([clip[n] for clip in expected]), atol=1e-4, rtol=1e-4
        )
    torch.testing.assert_close(tokens, found[-1])


def test_files_of_all_layouts_give_the_same_tokens(tmp_path):
    """Bare, behind a prefix, as fairseq keeps EAT, and as BAT's training keeps its student."""
    for kind, layouts in {
        "EAT": (
            lambda w: {"model": as_eat(w), "cfg": {}},
            lambda w: (
                {f"model.{n}": v for n, v in w.items()} | {"model.fc_norm.bias": torch.ones(2)}
            ),
        ),
        "BAT": (
            lambda w: {
                "state_dict": {f"student.encoder.{n}": v for n, v in w.items()}
                | {f"teacher.encoder.{n}": v + 1 for n, v in w.items()}
            },
            lambda w: {f"encoder.{n}": v for n, v in w.items()},
        ),
    }.items():
        save_file(weights(KINDS[kind]), tmp_path / "bare.safetensors")
        expected = load_encoder(tmp_path / "bare.safetensors")[0].tokens(heard())
        for layout in layouts:
            torch.save(layout(weights(KINDS[kind])), tmp_path / "file.pt")
            found = load_encoder(tmp_path / "file.pt")[0].tokens(heard())
            torch.testing.assert_close(found, expected)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda w: w.pop("blocks.2.norm1.bias"), "lacks weights: blocks.2.norm1.bias"),
        (lambda w: w.update({"blocks.1.surprise": torch.ones(2)}), "unknown weights: blocks.1.sur"),
        (lambda w: w.update({"pre_norm.bias": torch.ones(5)}), "has the shape"),
        (lambda w: w.update({"cls_token": w["cls_token"] * torch.nan}), "not finite"),
        (lambda w: w.pop("pos_embed"), "lacks weights: pos_embed"),
        (
            lambda w: w.update({"patch_embed.proj.weight": torch.ones(70, 1, 16, 16)}),
            "width 70 does not divide",
        ),
    ],
)
def test_weights_that_do_not_fit_are_refused(change, word, tmp_path):
    made = weights(KINDS["EAT"])
    change(made)
    save_file(made, tmp_path / "vit.safetensors")
    with pytest.raises(InputError) as caught:
        load_encoder(tmp_path / "vit.safetensors")
    assert re.search(word, str(caught.value))


def test_another_sample_rate_is_refused(tmp_path):
    save_file(weights(KINDS["EAT"]), tmp_path / "vit.safetensors", {"sample_rate": "32000"})
    with pytest.raises(InputError, match="sample_rate is 32000, only 16000 is known"):
        load_encoder(tmp_path / "vit.safetensors")
