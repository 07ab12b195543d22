"""A RoBERTa is read from a folder; weights are drawn here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from core.errors import InputError
from core.nets.text_encoder import TextEncoder
from core.nets.words_folder import open_words_folder
from tests.core.nets.roberta import WIDTH, write_roberta


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny RoBERTa that was made to fill gaps, as those that are given away."""
    pytest.importorskip("transformers")
    place = tmp_path_factory.mktemp("roberta")
    write_roberta(place)
    return place


def test_vectors_are_those_of_transformers(folder: Path) -> None:
    import torch
    import transformers

    encoder = open_words_folder(folder)
    assert isinstance(encoder, TextEncoder)
    found = encoder.vectors("two distance calls, then song")
    net = transformers.RobertaForMaskedLM.from_pretrained(folder).eval()
    split = transformers.AutoTokenizer.from_pretrained(folder)
    with torch.no_grad():
        told = net(**split("two distance calls, then song", return_tensors="pt"), **ALL)
    assert found.shape == (6, WIDTH)
    assert np.allclose(found, told.hidden_states[-1][0].numpy(), atol=1e-6)


ALL = {"output_hidden_states": True}


def test_long_texts_are_cut(folder: Path) -> None:
    assert open_words_folder(folder).vectors("song " * 200).shape == (64, WIDTH)


def test_weights_that_are_missing_are_refused_in_a_line(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    some = load((folder / "model.safetensors").read_bytes())
    del some["roberta.encoder.layer.0.output.dense.weight"]
    (tmp_path / "model.safetensors").write_bytes(save(some, {"format": "pt"}))
    with pytest.raises(InputError, match=r"has no weights .*layer\.0\.output\.dense\.weight"):
        open_words_folder(tmp_path)


def test_pickled_weights_are_not_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    (tmp_path / "pytorch_model.bin").write_bytes(b"anything")
    with pytest.raises(InputError, match=r"is no folder with config.json and model.safetensors"):
        open_words_folder(tmp_path)
