"""Which keypoints there are, and which moments are known to be the same: edits of both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.session.edits import SEEN_S
from app.session.open_session import OpenSession
from app.session.preview import Preview
from app.session.selection import Selection
from core.arrays import Floats
from core.keypoints import keypoint_grid
from core.sync_points import SyncPoints


class Placing(QObject):
    """Adds keypoints to the recording shown, removes some, and holds its sync points.

    Parameters
    ----------
    opened : OpenSession
    selection, preview
        Follow.

    Signals
    -------
    decided(key)
        The path of a recording may go elsewhere now.
    withdrawn(time_0_s)
        A decision was about a moment, seconds of channel 0, that nobody asks about any more.
    """

    decided = Signal(int)
    withdrawn = Signal(float)

    def __init__(
        self,
        opened: OpenSession,
        selection: Selection,
        preview: Preview,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._opened = opened
        self._selection = selection
        self._preview = preview

    def add(self, time_0_s: float) -> bool:
        """Add a keypoint at a moment of channel 0, seconds, and select it.

        Returns
        -------
        bool
            False if there is one already, or the moment lies outside of channel 0.
        """
        entry = self._selection.entry
        if entry is None or not 0 <= time_0_s <= entry.recording.duration_s:
            return False
        is_new = time_0_s not in entry.keypoints.time_0_s
        if is_new:
            every = np.ones(len(entry.keypoints), dtype=bool)
            self._put(every, np.array([time_0_s]), f"Add a keypoint at {time_0_s:.3f} s")
        self._selection.select_nearest(time_0_s)
        return is_new

    def remove(self, index: int) -> bool:
        """Remove a keypoint; False if it is the last one."""
        entry = self._selection.entry
        if entry is None or len(entry.keypoints) < 2:
            return False
        kept = np.arange(len(entry.keypoints)) != index
        self._put(kept, np.empty(0), f"Remove keypoint {index + 1}")
        return True

    def ask(self, index: int, time_0_s: float) -> None:
        """Let a keypoint ask about another moment of channel 0, seconds, and select it.

        A decision was an answer to the question before: the new one is undecided.
        """
        entry = self._selection.entry
        if entry is None:
            return
        before_s = float(entry.keypoints.time_0_s[index])
        if abs(time_0_s - before_s) < SEEN_S:
            self._preview.cancel()
            return
        was_decided = bool(entry.keypoints.is_reviewed[index])
        others = np.arange(len(entry.keypoints)) != index
        text = f"Move keypoint {index + 1} to {time_0_s:.3f} s of channel 0"
        self._put(others, np.array([time_0_s]), text)
        self._selection.select_nearest(time_0_s)
        if was_decided:
            self.withdrawn.emit(before_s)

    def set_interval(self, step_s: float) -> None:
        """Put keypoints at another interval, seconds; those that a person decided on stay."""
        entry = self._selection.entry
        if entry is not None:
            grid_s = keypoint_grid(entry.recording.duration_s, step_s)
            text = f"Put keypoints every {step_s:g} s"
            self._put(entry.keypoints.is_reviewed, grid_s, text)

    def set_sync(self, key: int, sync: SyncPoints, text: str) -> None:
        """Say which moments of a recording are known to be the same on both clocks."""
        self._opened.set_sync(key, sync, text)
        self.decided.emit(key)

    def _put(self, kept: NDArray[np.bool_], more_0_s: Floats, text: str) -> None:
        key = self._selection.recording
        assert key is not None
        self._preview.cancel()
        self._opened.put_keypoints(key, kept, more_0_s, text)
        self.decided.emit(key)
