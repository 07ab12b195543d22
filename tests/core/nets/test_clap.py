"""A CLAP is read from a folder; weights are drawn here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from core.errors import InputError
from core.nets.words_folder import open_words_folder
from tests.core.nets.tokenizers import write_tokenizer


def test_a_folder_of_something_else_is_refused_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is no folder with config.json and model.safetensors"):
        open_words_folder(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"")
    for config, told in (("{", "no JSON"), ('{"model_type": "gpt2"}', "of the kind 'gpt2'")):
        (tmp_path / "config.json").write_text(config, encoding="utf-8")
        with pytest.raises(InputError, match=told):
            open_words_folder(tmp_path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny CLAP with weights that mean nothing."""
    transformers = pytest.importorskip("transformers")
    import torch

    place = tmp_path_factory.mktemp("clap")
    torch.manual_seed(0)
    text = {"vocab_size": 8, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    text |= {"intermediate_size": 16, "max_position_embeddings": 16, "pad_token_id": 0}
    audio = {"patch_embeds_hidden_size": 8, "hidden_size": 64, "depths": [1] * 4}
    audio |= {"num_attention_heads": [1] * 4}
    config = transformers.ClapConfig(text_config=text, audio_config=audio, projection_dim=8)
    transformers.ClapModel(config).save_pretrained(place)
    write_tokenizer(place)
    return place


def test_texts_and_sounds_come_to_one_space(folder: Path) -> None:
    model = open_words_folder(folder)
    rng = np.random.default_rng(0)
    clips = [rng.standard_normal(6 * model.rate_hz).astype(np.float32) for _ in range(2)]
    told, heard = model.text("a wren sings"), model.sounds(clips)
    assert told.shape == heard[0].shape == (8,)
    assert np.allclose(np.linalg.norm([told, *heard], axis=1), 1.0, atol=1e-5)
    assert not np.allclose(model.text("a"), told)
    assert np.allclose(open_words_folder(folder).text("a wren sings"), told)


def test_weights_that_are_cut_short_are_refused_in_a_line(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    whole = (folder / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="cannot be read"):
        open_words_folder(tmp_path)
    some = load(whole)
    del some["text_projection.linear1.weight"]
    (tmp_path / "model.safetensors").write_bytes(save(some, {"format": "pt"}))
    with pytest.raises(InputError, match=r"has no weights text_projection\.linear1\.weight"):
        open_words_folder(tmp_path)
