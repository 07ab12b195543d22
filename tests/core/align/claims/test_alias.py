"""Song that repeats itself is told from song that does not, whatever way the path took."""

from __future__ import annotations

import numpy as np
import pytest

from core.align.alignment import Alias
from core.align.claims.alias import find_alias
from core.align.path import OffsetPath
from core.arrays import Floats
from core.evidence.surface import ScoreSurface

ROWS = 40
HERE_S, HEIGHT = 0.3, 6.0
GRID_S = -2.0 + 0.01 * np.arange(401)


def alias_of(rival_s: Floats, height: float, hop_s: float = 0.0) -> Alias | None:
    """What is found where every row has a second peak, so far beside the path's.

    Half-way the path hops.
    """
    score = np.random.default_rng(0).normal(scale=0.3, size=(ROWS, len(GRID_S)))
    path_s = np.where(np.arange(ROWS) < ROWS // 2, HERE_S, HERE_S + hop_s)
    for offset_s, peak in ((path_s, HEIGHT), (path_s + rival_s, height)):
        score += peak * np.exp(-0.5 * ((GRID_S - offset_s[:, None]) / 0.02) ** 2)
    surface = ScoreSurface(
        np.arange(ROWS, dtype=float), np.full(ROWS, -2.0), 0.01, score.astype(np.float32)
    )
    path = OffsetPath(path_s, path_s - 0.01, path_s + 0.01)
    return find_alias(surface, path, np.full(ROWS, HEIGHT))


@pytest.mark.parametrize(("height", "flagged"), [(5.5, True), (1.0, False)])
def test_a_rival_a_motif_later_raises_the_flag(height: float, flagged: bool) -> None:
    alias = alias_of(np.full(ROWS, 0.76), height)
    assert (alias is not None) == flagged
    if alias is not None:
        assert alias.shift_s == pytest.approx(0.76, abs=0.02)
        assert alias.sentence() == "0.76 s later fits almost as well"


@pytest.mark.parametrize(
    ("height", "hop_s", "flagged"), [(6.0, 0.4, True), (3.5, 0.4, False), (6.0, 0.05, False)]
)
def test_a_path_that_hops_is_doubted_where_every_second_fits_elsewhere(
    height: float, hop_s: float, flagged: bool
) -> None:
    """It outdoes every other that keeps its distance."""
    alias = alias_of(np.random.default_rng(1).uniform(0.3, 1.2, ROWS), height, hop_s)
    assert (alias is not None) == flagged
    if alias is not None:
        assert alias.sentence().startswith("much of it fits ")
