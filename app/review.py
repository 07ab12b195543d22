"""Reviewing: stepping through keypoints and deciding on them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.session_model import SessionModel, next_uncertain
from app.time_view import TimeView
from core.keypoints import ReviewState


class Review(QObject):
    """The reviewer's commands on the selected keypoint.

    Parameters
    ----------
    session : SessionModel
    view : TimeView
        Follows the selection.

    Signals
    -------
    told(text)
        Something the person should know about a command.
    """

    told = Signal(str)

    def __init__(self, session: SessionModel, view: TimeView, parent: QObject | None = None):
        super().__init__(parent)
        self._session = session
        self._view = view

    @Slot()
    def next_keypoint(self) -> None:
        """Select the next keypoint."""
        self._step(1)

    @Slot()
    def previous_keypoint(self) -> None:
        """Select the previous keypoint."""
        self._step(-1)

    @Slot()
    def next_uncertain(self) -> None:
        """Select the next uncertain keypoint, going on to the following recordings."""
        session = self._session
        if session.keypoints is None:
            return
        index = next_uncertain(session.keypoints, session.selected)
        if index >= 0:
            self.go_to(index)
            return
        count = len(session.entries)
        for step in range(1, count + 1):
            other = (session.current_index + step) % count
            index = next_uncertain(session.entries[other].keypoints, -1)
            if index >= 0:
                session.select_recording(other)
                self.go_to(index)
                return
        self.told.emit("No uncertain keypoint is left.")

    @Slot()
    def accept(self) -> None:
        """Accept the selected keypoint as it stands; a corrected one stays corrected."""
        session = self._session
        if session.is_previewing:
            session.commit_preview()
        elif (
            session.keypoints is not None
            and session.selected >= 0
            and session.keypoints.state[session.selected] is not ReviewState.CORRECTED
        ):
            session.review_keypoint(session.selected, ReviewState.ACCEPTED)

    @Slot()
    def unalignable(self) -> None:
        """Mark the selected keypoint as unalignable, or take the mark back."""
        session = self._session
        if session.keypoints is not None and session.selected >= 0:
            if session.keypoints.state[session.selected] is ReviewState.UNALIGNABLE:
                session.release_keypoint(session.selected)
            else:
                session.review_keypoint(session.selected, ReviewState.UNALIGNABLE)

    @Slot()
    def release(self) -> None:
        """Give the selected keypoint back to the machine."""
        session = self._session
        session.cancel_preview()
        if session.selected >= 0 and not session.release_keypoint(session.selected):
            self.told.emit("This keypoint is the machine's already.")

    @Slot(int)
    def nudge(self, step_ms: int) -> None:
        """Move the selected keypoint on channel 1 by `step_ms` milliseconds."""
        session = self._session
        if session.keypoints is not None and session.selected >= 0:
            time_1_s = float(session.keypoints.time_1_s[session.selected])
            session.move_keypoint(session.selected, time_1_s + step_ms / 1000)

    @Slot(int)
    def take_candidate(self, rank: int) -> None:
        """Propose a candidate's linear map for the unreviewed keypoints; rank 0 is the best."""
        if self._session.propose_candidate(rank):
            self._session.highlight_candidate(rank)
        else:
            self.told.emit(f"There is no candidate {rank + 1} yet; align the recording first.")

    @Slot()
    def take_alignment(self) -> None:
        """Propose the non-linear path for the unreviewed keypoints."""
        if self._session.propose_alignment():
            self._session.highlight_candidate(-1)
        else:
            self.told.emit("There is no alignment yet; align the recording first.")

    def go_to(self, index: int) -> None:
        """Select a keypoint and bring it into view."""
        self._session.select_keypoint(index)
        keypoints = self._session.keypoints
        if keypoints is not None and self._session.selected >= 0:
            self._view.bring_into_view(float(keypoints.time_0_s[self._session.selected]))

    def _step(self, step: int) -> None:
        keypoints = self._session.keypoints
        if keypoints is not None and len(keypoints):
            self.go_to(min(max(self._session.selected + step, 0), len(keypoints) - 1))
