"""A head above a text encoder is trained, and ``finchsync find`` uses it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.making import fit_words, word_clips
from benchmarks.making.word_texts import phrase
from core.find.words.sentence import Sentence, parsed
from tests.core.find.scenes import call, write
from tests.core.nets.roberta import write_roberta


def test_sentences_are_said_as_they_are_understood() -> None:
    for text in ("two distance calls, then any songs", "one tet", "many hops, then three flaps"):
        sentence = parsed(text)
        assert parsed(phrase(sentence.tokens)) == sentence
    assert phrase(Sentence((("one", "tet"), ("any", "hop"))).tokens) == "one tet, then hops"


@pytest.mark.slow
def test_a_head_above_a_roberta_is_trained_and_used(
    finchsync: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("transformers")
    model, work, place = (tmp_path / name for name in ("model", "work", "songs"))
    for folder in (model, work):
        folder.mkdir()
    write_roberta(model)
    write(place / "a.wav", ([(3.0, call(2000, 4000))], []), duration_s=20.0)
    ask = ["find", place, "--text", "a pair of hops", "--words-model", model, "--json"]
    untrained = finchsync(*ask)
    assert untrained.code == 2
    assert "fit_words --text-encoder" in untrained.err
    monkeypatch.setattr(word_clips, "JUDGED", word_clips.JUDGED[:3])
    command = ["--work", str(work), "--text-encoder", str(model), "--out", str(model)]
    argv = ["fit_words", *command, "--scenes", "3", "--steps", "5"]
    monkeypatch.setattr("sys.argv", argv)
    assert fit_words.main() == 0
    assert json.loads(finchsync(*ask).out)["hits"]
