"""What a process apart makes for a person's own model."""

from __future__ import annotations

from pathlib import Path

import pytest
from safetensors.numpy import save_file

from app.work.looking import Made, make_steps
from core.errors import InputError
from core.find.collection import collection_of
from core.find.words.model import FILE
from core.find.words.text_tower import ENCODER
from tests.core.find.scenes import write
from tests.core.nets.roberta import WIDTH, write_roberta


def test_a_text_encoder_with_its_head_finds_words(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    from core.find.frames import WIDTH as FRAME
    from core.nets.words import WordConfig, WordSystem
    from core.nets.words_folder import open_words_folder

    model = tmp_path / "roberta"
    model.mkdir()
    write_roberta(model)
    write(tmp_path / "songs" / "a.wav", ([], []), duration_s=14.0)
    collection = collection_of(tmp_path / "songs")
    with pytest.raises(InputError, match="holds no head"):
        list(make_steps(collection, model, "a pair of hops"))
    system = WordSystem(WordConfig("all", 13, 6, FRAME, width=16, heads=2, vectors=WIDTH))
    digest = open_words_folder(model).digest
    save_file(system.weights(), model / FILE, metadata={ENCODER: digest})
    *_, made = make_steps(collection, model, "a pair of hops")
    assert isinstance(made, Made)
    assert {hit.stretch.channel for hit in made.found} == {0, 1}


def test_what_is_no_encoder_is_refused_in_a_line(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    write(tmp_path / "songs" / "a.wav", ([], []))
    (tmp_path / "notes.pt").write_bytes(b"no weights")
    with pytest.raises(InputError, match=r"notes\.pt"):
        list(make_steps(collection_of(tmp_path / "songs"), tmp_path / "notes.pt", ""))
