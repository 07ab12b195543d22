"""Decoding with a pair's usual drift: "follows it" against "does not", mixed by evidence.

In loud noise the scores speak against every path a little, and most against the few that a prior
leaves. So a recording may also follow the usual drift while nothing in it tells.

A clock that follows its pair's drift is decoded in coordinates of its own, the deviation from
the usual offset, in which it starts near zero and hardly moves. So the prior counts once, on the
first row, and is not asked again by every row. How much of the result rests on it is known, because
the other clocks are decoded without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import softmax

from core.align.decoding.band import Band
from core.align.decoding.decode import Decoded, decode
from core.align.decoding.drift_models import DRIFT_MODELS, DriftModel
from core.align.decoding.prior import DriftPrior, PriorUse
from core.align.decoding.relatedness import local_relatedness
from core.arrays import Floats, Floats32
from core.evidence.surface import ScoreSurface
from core.steps import Steps, part_of

_CHANCES = (0.01, 0.94, 0.05)
"""Share of recordings that do not follow the drift which a person calls usual, that do, and that do
but in which nothing tells, before anything is heard (decision 0033)."""
_MARGIN_S = 0.3
"""Beyond what the prior leaves likely, seconds; chosen by hand."""
_WIDEST_S = 10.0
"""No further from the usual offset is anything decoded along it, seconds."""
_UNCOMPARED = -80.0
"""Evidence of offsets that were not compared, nats."""


def decode_carried(
    surface: ScoreSurface,
    prior: DriftPrior | None = None,
    models: Sequence[DriftModel] = DRIFT_MODELS,
    band: Band | None = None,
) -> Steps[tuple[Decoded, PriorUse | None]]:
    """Decode with and without a prior.

    Parameters
    ----------
    surface, models, band
        As in `core.align.decoding.decode.decode`; models and band are for a clock of its own.
    prior : DriftPrior, optional
        Without one, all is as `core.align.decoding.decode.decode` has it.

    Yields
    ------
    float
        Share of the work done.

    Returns
    -------
    decoded : Decoded
        With the prior.
    use : PriorUse or None
        What the prior had to do with it.
    """
    if prior is None:
        return (yield from decode(surface, models, band)), None
    silent = replace(surface, score=np.zeros_like(surface.score))
    free = yield from part_of(decode(surface, models, band), 0.0, 0.6)
    led = yield from part_of(_decode_along(surface, prior), 0.6, 0.8)
    deaf = yield from part_of(_decode_along(silent, prior), 0.8, 1.0)
    log_joint = np.log(_CHANCES) + [each.log_evidence for each in (free, led, deaf)]
    free_share, led_share, deaf_share = softmax(log_joint).astype(np.float32)
    posterior = free_share * free.posterior
    posterior += led_share * led.posterior + deaf_share * deaf.posterior
    row_evidence = free_share * free.row_evidence + led_share * led.row_evidence
    # What the prior says where nothing is heard does not speak for channels that match.
    heard = float(np.logaddexp(*log_joint[:2]))
    mixed = replace(free, posterior=posterior, log_evidence=heard, row_evidence=row_evidence)
    share = float(led_share + deaf_share)
    related = local_relatedness(free.row_evidence)
    return mixed, PriorUse(prior.digest, share, free.posterior, free.log_evidence, related)


def _decode_along(surface: ScoreSurface, prior: DriftPrior) -> Steps[Decoded]:
    """Decode deviations from the usual offset; the posterior is one of the surface's offsets."""
    usual_s = prior.usual_offset_s(surface.time_0_s)
    reach_s = min(prior.reach_s(surface.time_0_s) + _MARGIN_S, _WIDEST_S)
    deviation_s = surface.step_s * np.arange(
        -round(reach_s / surface.step_s), round(reach_s / surface.step_s) + 1
    )
    offset_s = usual_s + deviation_s[:, None]
    score = np.where(surface.covers(offset_s), surface.at(offset_s), np.float32(_UNCOMPARED))
    along = ScoreSurface(
        surface.time_0_s,
        np.full(len(usual_s), deviation_s[0]),
        surface.step_s,
        np.ascontiguousarray(score.T, dtype=np.float32),
    )
    decoded = yield from decode(along, prior.models(surface.time_0_s))
    first = surface.column(usual_s + deviation_s[0])
    return replace(decoded, posterior=_moved(decoded.posterior, first, surface.score.shape[1]))


def _moved(posterior: Floats32, first: Floats, columns: int) -> Floats32:
    """Mass that starts at fractional columns, shared between whole ones, shape (K, columns)."""
    whole = np.floor(first).astype(np.intp)
    part = (first - whole).astype(np.float32)[:, None]
    shared = np.pad(posterior * (1 - part), ((0, 0), (0, 1)))
    shared[:, 1:] += posterior * part
    column = whole[:, None] + np.arange(shared.shape[1])
    shared[(column < 0) | (column >= columns)] = 0.0
    found = np.zeros((len(posterior), columns), dtype=np.float32)
    rows = np.broadcast_to(np.arange(len(posterior))[:, None], column.shape)
    np.add.at(found, (rows, np.clip(column, 0, columns - 1)), shared)
    return found
