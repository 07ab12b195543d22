from __future__ import annotations

import itertools

import numpy as np
import pytest

from core.errors import InputError
from core.find.frames import STEP_S
from core.find.marks import Marks, search_again
from core.find.query import Query, Stretch, parsed_example, query_of
from core.find.search import Found, search
from tests.core.find.scenes import in_memory, unit

LENGTH = 24


def _quiet(rng: np.random.Generator, count: int = 3000) -> np.ndarray:
    return 0.05 * unit(rng, count)


def _planted(sound: np.ndarray, *places: tuple[int, np.ndarray]) -> list:
    """Two quiet recordings; the sound is in the first one's channel 0 at row 100."""
    rng = np.random.default_rng(1)
    channels = [_quiet(rng) for _ in range(4)]
    channels[0][100 : 100 + len(sound)] = sound
    for (channel, at), what in ((divmod(place, 3000), what) for place, what in places):
        channels[channel][at : at + len(what)] = what
    return in_memory((channels[0], channels[1]), (channels[2], channels[3]))


def _own(index: list, sound: np.ndarray) -> Query:
    stretch = Stretch(0, 0, 100 * STEP_S, (100 + len(sound)) * STEP_S)
    return query_of(index[0].channels[0], stretch, "first.wav")


def _places(found: list[Found]) -> list[tuple[int, int, float]]:
    return [(x.stretch.recording, x.stretch.channel, x.stretch.start_s) for x in found]


def test_finds_a_sound_again_wherever_it_is_but_not_itself() -> None:
    sound = unit(np.random.default_rng(0), LENGTH)
    index = _planted(sound, (3000 + 501, sound), (3 * 3000 + 2900, sound))
    found = search(index, _own(index, sound), 5)
    assert _places(found)[:2] == [(0, 1, 501 * STEP_S), (1, 1, 2900 * STEP_S)] or _places(found)[
        :2
    ] == [(1, 1, 2900 * STEP_S), (0, 1, 501 * STEP_S)]
    assert found[0].score > 0.9 > 0.5 > found[2].score
    assert (0, 0, 100 * STEP_S) not in _places(found)


def test_order_counts() -> None:
    sound = unit(np.random.default_rng(0), LENGTH)
    index = _planted(sound, (2 * 3000 + 700, sound[::-1]), (3 * 3000 + 900, sound))
    found = search(index, _own(index, sound), 2)
    assert found[0].stretch.recording == 1
    assert found[0].stretch.channel == 1
    assert found[1].score < 0.6


def test_a_sound_a_tenth_slower_is_found_with_its_own_length() -> None:
    steps = np.cumsum(unit(np.random.default_rng(0), LENGTH), axis=0)
    sound = (steps / np.linalg.norm(steps, axis=1, keepdims=True)).astype(np.float32)
    at = np.linspace(0, LENGTH - 1, round(1.1 * LENGTH))
    slow = np.stack([np.interp(at, np.arange(LENGTH), row) for row in sound.T], axis=1)
    index = _planted(sound, (2 * 3000 + 700, slow.astype(np.float32)))
    best = search(index, _own(index, sound), 1)[0].stretch
    assert best.start_s == pytest.approx(700 * STEP_S, abs=0.03)
    assert best.end_s - best.start_s == pytest.approx(len(slow) * STEP_S)


def test_no_sound_is_found_twice() -> None:
    rng = np.random.default_rng(0)
    held = np.repeat(unit(rng, 1), 60, axis=0)
    index = _planted(held[:LENGTH], (2 * 3000 + 700, held))
    found = [x for x in search(index, _own(index, held[:LENGTH]), 10) if x.score > 0.5]
    spans = sorted((x.stretch.start_s, x.stretch.end_s) for x in found)
    assert all(
        later[0] >= earlier[1] - 0.5 * LENGTH * STEP_S
        for earlier, later in itertools.pairwise(spans)
    )


def test_recordings_shorter_than_the_query_have_no_hits() -> None:
    rng = np.random.default_rng(0)
    sound = unit(rng, LENGTH)
    index = [*_planted(sound), *in_memory((_quiet(rng, 5), _quiet(rng, 5)))]
    assert {x.stretch.recording for x in search(index, _own(index, sound), 50)} <= {0, 1}


def test_what_is_marked_wrong_goes_and_takes_its_like_along() -> None:
    rng = np.random.default_rng(3)
    sound, other = unit(rng, LENGTH), unit(rng, LENGTH)
    true, false = sound + 0.7 * unit(rng, LENGTH), sound + 0.6 * other
    places = [(2 * 3000 + 200 * n, false if n % 2 else true) for n in range(1, 9)]
    index = _planted(sound, *places)
    query = _own(index, sound)
    first = search(index, query, 8)

    def is_true(found: Found) -> bool:
        return round(found.stretch.start_s / STEP_S / 200) % 2 == 0

    marks = Marks(
        tuple([x for x in first if is_true(x)][:1]), tuple([x for x in first if not is_true(x)][:1])
    )
    again = search_again(index, query, marks, 7)
    assert again[0] == marks.right[0]
    assert marks.wrong[0] not in again
    assert [is_true(x) for x in again[:4]] == [True] * 4


def test_one_wrong_mark_brings_up_the_quieter_of_two_sounds_in_the_example() -> None:
    rng = np.random.default_rng(4)
    quiet, loud = unit(rng, LENGTH), unit(rng, LENGTH)
    wanted = [2 * 3000 + 200 * n for n in range(1, 5)]
    others = [3 * 3000 + 200 * n for n in range(1, 13)]
    index = _planted(
        0.4 * quiet + 0.8 * loud,
        *((at, 0.9 * quiet) for at in wanted),
        *((at, 0.9 * loud + 0.2 * unit(rng, LENGTH)) for at in others),
    )
    query = _own(index, quiet)
    first = search(index, query, 12)
    assert {x.stretch.channel for x in first} == {1}
    again = search_again(index, query, Marks((), (first[0],)), 4)
    assert {round(x.stretch.start_s / STEP_S) for x in again} == {at - 6000 for at in wanted}
    assert {x.stretch.channel for x in again} == {0}


@pytest.mark.parametrize(
    ("start_s", "end_s", "told"),
    [
        (1.0, 1.01, "is 0.01 s long; mark 0.04 to 5 s."),
        (1.0, 7.0, "is 6 s long; mark 0.04 to 5 s."),
        (58.0, 61.0, "ends after channel 0, which lasts 60.00 s; mark a stretch within it."),
        (3.0, 4.0, "holds nothing that stands out on channel 0; mark a stretch with a sound."),
    ],
)
def test_an_example_of_no_use_is_refused(start_s: float, end_s: float, told: str) -> None:
    index = _planted(unit(np.random.default_rng(0), LENGTH))
    with pytest.raises(InputError) as refused:
        query_of(index[0].channels[0], Stretch(0, 0, start_s, end_s), "first.wav")
    assert str(refused.value).endswith(told)


def test_examples_are_read_from_names_with_colons() -> None:
    assert parsed_example("a:b.wav:12.3-13.1") == ("a:b.wav", 12.3, 13.1)
    for text in ("a.wav", "a.wav:3", "a.wav:x-y", "a.wav:-1-2"):
        with pytest.raises(ValueError, match=text):
            parsed_example(text)
