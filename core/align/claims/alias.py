"""Whether another alignment fits almost as well, as where song repeats itself."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from core.align.alignment import ALIAS_MARGIN, Alias
from core.align.claims.confidence import ALIAS_APART_S, CLEAR_NATS
from core.align.path import OffsetPath
from core.arrays import Floats
from core.evidence.surface import ScoreSurface

# Chosen by hand during development (decisions 0007 and 0064).

_ROWS = 400
"""Most rows, spread evenly, that are looked at: more would only take longer."""
_MAIN_PEAK_S = 0.05
"""The main peak of the shift profile is looked for so far around zero, seconds."""
_AS_WELL_NATS = 1.0
"""A row fits as well elsewhere where it has no less evidence there but for this."""
_REPEATED = 0.8
"""Song repeats itself from this share on of clear matches that fit as well elsewhere."""


def find_alias(
    surface: ScoreSurface, path: OffsetPath, nats: Floats, decided: Collection[int] = ()
) -> Alias | None:
    """Find another alignment, a constant shift away, that fits almost as well.

    Stereotyped song matches itself one motif later. The shift profile
    ``R(d) = mean_k score[k, path_k + d]`` then has a second peak nearly as high
    as the one at zero; its distance is measured in standard deviations of R. On
    simulated stereotyped song the margin stays below 4 nearly always, on
    alignments that are right it hardly ever does (``docs/decisions/0007-alias-flag.md``).
    A path that hops to another motif on its way outdoes every constant shift. There the rows
    tell: nearly all that match clearly match as well elsewhere.

    Parameters
    ----------
    surface : ScoreSurface
    path : OffsetPath
        At its rows.
    nats : ndarray, shape (K,)
        Evidence of every row for the path.
    decided : collection of int
        Rows that are left out. They hold the bound of a decision, as deep as single precision
        goes: beside it, no difference between two alignments is large.

    Returns
    -------
    Alias or None
        None where the path stands alone.
    """
    heard = np.setdiff1d(np.arange(len(nats)), np.fromiter(decided, np.intp, len(decided)))
    if not len(heard):
        return None
    hops = bool((np.abs(np.diff(path.offset_s[heard])) > ALIAS_APART_S).any())
    some = heard[np.linspace(0, len(heard) - 1, min(len(heard), _ROWS)).astype(np.intp)]
    surface, path, nats = surface.rows(some), path.rows(some), nats[some]
    width = surface.score.shape[1]
    shift = np.arange(-width, width + 1) * surface.step_s
    profile = surface.at(path.offset_s + shift[:, None]).mean(axis=1, dtype=np.float64)
    overlap = surface.covers(path.offset_s + shift[:, None]).mean(axis=1)
    profile, shift = profile[overlap > 0.5], shift[overlap > 0.5]
    spread = float(profile.std())
    near = np.abs(shift) <= ALIAS_APART_S
    if spread <= 0 or near.all():
        return None
    main = float(profile[np.abs(shift) <= _MAIN_PEAK_S].max())
    rival = int(np.argmax(np.where(near, -np.inf, profile)))
    margin = (main - float(profile[rival])) / spread
    if margin < ALIAS_MARGIN or (hops and _repeated_share(surface, path, nats) >= _REPEATED):
        return Alias(float(shift[rival]), margin)
    return None


def _repeated_share(surface: ScoreSurface, path: OffsetPath, nats: Floats) -> float:
    """Share of the rows with a clear match that fit as well elsewhere; zero without any."""
    clear = nats >= CLEAR_NATS
    if not clear.any():
        return 0.0
    columns = np.arange(surface.score.shape[1])
    apart = np.abs(columns - surface.column(path.offset_s)[clear, None])
    is_away = apart > ALIAS_APART_S / surface.step_s
    elsewhere = np.where(is_away, surface.score[clear], -np.inf).max(axis=1)
    return float(np.mean(elsewhere >= nats[clear] - _AS_WELL_NATS))
