from __future__ import annotations

import pytest

from core.errors import InputError
from core.find.words.sentence import LENGTH, TOKENS, Sentence, parsed

DC, SONG, TET = "distance call", "song", "tet"


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("two distance calls, then song", (("two", DC), ("any", SONG))),
        ("a tet", (("one", TET),)),
        ("Three tets followed by a distance call.", (("three", TET), ("one", DC))),
        ("several songs", (("many", SONG),)),
        ("introductory notes and then the song", (("any", "introductory note"), ("any", SONG))),
    ],
)
def test_sentences_are_read(text: str, runs: tuple) -> None:
    assert parsed(text) == Sentence(runs)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("two chaffinches", "'chaffinches' is not known; known are tet, distance call, "),
        ("a loud purple tet", "'loud', 'purple' are not known"),
        ("then", "'then' names no sound"),
        ("tet, then song, then hop", "names more than two kinds of sounds, or one twice"),
        ("tet then tet", "names more than two kinds of sounds, or one twice"),
    ],
)
def test_what_is_not_known_is_said_with_what_is(text: str, told: str) -> None:
    with pytest.raises(InputError) as refused:
        parsed(text)
    assert told in str(refused.value)


def test_what_a_sentence_is_true_of() -> None:
    sentence = parsed("two distance calls, then song")
    assert sentence.is_told_by([DC, DC, SONG])
    assert sentence.is_told_by([SONG, DC, TET, DC, SONG, SONG])
    assert not sentence.is_told_by([DC, SONG])
    assert not sentence.is_told_by([DC, DC, DC, SONG])
    assert not sentence.is_told_by([SONG, DC, DC])
    assert parsed("tet").is_told_by([TET] * 9)
    assert parsed("many tets").is_told_by([TET] * 4)
    assert not parsed("many tets").is_told_by([TET] * 3)


def test_every_sentence_is_as_many_tokens() -> None:
    tokens = [parsed(text).tokens for text in ("tet", "two tets then one song")]
    assert [len(each) for each in tokens] == [LENGTH, LENGTH]
    assert [TOKENS[token] for token in tokens[1]] == ["two", "tet", "then", "one", "song"]
