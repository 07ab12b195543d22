"""What a process apart makes for a person's own model."""

from __future__ import annotations

from pathlib import Path

import pytest
from safetensors.numpy import save_file

from app.work.looking import Example, FoundHits, Made, SearcherApart, make_steps, search_steps
from core.errors import InputError
from core.find.collection import collection_of
from core.find.frames import CompactFrames
from core.find.marks import Marks
from core.find.query import Stretch
from core.find.words.model import FILE
from core.find.words.text_tower import ENCODER
from tests.core.find.scenes import call, write
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


def test_a_process_apart_finds_the_same_and_after_it_died_another_does(tmp_path: Path) -> None:
    rising = call(2000, 4000)
    places = [(at_s, rising) for at_s in (2.0, 5.0, 8.0)]
    write(tmp_path / "songs" / "a.wav", (places, []))
    collection = collection_of(tmp_path / "songs")
    list(make_steps(collection, None, ""))
    example = Example(7, Stretch(0, 0, 2.0, 2.2))
    asked = collection, (7,), example, Marks(), Made(CompactFrames().digest)
    *_, here = search_steps(*asked)
    searcher = SearcherApart()
    *_, apart = (step for step in searcher.steps(*asked) if step is not None)
    assert isinstance(here, FoundHits)
    assert isinstance(apart, FoundHits)
    assert (apart.keys, apart.hits) == ((7,), here.hits)
    process, _ = searcher._child.start()
    process.terminate()
    process.join()
    *_, again = (step for step in searcher.steps(*asked) if step is not None)
    assert isinstance(again, FoundHits)
    searcher.close()
