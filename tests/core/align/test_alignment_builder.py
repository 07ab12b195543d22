"""What is said of a whole recording follows from what is said of its keypoints."""

from __future__ import annotations

import numpy as np
import pytest

from core.align.alignment import Alignment, Decision, DecodedEvidence
from core.align.alignment_builder import UNALIGNABLE, build_alignment
from core.align.limits import CERTAIN
from core.align.path import Refinement
from core.align.scores import CandidateScores
from core.evidence.surface import ScoreSurface

ROWS = 100
GRID_S = -2.0 + 0.01 * np.arange(401)


def built(in_doubt: int, decided: dict[int, Decision] | None = None) -> Alignment:
    """Of clear rows, some of which may as well lie a quarter of a second away."""
    peak = np.exp(-0.5 * ((GRID_S - 0.3) / 0.02) ** 2)
    other = np.exp(-0.5 * ((GRID_S - 0.55) / 0.02) ** 2)
    posterior = np.tile(peak, (ROWS, 1))
    posterior[40 : 40 + in_doubt] += 0.9 * other
    posterior /= posterior.sum(axis=1, keepdims=True)
    score = np.random.default_rng(0).normal(scale=0.3, size=posterior.shape) + 6.0 * peak
    rows_s = np.arange(ROWS, dtype=float)
    surface = ScoreSurface(rows_s, np.full(ROWS, -2.0), 0.01, score.astype(np.float32))
    decoded = DecodedEvidence(
        surface=surface,
        posterior=posterior.astype(np.float32),
        log_evidence=300.0,
        related=np.ones(ROWS),
        refinement=Refinement.none(ROWS),
        candidates=CandidateScores.none(),
        duration_1_s=120.0,
        tolerance_s=0.05,
    )
    return build_alignment(decoded, rows_s, decided=decided)


@pytest.mark.parametrize(("in_doubt", "told"), [(0, False), (1, False), (3, True)])
def test_a_few_seconds_in_doubt_send_a_sure_file_to_review(in_doubt: int, told: bool) -> None:
    alignment = built(in_doubt)
    assert alignment.mean_confidence >= CERTAIN
    assert alignment.needs_review == told
    said = f"{in_doubt} of 100 keypoints are in doubt, most of all at 4"
    assert any(warning.startswith(said) for warning in alignment.warnings) == told


def test_what_a_person_set_aside_is_in_doubt_no_more() -> None:
    decided = {row: Decision(row, UNALIGNABLE) for row in (40, 41)}
    assert not built(3, decided).needs_review
