"""Sync points: moments that are known to be the same on both clocks, as of a clap or a pulse."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from core.arrays import Floats

UNCERTAINTY_S = 0.005
"""Standard deviation of a moment that a person reads off a picture of sound, seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class SyncPoints:
    """Known pairs of moments of one recording, in the order of channel 0; immutable.

    Parameters
    ----------
    time_0_s, time_1_s : ndarray, shape (N,)
        Moments on the clocks of channel 0 and channel 1, seconds, each strictly rising.
    uncertainty_s : ndarray, shape (N,)
        Standard deviation of their offset, seconds, above 0; by default `UNCERTAINTY_S`.
    kind : tuple of str, length N
        What they are, as "clap", "LED" or "PPS"; may be empty.

    Raises
    ------
    ValueError
        If lengths differ, a number is not finite, clocks stand still or run backwards, or an
        uncertainty is not above 0.
    """

    time_0_s: Floats
    time_1_s: Floats
    uncertainty_s: Floats = field(default_factory=lambda: np.empty(0))
    kind: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.time_0_s)
        if count and not len(self.uncertainty_s):
            object.__setattr__(self, "uncertainty_s", np.full(count, UNCERTAINTY_S))
        if count and not self.kind:
            object.__setattr__(self, "kind", ("",) * count)
        for name in ("time_0_s", "time_1_s", "uncertainty_s"):
            column = np.array(getattr(self, name), dtype=np.float64)
            column.flags.writeable = False
            object.__setattr__(self, name, column)
            if len(column) != count or not np.all(np.isfinite(column)):
                raise ValueError(f"{name} needs {count} finite numbers")
        if len(self.kind) != count:
            raise ValueError(f"kind has {len(self.kind)} entries for {count} sync points")
        if np.any(np.diff(self.time_0_s) <= 0) or np.any(np.diff(self.time_1_s) <= 0):
            raise ValueError("sync points must rise on both clocks")
        if np.any(self.uncertainty_s <= 0):
            raise ValueError("uncertainties must be above 0")

    @classmethod
    def none(cls) -> SyncPoints:
        """No sync points."""
        return cls(np.empty(0), np.empty(0))

    def __len__(self) -> int:
        return len(self.time_0_s)

    @property
    def offset_s(self) -> Floats:
        """``time_1 - time_0`` of each, shape (N,), seconds."""
        return np.asarray(self.time_1_s - self.time_0_s)

    def offset_at(self, time_0_s: ArrayLike) -> Floats:
        """Offset at moments of channel 0, straight from one sync point to the next, seconds."""
        time_s = np.asarray(time_0_s, dtype=np.float64)
        return np.asarray(np.interp(time_s, self.time_0_s, self.offset_s))

    def is_as(self, other: SyncPoints) -> bool:
        """Whether others say the same."""
        return self.kind == other.kind and all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("time_0_s", "time_1_s", "uncertainty_s")
        )
