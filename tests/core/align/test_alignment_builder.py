"""What is said of a whole recording follows from what is said of its keypoints."""

from __future__ import annotations

import numpy as np
import pytest

from core.align.alignment import Alignment, Decision, DecodedEvidence
from core.align.alignment_builder import PINNED, UNALIGNABLE, build_alignment
from core.align.claims.row_claims import step_beside
from core.align.limits import CERTAIN
from core.align.path import Refinement
from core.align.scores import CandidateScores
from core.arrays import Floats
from core.evidence.surface import ScoreSurface

ROWS = 100
GRID_S = -2.0 + 0.01 * np.arange(401)


def built(
    in_doubt: int,
    decided: dict[int, Decision] | None = None,
    *,
    offset_s: Floats | float = 0.3,
    tolerance_s: float = 0.05,
) -> Alignment:
    """Of clear rows, some of which may as well lie a quarter of a second away."""
    true_s = np.broadcast_to(offset_s, ROWS)[:, None]
    peak = np.exp(-0.5 * ((GRID_S - true_s) / 0.02) ** 2)
    other = np.exp(-0.5 * ((GRID_S - true_s - 0.25) / 0.02) ** 2)
    posterior = peak.copy()
    posterior[40 : 40 + in_doubt] += 0.9 * other[40 : 40 + in_doubt]
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
        tolerance_s=tolerance_s,
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


@pytest.mark.parametrize(("tolerance_s", "doubted"), [(0.05, [59, 60]), (0.5, [])])
def test_seconds_beside_a_step_of_the_clock_are_not_claimed(
    tolerance_s: float, doubted: list[int]
) -> None:
    """What is loud in them may be on the other side; so wide a tolerance holds both sides."""
    offset_s = np.where(np.arange(ROWS) < 60, 0.3, 0.6)
    keypoints = built(0, offset_s=offset_s, tolerance_s=tolerance_s).keypoints
    assert np.flatnonzero(keypoints.confidence <= 0.89).tolist() == doubted
    said = [row for row, why in enumerate(keypoints.reason) if "steps by +0.30 s" in why]
    assert said == doubted


def test_what_a_person_decided_beside_a_step_stands() -> None:
    offset_s = np.where(np.arange(ROWS) < 60, 0.3, 0.6)
    keypoints = built(0, {59: Decision(59, PINNED)}, offset_s=offset_s).keypoints
    assert keypoints.confidence[59] >= CERTAIN
    assert keypoints.reason[59] == PINNED


@pytest.mark.parametrize("apart_s", [1.0, 10.0])
def test_a_clock_of_the_fastest_drift_does_not_step(apart_s: float) -> None:
    offset_s = 0.045 * apart_s * np.arange(ROWS) - 1.0
    step_s = step_beside(apart_s * np.arange(ROWS), offset_s, 0.02)
    assert not step_s.any()
