"""What a person looks at: a recording, and of it a keypoint, a candidate, a region."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.session.entries import Entry
from app.session.open_session import OpenSession
from app.session.region import Region
from core.align.rankings import RankedBy, Ranking
from core.arrays import Floats
from core.session import ViewState


class Selection(QObject):
    """Which recording is shown, and what is selected in it.

    Parameters
    ----------
    opened : OpenSession
        The recordings to choose from.

    Signals
    -------
    leaving()
        Another recording or keypoint is about to be selected.
    recording_changed()
        Another recording is shown, or its audio is there again.
    changed()
        Another keypoint is selected, or another candidate is highlighted.
    ranking_changed()
        Linear candidates are shown in another opinion.
    region_changed()
        Another region is selected, or none any more.
    """

    leaving = Signal()
    recording_changed = Signal()
    changed = Signal()
    ranking_changed = Signal()
    region_changed = Signal()

    def __init__(self, opened: OpenSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._opened = opened
        self._recording: int | None = None
        self._chosen: tuple[int, ...] = ()
        self._keypoint = -1
        self._candidate = -1
        self._ranked_by = RankedBy.MODEL
        self._region: Region | None = None
        opened.renumbered.connect(self._renumber)

    @property
    def recording(self) -> int | None:
        """Key of the recording shown."""
        return self._recording

    @property
    def chosen(self) -> tuple[int, ...]:
        """Keys of the recordings that commands on recordings are about; the one shown is one."""
        return tuple(key for key in self._chosen if not self._opened.entries[key].is_out)

    @property
    def entry(self) -> Entry | None:
        """The recording shown."""
        return None if self._recording is None else self._opened.entries[self._recording]

    @property
    def keypoint(self) -> int:
        """Index of the selected keypoint, -1 if none."""
        return self._keypoint

    @property
    def candidate(self) -> int:
        """Rank of the highlighted candidate, 0 is best, -1 if none."""
        return self._candidate

    @property
    def region(self) -> Region | None:
        """The stretch of time that is selected; None if there is none."""
        return self._region

    @property
    def ranked_by(self) -> RankedBy:
        """Whose opinion of linear candidates is wished for."""
        return self._ranked_by

    @property
    def ranking(self) -> Ranking | None:
        """Linear candidates of the recording shown, in the opinion that is shown."""
        return None if self.entry is None else self.entry.ranking(self._ranked_by)

    @property
    def view(self) -> ViewState | None:
        """What is on screen, for the next time."""
        return None if self._recording is None else ViewState(self._recording, self._keypoint)

    def while_shown(self) -> Callable[[], bool]:
        """Whether the recording shown now is shown still, for what is said of it."""
        shown = self._recording
        return lambda: self._recording == shown

    # -- recordings ------------------------------------------------------------------

    def select_recording(self, key: int) -> None:
        """Show another recording that is in the session."""
        if key != self._recording and not self._opened.entries[key].is_out:
            self._show(key)

    def choose(self, keys: Sequence[int], shown: int) -> None:
        """Choose recordings, of which one is shown."""
        self.select_recording(shown)
        self._chosen = tuple(keys)

    def show_near(self, key: int | None = None) -> None:
        """Show the next recording in the session from `key` on, or the one before, or none."""
        entries = self._opened.entries
        keys = list(entries)
        at = 0 if key is None else keys.index(key)
        near = (*keys[at:], *reversed(keys[:at]))
        self._show(next((near_by for near_by in near if not entries[near_by].is_out), None))

    def select_first(self, keys: Iterable[int]) -> None:
        """Show the first of some recordings that is in the session, if any is."""
        for key in [key for key in keys if not self._opened.entries[key].is_out][:1]:
            self.select_recording(key)

    def restore(self, view: ViewState | None) -> bool:
        """Show what was on screen, or else the first recording; whether it was the former."""
        if view is not None and view.recording in self._opened.entries:
            self.select_recording(view.recording)
        if view is None or self.entry is None:
            self.show_near()
            return False
        self.select_keypoint(view.keypoint)
        return True

    def show_again(self) -> None:
        """The recording shown is to be read anew."""
        self.recording_changed.emit()

    def clear(self) -> None:
        """Nothing is shown; the recordings are about to be others."""
        self.leaving.emit()
        self._recording, self._keypoint, self._candidate = None, -1, -1
        self._chosen = ()
        self.select_region(None)

    def _show(self, key: int | None) -> None:
        self.leaving.emit()
        stays_s = self._moment_s if key is not None and self._shares_reference(key) else 0.0
        self._recording = key
        self._chosen = () if key is None else (key,)
        is_empty = self.entry is None or not len(self.entry.keypoints)
        self._keypoint = -1 if is_empty else self._nearest(stays_s)
        self._candidate = -1
        self.select_region(None)
        self.recording_changed.emit()

    def _shares_reference(self, key: int) -> bool:
        """Whether a recording has the reference of the one shown, and so its clock."""
        shown = self.entry
        return shown is not None and self._opened.entries[key].recorders[0] == shown.recorders[0]

    @property
    def _moment_s(self) -> float:
        """Where the selected keypoint is, or else the start; seconds."""
        entry = self.entry
        if entry is None or self._keypoint < 0:
            return 0.0
        return float(entry.keypoints.time_0_s[self._keypoint])

    def _nearest(self, time_0_s: float) -> int:
        assert self.entry is not None
        return int(np.abs(self.entry.keypoints.time_0_s - time_0_s).argmin())

    @Slot(int, object)
    def _renumber(self, key: int, before_0_s: Floats) -> None:
        """Other keypoints are there: what is nearest to the one selected is selected."""
        if key != self._recording or self.entry is None:
            return
        self.leaving.emit()
        if not len(self.entry.keypoints):
            self._keypoint = -1
        elif self._keypoint >= 0:
            self._keypoint = self._nearest(float(before_0_s[self._keypoint]))

    # -- within the recording shown --------------------------------------------------

    def select_keypoint(self, index: int) -> None:
        """Select a keypoint of the recording shown."""
        there = 0 if self.entry is None else len(self.entry.keypoints)
        if 0 <= index < there and index != self._keypoint:
            self.leaving.emit()
            self._keypoint = index
            self.changed.emit()

    def select_nearest(self, time_0_s: float) -> None:
        """Select the keypoint nearest to a moment of channel 0, seconds."""
        if self.entry is not None and len(self.entry.keypoints):
            self.select_keypoint(self._nearest(time_0_s))

    def highlight(self, rank: int) -> None:
        """Highlight a candidate in the table and the plot."""
        if rank != self._candidate:
            self._candidate = rank
            self.changed.emit()

    def select_region(self, region: Region | None) -> None:
        """Select a stretch of time of the recording shown, or none."""
        if region != self._region:
            self._region = region
            self.region_changed.emit()

    def rank_by(self, wish: RankedBy) -> None:
        """Show linear candidates in another opinion from now on."""
        if wish is not self._ranked_by:
            self._ranked_by, self._candidate = wish, -1
            self.ranking_changed.emit()
            self.changed.emit()
