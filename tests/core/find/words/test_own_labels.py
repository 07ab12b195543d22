from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InputError
from core.find.collection import collection_of
from core.find.frames import CompactFrames
from core.find.indexing import Index, indexed
from core.find.words.asking import OwnLabel, answered, needs_shipped_net, understood
from core.find.words.own_labels import OwnLabels, own_labels
from core.find.words.sentence import Sentence
from core.steps import result_of
from tests.core.find.scenes import call, write

RISING, FALLING = call(2000, 4000), call(5000, 3500)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two recordings; in the first, rising calls are labelled on both channels, one falling one."""
    place = tmp_path_factory.mktemp("labelled")
    write(place / "a.wav", ([(2.0, RISING), (5.0, FALLING)], [(7.0, RISING)]))
    write(place / "b.wav", ([(4.0, FALLING)], [(3.0, FALLING), (9.0, RISING)]), seed=1)
    (place / "a.txt").write_text("2.0\t2.2\tWren\n5.0\t5.2\tcoal tit\n", encoding="utf-8")
    (place / "a.channel1.txt").write_text("7.0\t7.2\tWren\n", encoding="utf-8")
    (place / "b.txt").write_text("4.0\tno time\tWren\n", encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def index(folder: Path) -> Index:
    return result_of(indexed(collection_of(folder), CompactFrames()))


@pytest.fixture(scope="module")
def own(index: Index) -> OwnLabels:
    return own_labels(index.collection)


def test_a_label_is_found_where_nobody_has_labelled(index: Index, own: OwnLabels) -> None:
    asked = understood("wren", own)
    assert isinstance(asked, OwnLabel)
    best, *_ = result_of(answered(index, asked, 5))
    assert best.stretch[:2] == (1, 1)
    assert best.stretch.start_s == pytest.approx(9.0, abs=0.04)


def test_labelled_places_are_no_hits(index: Index, own: OwnLabels) -> None:
    found = [each.stretch for each in result_of(answered(index, understood("Wren", own), 50))]
    assert not any(x[:2] == (0, 0) and abs(x.start_s - 2.0) < 0.1 for x in found)
    assert not any(x[:2] == (0, 1) and abs(x.start_s - 7.0) < 0.1 for x in found)


def test_a_label_with_one_example_is_refused_in_a_line(own: OwnLabels) -> None:
    with pytest.raises(InputError, match="'coal tit' needs two examples to be found by, and has o"):
        understood("Coal tit", own)


def test_an_unknown_word_is_told_with_own_labels(own: OwnLabels) -> None:
    with pytest.raises(InputError, match=r"'robin' is not known.* your labels Wren, coal tit"):
        understood("robin", own)


def test_own_labels_leave_the_words_of_the_model(own: OwnLabels) -> None:
    assert isinstance(understood("two tets, then song", own), Sentence)


def test_labels_that_cannot_be_read_are_left_out_and_told(own: OwnLabels) -> None:
    assert len(own.examples["Wren"]) == 2
    (note,) = own.notes
    assert note.startswith("b.txt: its labels are left out, ")


def test_silent_examples_are_none(index: Index) -> None:
    label = own_labels(index.collection).examples["Wren"][0]
    silent = type(label)(label.searched, 0, 10.0, 10.2)
    with pytest.raises(InputError, match="has 1 that can be heard"):
        result_of(answered(index, OwnLabel("Wren", (label, silent)), 5))


def test_labels_belong_to_the_recording_with_the_longest_name(tmp_path: Path) -> None:
    for name in ("a.wav", "a.b.wav"):
        write(tmp_path / name, ([(2.0, RISING)], []))
    text = (
        "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tAnnotation\n1\tx\t1\t2\t2.2\ttit\n"
    )
    (tmp_path / "a.b.Table.1.selections.txt").write_text(text, encoding="utf-8")
    (example,) = own_labels(collection_of(tmp_path)).examples["tit"]
    assert example.searched.name == "a.b.wav"


def test_counts_and_orders_of_own_labels_are_found(tmp_path: Path) -> None:
    """In b, two rising calls come before a falling one; elsewhere one does, or comes after it."""
    write(tmp_path / "a.wav", ([(2.0, RISING), (4.0, FALLING), (9.0, RISING), (11.0, FALLING)], []))
    told = [(1.5, FALLING), (2.5, RISING), (17.0, RISING), (18.0, RISING), (19.0, FALLING)]
    write(tmp_path / "b.wav", ([(33.0, RISING), (34.0, FALLING)], told), 40.0, seed=1)
    text = "2\t2.2\tup_call\n4\t4.2\tdown\n9\t9.2\tup_call\n11\t11.2\tdown\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    index = result_of(indexed(collection_of(tmp_path), CompactFrames()))
    own = own_labels(index.collection)
    best, *_ = result_of(answered(index, understood("two up calls, then down", own), 5))
    assert best.stretch[:2] == (1, 1)
    assert best.stretch.start_s <= 17.0 < 19.2 <= best.stretch.end_s
    assert 0.5 < best.score <= 1
    other, *_ = result_of(answered(index, understood("down, then one up call", own), 5))
    assert other.stretch[:2] == (0, 0)
    assert other.stretch.start_s <= 4.0 < 9.0 <= other.stretch.end_s
    assert needs_shipped_net(understood("down, then song", own))
    assert not needs_shipped_net(understood("two up calls, then down", own))


def test_a_label_of_one_example_in_a_sentence_is_refused(own: OwnLabels) -> None:
    with pytest.raises(InputError, match="'coal tit' needs two examples"):
        understood("two Wrens, then coal tit", own)
