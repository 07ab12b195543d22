"""Damaged files of every kind are read or refused in one line; ``make fuzz N=...`` takes more."""

from __future__ import annotations

import pytest

from tests.fuzz.run import fuzz
from tests.fuzz.targets import TARGETS

INPUTS = 40


@pytest.mark.parametrize("kind", TARGETS)
def test_damaged_files_are_read_or_refused_in_one_line(kind: str) -> None:
    if kind == "networks":
        pytest.importorskip("torch")
    tally = fuzz(kind, 0, INPUTS)
    assert not tally.faults
    assert tally.outcomes.total() == INPUTS
