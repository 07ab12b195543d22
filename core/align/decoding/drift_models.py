"""How a clock may drift: the models that the decoder mixes by their evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

JUMP_SCALE_S = 0.15
"""Scale of the Laplace distribution of a dropped buffer's length, seconds."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a clock is before the first row is heard: Gaussian about the middle column.

    Parameters
    ----------
    offset_sd_s : float
        Seconds.
    slope_sd : float
        Seconds per second.
    correlation : float
        Of offset and slope.
    """

    offset_sd_s: float
    slope_sd: float
    correlation: float


@dataclass(frozen=True, slots=True)
class DriftModel:
    """How a clock may drift.

    Parameters
    ----------
    max_slope : float
        Largest drift, seconds per second.
    slopes : int
        Number of slopes on the grid from -max_slope to max_slope.
    wander : float
        Standard deviation of the slope's change in one second, seconds per second.
    log_prior : float
        Log weight of the model before the evidence.
    jump_probability : float
        Chance per row of a dropped buffer.
    lost_probability : float
        Chance per row that the clocks jump anywhere at all.
    step_s : float
        Scale of the offset's own random step in one second (Laplace, at most
        twice this), seconds. With it and a single slope of zero the model is of
        first order: a clock without momentum.
    start : Start or None
        None where every offset is as likely at first.
    """

    max_slope: float
    slopes: int
    wander: float
    log_prior: float
    jump_probability: float = 3e-3
    lost_probability: float = 1e-9
    step_s: float = 0.0
    start: Start | None = None

    def over(self, rows: int) -> DriftModel:
        """The same from a row to one so many rows later."""
        jumps, losses = (
            1 - (1 - chance) ** rows for chance in (self.jump_probability, self.lost_probability)
        )
        step_s = self.step_s / math.sqrt(rows)
        return replace(self, jump_probability=jumps, lost_probability=losses, step_s=step_s)

    @property
    def is_restless(self) -> bool:
        """Whether the offset goes to and fro, without momentum or by a jump in every 20 s."""
        return self.step_s > 0 or self.jump_probability >= _OFTEN


def _jumping(model: DriftModel, probability: float, log_prior: float) -> DriftModel:
    """A model with buffers dropped so often, for `log_prior` more of log weight."""
    return replace(model, jump_probability=probability, log_prior=model.log_prior + log_prior)


_OFTEN = 0.05
"""Buffers dropped so often per row make a clock restless."""

_STEADY = DriftModel(0.015, 31, 0.0005, 0.0, jump_probability=1e-5)
"""A clock with hardly a dropped buffer. The models' figures were chosen by hand."""
_WANDERING = DriftModel(0.015, 31, 0.002, -1.0, jump_probability=1e-4)
"""One whose rate changes four times as fast."""
_FAST = DriftModel(0.045, 37, 0.0025, -2.0, jump_probability=1e-4)
"""One that may be wrong by 4.5 %."""

DRIFT_MODELS = (
    _STEADY,
    _jumping(_STEADY, 3e-3, -1.0),
    _jumping(_STEADY, _OFTEN, -4.0),
    _WANDERING,
    _jumping(_WANDERING, 0.01, -2.0),
    _FAST,
    _jumping(_FAST, 0.01, -2.0),
    DriftModel(0.0, 1, 1.0, -3.0, step_s=0.01),
)
"""Steady clocks, wandering clocks, fast drift, and clocks without momentum.

All but the last are of second order (offset and slope), the last of first order:
it follows less, and so is less led astray where evidence is scarce. How often buffers are
dropped is not known either: hardly ever, one in five minutes, or one in twenty seconds."""

FIRST_MODEL = (replace(_WANDERING, slopes=15, jump_probability=3e-3),)
"""A coarse one: enough to find the rows that the evidence weights are fitted to."""
