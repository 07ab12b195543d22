"""Estimates how long a run has still to go."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

_FEWEST_SECONDS_TO_JUDGE = 0.3
_SELDOM_S = 0.05
"""Nobody reads progress that changes more often; to show it would hold the window up."""


class RunClock:
    """Measures a run from its start.

    Parameters
    ----------
    seconds : callable
        A clock that only goes forward.

    Attributes
    ----------
    started_at : datetime
        UTC.
    """

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self.start()

    def start(self) -> None:
        """A run begins."""
        self.started_at = datetime.now(UTC)
        self._begun_s = self._seconds()
        self._stage, self._stage_s, self._stage_from = "", self._begun_s, 0.0
        self._told, self._told_s = "", self._begun_s

    def is_due(self, stage: str) -> bool:
        """Whether to tell how far the run is; then the next time is a little later."""
        now_s = self._seconds()
        if stage == self._told and now_s - self._told_s < _SELDOM_S:
            return False
        self._told, self._told_s = stage, now_s
        return True

    def left_s(self, stage: str, fraction: float) -> float | None:
        """Seconds left at a fraction of the run; None while that cannot be said.

        Once a stage has gone on for longer than all before it, it tells more about the machine
        than they do: a network takes a hundred times as long on one as on another.
        """
        now_s = self._seconds()
        if fraction == 0.0:
            # What came before the work, such as loading a network, says nothing of the rest.
            self._begun_s = now_s
        if stage != self._stage:
            self._stage, self._stage_s, self._stage_from = stage, now_s, fraction
        spent_s, done = now_s - self._begun_s, fraction
        in_stage_s = now_s - self._stage_s
        if in_stage_s > spent_s / 2 and fraction > self._stage_from:
            spent_s, done = in_stage_s, fraction - self._stage_from
        if spent_s <= _FEWEST_SECONDS_TO_JUDGE or done <= 0:
            return None
        return spent_s * (1 - fraction) / done
