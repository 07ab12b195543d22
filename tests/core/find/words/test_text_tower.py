"""A text encoder with a head finds by words that nobody foresaw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from core.errors import InputError
from core.find.collection import collection_of
from core.find.indexing import Index, indexed
from core.find.words.asking import answered, any_words
from core.find.words.model import FILE
from core.find.words.text_tower import ENCODER, open_tower
from core.steps import result_of
from tests.core.find.scenes import Noise, write

WIDTH = 6


class Letters:
    """A vector a word, by its letters."""

    digest = "2" * 16

    def vectors(self, text: str) -> np.ndarray:
        rows = [np.random.default_rng([*word.encode()]).normal(size=WIDTH) for word in text.split()]
        return np.array(rows, dtype=np.float32)


def _write_head(folder: Path, made_for: str = Letters.digest) -> None:
    torch = pytest.importorskip("torch")
    from core.find.frames import WIDTH as FRAME
    from core.nets.words import WordConfig, WordSystem

    torch.manual_seed(0)
    system = WordSystem(WordConfig("all", 13, 6, FRAME, width=16, heads=2, vectors=WIDTH))
    save_file(system.weights(), folder / FILE, metadata={ENCODER: made_for})


@pytest.fixture
def index(tmp_path: Path) -> Index:
    write(tmp_path / "a.wav", ([], []), duration_s=20.0)
    return result_of(indexed(collection_of(tmp_path), Noise()))


def test_clips_are_ranked_by_any_text(index: Index, tmp_path: Path) -> None:
    _write_head(tmp_path)
    asked = any_words("birds that quarrel", tmp_path, Letters())
    found = result_of(answered(index, asked, 4))
    assert {round(hit.stretch.end_s - hit.stretch.start_s, 6) for hit in found} == {6.0}
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    other = result_of(answered(index, any_words("silence", tmp_path, Letters()), 4))
    assert [hit.score for hit in other] != [hit.score for hit in found]


def test_above_vectors_it_is_the_same_without_torch_and_filled_up() -> None:
    torch = pytest.importorskip("torch")
    from core.find.words.model import WordModel
    from core.nets.words import WordConfig, WordSystem

    torch.manual_seed(0)
    system = WordSystem(WordConfig("all", 13, 6, 32, width=16, heads=2, vectors=WIDTH)).eval()
    texts = [Letters().vectors(text) for text in ("two tets then song", "hop")]
    begins = np.random.default_rng(0).dirichlet(np.ones(7), (3, 75)).astype(np.float32)
    filled = np.stack([np.pad(each, ((0, 5 - len(each)), (0, 0))) for each in texts])
    with torch.no_grad():
        wanted = system.compared(torch.from_numpy(filled), torch.from_numpy(begins)).numpy()
    model = WordModel(system.weights())
    found = [model.scores(model.said(each), model.sound(begins)) for each in texts]
    assert np.allclose(found, wanted, atol=1e-5)


def test_without_a_head_it_is_said_how_one_is_trained(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no head .*fit_words --text-encoder"):
        open_tower(tmp_path, Letters())
    (tmp_path / FILE).write_bytes(b"none")
    with pytest.raises(InputError, match="holds no head"):
        open_tower(tmp_path, Letters())
    _write_head(tmp_path, made_for="3" * 16)
    with pytest.raises(InputError, match="was trained with another text encoder"):
        open_tower(tmp_path, Letters())
