"""What a text asks for: a sentence that is understood, a label of one's own, or any words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.find.indexing import Index
from core.find.search import Found
from core.find.words.any_words import Model, search_any_words
from core.find.words.own_labels import FEWEST, Labelled, OwnLabels, search_label, too_few
from core.find.words.own_sentences import search_own_words
from core.find.words.searching import search_words
from core.find.words.sentence import WORDS, Sentence, parsed
from core.find.words.text_tower import Encoder, TextTower, open_tower, search_by_tower
from core.steps import Steps


@dataclass(frozen=True, slots=True)
class OwnLabel:
    """A label that is looked up by its examples."""

    name: str
    examples: tuple[Labelled, ...]


@dataclass(frozen=True, slots=True)
class OwnSentence:
    """A sentence that names labels, with the examples of each."""

    sentence: Sentence
    examples: Mapping[str, tuple[Labelled, ...]]


@dataclass(frozen=True, slots=True)
class AnyWords:
    """A text that a model of a person's own looks up."""

    text: str
    model: Model | TextTower


Asked = Sentence | OwnLabel | OwnSentence | AnyWords


def understood(text: str, own: OwnLabels) -> Sentence | OwnLabel | OwnSentence:
    """What is meant by a text; a label of one's own comes before the words of the model.

    Raises
    ------
    InputError
        If a word is not known, or a label has one example.
    """
    name = own.named(text)
    if name is not None and len(own.examples[name]) >= FEWEST:
        return OwnLabel(name, own.examples[name])
    if name is not None and name.casefold() not in WORDS:
        too_few(name, "one")
    labels = (
        each
        for each, examples in own.examples.items()
        if len(examples) >= FEWEST or each.casefold() not in WORDS
    )
    sentence = parsed(text, tuple(labels))
    named = {word: own.examples[word] for _, word in sentence.runs if word in own.examples}
    for word, examples in named.items():
        if len(examples) < FEWEST:
            too_few(word, "one")
    return OwnSentence(sentence, named) if named else sentence


def needs_shipped_net(asked: object) -> bool:
    """Whether what is asked names words that only the shipped net understands."""
    if isinstance(asked, OwnSentence):
        return any(word not in asked.examples for _, word in asked.sentence.runs)
    return isinstance(asked, Sentence)


def any_words(text: str, folder: Path, model: Model | Encoder) -> AnyWords:
    """A text, and what looks it up with the model of a folder.

    Raises
    ------
    InputError
        If a text encoder has no head.
    """
    return AnyWords(text, open_tower(folder, model) if isinstance(model, Encoder) else model)


def answered(index: Index, asked: Asked, top: int) -> Steps[list[Found]]:
    """The places that a text tells of, best first; yields the share of the work done.

    Raises
    ------
    InputError
        If too few examples of a label can be heard, or the audio cannot be read.
    """
    if isinstance(asked, AnyWords):
        if isinstance(asked.model, TextTower):
            return (yield from search_by_tower(index, asked.text, asked.model, top))
        return (yield from search_any_words(index, asked.text, asked.model, top))
    if isinstance(asked, OwnLabel):
        yield 0.0
        return search_label(index, asked.name, asked.examples, top)
    if isinstance(asked, OwnSentence):
        return (yield from search_own_words(index, asked.sentence, asked.examples, top))
    return (yield from search_words(index, asked, top))
