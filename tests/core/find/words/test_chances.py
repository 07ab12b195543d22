from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from core.find.words.chances import chances
from core.find.words.sentence import COUNTS, Sentence

SOUNDS = ("", "tet", "song")
STEPS = 9
ALL = np.eye(3, dtype=np.float32)[:, 1:]


@pytest.mark.parametrize("one", COUNTS)
def test_of_certain_sounds_it_is_what_a_sentence_is_true_of(one: str) -> None:
    rng = np.random.default_rng(0)
    happened = rng.integers(3, size=(3000, STEPS))
    starts = np.arange(0, happened.size, STEPS)
    events = [[SOUNDS[each] for each in row if each] for row in happened]
    told = [Sentence(((one, "tet"), (two, "song"))) for two in COUNTS] + [Sentence(((one, "tet"),))]
    for sentence in told:
        begins = ALL[happened.ravel(), : len(sentence.runs)]
        wanted = [sentence.is_told_by(each) for each in events]
        assert 0 < sum(wanted) < len(wanted)
        assert (chances(begins, starts, steps=STEPS, sentence=sentence) == wanted).all()


def test_of_uncertain_sounds_it_is_the_sum_over_all_that_may_happen() -> None:
    sentence = Sentence((("two", "tet"), ("any", "song")))
    begins = np.random.default_rng(1).dirichlet((1, 1, 1), 6).astype(np.float32)
    wanted = sum(
        np.prod([begins[step, each] for step, each in enumerate(happened)])
        for happened in product(range(3), repeat=6)
        if sentence.is_told_by([SOUNDS[each] for each in happened if each])
    )
    found = chances(begins[:, 1:], np.zeros(1, dtype=np.intp), steps=6, sentence=sentence)
    assert found == pytest.approx(wanted, abs=1e-5)


def test_sounds_that_are_both_sure_at_a_step_are_as_likely_as_each_other() -> None:
    sentence = Sentence((("one", "tet"), ("one", "song")))
    begins = np.array([[1, 0], [1, 1], [0, 1]], dtype=np.float32)
    found = chances(begins[:2], np.zeros(1, dtype=np.intp), steps=2, sentence=sentence)
    assert found == pytest.approx(0.5)
    found = chances(begins, np.zeros(1, dtype=np.intp), steps=3, sentence=sentence)
    assert found == pytest.approx(0.0)
