"""How a clock may drift: the models that the decoder mixes by their evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace

JUMP_PROBABILITY = 3e-3
"""Chance per row of a dropped buffer: one in five minutes or so."""
JUMP_SCALE_S = 0.15
"""Scale of the Laplace distribution of a dropped buffer's length, seconds."""
LOST_PROBABILITY = 1e-12
"""Chance per row that the clocks jump anywhere at all."""


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
    step_s : float
        Scale of the offset's own random step in one second (Laplace, at most
        twice this), seconds. With it and a single slope of zero the model is of
        first order: a clock without momentum.
    """

    max_slope: float
    slopes: int
    wander: float
    log_prior: float
    step_s: float = 0.0


DRIFT_MODELS = (
    DriftModel(0.015, 31, 0.0005, 0.0),
    DriftModel(0.015, 31, 0.002, -1.0),
    DriftModel(0.045, 37, 0.0025, -2.0),
    DriftModel(0.0, 1, 1.0, -3.0, step_s=0.01),
)
"""Steady clocks, wandering clocks, fast drift, and clocks without momentum.

The first three are of second order (offset and slope), the last of first order:
it follows less, and so is less led astray where evidence is scarce."""

FIRST_MODEL = (replace(DRIFT_MODELS[1], slopes=15),)
"""A coarse one: enough to find the rows that the evidence weights are fitted to."""
