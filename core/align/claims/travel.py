"""How far apart sounds arrive, as far as a recording tells by itself.

Where recorders stand metres apart, every place has a delay of its own, and offsets go to and fro
as different animals call. A clock drifts, or drops buffers, but does not keep coming back within
seconds. Both must be seen before travel is spoken of: that drift models without momentum or with
frequent jumps explain the recording best, and that clear matches come back.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.align.claims.confidence import CLEAR_NATS, HERE_COLUMNS
from core.align.decoding.drift_models import DRIFT_MODELS, DriftModel
from core.align.path import OffsetPath
from core.arrays import Floats
from core.evidence.surface import ScoreSurface

# Chosen on the stress sets of development.

_REACH_COLUMNS = 15
"""How far beside the path a row's own match is looked for: 0.15 s, 50 m of sound."""
_WITHIN_ROWS = 12
"""Within so many rows offsets must have come back. Clocks that bend come back later."""
_QUARTER = 0.75
"""Of two places that are evenly distributed between the farthest, one pair in four is further
apart than the farthest is from the middle."""
_ONE_SIDED = 2.0
"""The few places that were heard may all lie on one side: the farthest may be as far again."""


def heard_travel_s(
    surface: ScoreSurface,
    path: OffsetPath,
    log_shares: Floats,
    models: Sequence[DriftModel] = DRIFT_MODELS,
) -> float:
    """How much before or after the clocks' own offset sounds may arrive.

    Parameters
    ----------
    surface : ScoreSurface
    path : OffsetPath
        At its rows.
    log_shares : ndarray, shape (M,)
        As `core.align.decoding.decode.Decoded.log_shares`.
    models : sequence of M DriftModel

    Returns
    -------
    float
        Seconds; zero where a clock explains all that is heard.
    """
    restless = float(np.exp(log_shares) @ [model.is_restless for model in models])
    beside_s = surface.step_s * np.arange(-_REACH_COLUMNS, _REACH_COLUMNS + 1)
    score = surface.at(path.offset_s + beside_s[:, None])
    here = score[_REACH_COLUMNS - HERE_COLUMNS : _REACH_COLUMNS + HERE_COLUMNS + 1]
    matched_s = path.offset_s + beside_s[score.argmax(axis=0)]
    matched_s = np.where(here.max(axis=0) >= CLEAR_NATS, matched_s, np.nan)
    returns_s = np.fmax(_above_both_sides(matched_s), _above_both_sides(-matched_s))
    known_s = returns_s[np.isfinite(returns_s)]
    if not len(known_s):
        return 0.0
    return _ONE_SIDED * restless * max(float(np.quantile(known_s, _QUARTER)), 0.0)


def _above_both_sides(offset_s: Floats) -> Floats:
    """By how much offsets exceed the least before them and the least after them, whichever is less.

    Shape (K,), NaN in and out where there is none.
    """
    filled_s = np.where(np.isfinite(offset_s), offset_s, np.inf)
    around_s = sliding_window_view(
        np.pad(filled_s, _WITHIN_ROWS, constant_values=np.inf), 2 * _WITHIN_ROWS + 1
    )
    before_s = around_s[:, :_WITHIN_ROWS].min(axis=1)
    after_s = around_s[:, _WITHIN_ROWS + 1 :].min(axis=1)
    above_s = offset_s - np.maximum(before_s, after_s)
    return np.where(np.isfinite(above_s), above_s, np.nan)
