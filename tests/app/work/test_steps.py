"""The fake aligner keeps the real one's promises, so that tests of the window show what is true."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import write_calls
from fakes import fake_steps

from core.align.aligner import align_steps
from core.align.alignment import Alignment, Progress
from core.align.rankings import Ranking
from core.audio.recording import open_recording
from core.evidence.surface import ScoreSurface


@pytest.mark.parametrize("steps", [fake_steps, align_steps])
@pytest.mark.parametrize(
    "time_0_s",
    [np.arange(8.0), np.arange(3.0, 8.0), np.arange(0.0, 8.0, 0.5), np.arange(2.3, 8.0, 0.5)],
    ids=["the grid", "a later start", "half seconds", "off the grid"],
)
def test_steps_of_an_aligner(steps: Callable, time_0_s: np.ndarray, tmp_path: Path) -> None:
    write_calls(tmp_path / "calls.wav", duration_s=8.0)
    found = list(steps(open_recording(tmp_path / "calls.wav"), time_0_s))

    shares = [step.fraction for step in found if isinstance(step, Progress)]
    assert np.all(np.diff([0.0, *shares, 1.0]) >= 0)
    (surface,) = (step for step in found if isinstance(step, ScoreSurface))
    first_batch = next(i for i, step in enumerate(found) if isinstance(step, Ranking))
    assert found.index(surface) < first_batch
    (alignment,) = (step for step in found if isinstance(step, Alignment))
    assert found[-1] is alignment

    np.testing.assert_array_equal(alignment.keypoints.time_0_s, time_0_s)
    assert alignment.surface is surface
    rows_s = surface.time_0_s
    np.testing.assert_allclose(np.diff(rows_s), 1.0)
    assert 0 <= rows_s[0] < 1
    assert surface.score.shape[0] == len(rows_s) == len(alignment.path.offset_s)
    assert alignment.posterior.shape == surface.score.shape
    np.testing.assert_allclose(alignment.posterior.sum(axis=1), 1.0, rtol=1e-3)
    for moment_s in time_0_s:
        row = surface.row_at(moment_s)
        assert row is not None
        assert abs(rows_s[row] - moment_s) <= 0.5
