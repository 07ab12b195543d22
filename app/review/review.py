"""Review commands: step through keypoints and decide on them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from app.base.key_repeat import HeldKey
from app.base.messages import Kind, Message, short_name
from app.base.time_view import TimeView
from app.look.keypoint_style import needs_look, next_uncertain
from app.review.review_queue import ReviewQueue
from app.review.snapping import ASKS_ABOVE_S, snap_offset_s, why_no_peak
from app.review.triage import Stage, next_doubtful
from app.session.entries import Entry
from app.session.open_session import Action
from app.session.session_model import SessionModel
from core.align.limits import CERTAIN
from core.keypoints import ReviewState


class Review(QObject):
    """The reviewer's commands on the selected keypoint.

    Parameters
    ----------
    session : SessionModel
    view : TimeView
        Follows the selection.
    queue : ReviewQueue
        The order in which recordings are reviewed.

    Attributes
    ----------
    held : HeldKey
        Watches the window's keys.

    Signals
    -------
    message_posted(message)
        A `Message` about a command and the recording shown.
    """

    message_posted = Signal(object)

    def __init__(
        self,
        session: SessionModel,
        view: TimeView,
        queue: ReviewQueue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._view = view
        self._queue = queue
        self.held = HeldKey(self)
        self._open_before = 0
        self._settling: set[int] = set()
        self._settling_as = Action("")
        self._far_snap: tuple[int | None, int, float, float] | None = None
        self._doubted: tuple[int | None, int] = (None, -1)
        session.selection.recording_changed.connect(self._count_open)
        session.keypoints_changed.connect(self._say_if_done)
        session.refused.connect(self.message_posted)
        session.returned.connect(self._show_selected)

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
        self._go_to_next(lambda entry, after: next_uncertain(entry.keypoints, after))

    @Slot()
    def next_doubtful(self) -> None:
        """Select the most doubtful keypoint; pressed again there, the one after it, and so on."""
        selection = self._session.selection
        goes_on = (selection.recording, selection.keypoint) == self._doubted
        self._go_to_next(lambda entry, after: next_doubtful(entry, after if goes_on else -1))
        self._doubted = selection.recording, selection.keypoint

    def _go_to_next(self, pick: Callable[[Entry, int], int]) -> None:
        session, here = self._session, self._session.selection.recording
        if session.current is None or here is None:
            return
        index = pick(session.current, session.selection.keypoint)
        if index >= 0:
            self.go_to(index)
            return
        self._queue.refresh()
        for other in (*self._queue.after(here), here):
            if self._queue.rows[other].uncertain:
                self._go_on_to(other, pick)
                return
        self._say(self._nothing_left())

    def _go_on_to(self, key: int, pick: Callable[[Entry, int], int]) -> None:
        session = self._session
        left = session.current
        session.selection.select_recording(key)
        self.go_to(pick(session.recordings[key], -1))
        if session.current is not left and left is not None and session.current is not None:
            name, other = (short_name(e.recording.title) for e in (left, session.current))
            count = int(needs_look(left.keypoints).sum())
            behind = f"{count:,} uncertain keypoint{' stays' if count == 1 else 's stay'} behind"
            rest = behind if count else "Nothing uncertain is left"
            self._say(f"{rest} in {name}; this is {other}.")

    def _nothing_left(self) -> str:
        where = " in the recordings listed" if self._queue.is_filtered else ""
        waiting = sum(row.stage is Stage.TO_ALIGN for row in self._queue.rows.values())
        if not waiting:
            return f"No uncertain keypoint is left{where}."
        are = "recording is" if waiting == 1 else "recordings are"
        return f"No uncertain keypoint is left{where}; {waiting} {are} not aligned yet."

    @Slot()
    def next_recording(self) -> None:
        """Show the next recording of the queue."""
        self._walk(1)

    @Slot()
    def previous_recording(self) -> None:
        """Show the previous recording of the queue."""
        self._walk(-1)

    @Slot()
    def next_of_group(self) -> None:
        """Show the next recording with the same reference, at the same moment."""
        session, here = self._session, self._session.selection.recording
        if here is None:
            return
        reference = session.recordings[here].recorders[0]
        keys = [
            key
            for key, entry in session.recordings.items()
            if entry.recorders[0] == reference and not entry.is_out
        ]
        if len(keys) == 1:
            self._say("No other recording here has the same reference.")
            return
        session.selection.select_recording(keys[(keys.index(here) + 1) % len(keys)])

    @Slot()
    def take_out(self) -> None:
        """Take the chosen recordings out of the session, and go on to the next of the queue."""
        session, shown = self._session, self._session.selection.recording
        if shown is None:
            return
        chosen, name = (
            session.selection.chosen,
            short_name(session.recordings[shown].recording.title),
        )
        self._queue.refresh()
        place, order = self._queue.place(shown), self._queue.order
        later, before = order[place + 1 :], reversed(order[:place] if place >= 0 else ())
        session.selection.select_first([k for k in (*later, *before) if k not in chosen][:1])
        count = len(chosen)
        what = f"{count:,} recordings" if count > 1 else "the recording"
        with session.past.together(Action(f"Take {what} out")):
            for key in chosen:
                session.take_out(key)
        self._queue.refresh()
        text = f"{name} was taken out. Undo brings it back; its audio is untouched."
        if count > 1:
            text = f"{what} were taken out. Undo brings them back; their audio is untouched."
        is_true = session.while_so(shown, lambda entry: entry.is_out)
        self.message_posted.emit(Message(Kind.INFO, text, is_true=is_true))

    @Slot()
    def accept(self) -> None:
        """Accept the selected keypoint as it stands; a corrected one stays corrected."""
        session = self._session
        if session.preview.is_on:
            session.commit_preview()
        elif (
            session.keypoints is not None
            and session.selection.keypoint >= 0
            and session.keypoints.state[session.selection.keypoint] is not ReviewState.CORRECTED
        ):
            session.review_keypoint(session.selection.keypoint, ReviewState.ACCEPTED)

    @Slot()
    def accept_and_next(self) -> None:
        """Accept the selected keypoint and go on: from an uncertain one to the next of these.

        What was dragged is settled and stays in sight, and so does what cannot be accepted.
        """
        session, keypoints = self._session, self._session.keypoints
        index, was_dragged = session.selection.keypoint, session.preview.is_on
        if keypoints is None or index < 0:
            return
        was_uncertain = bool(needs_look(keypoints)[index])
        self.accept()
        accepted = session.keypoints
        if was_dragged or accepted is None or not accepted.is_reviewed[index]:
            return
        if not was_uncertain:
            self.next_keypoint()
        elif needs_look(accepted).any():
            later = next_uncertain(accepted, index)
            self.go_to(later if later >= 0 else next_uncertain(accepted, -1))
        elif not accepted.is_reviewed.all():
            self._offer_the_rest()

    def _offer_the_rest(self) -> None:
        """Nothing uncertain is left in the recording shown."""
        assert self._session.current is not None
        name = short_name(self._session.current.recording.title)
        is_true = self._session.selection.while_shown()
        text = f"Nothing uncertain is left in {name}."
        self.message_posted.emit(
            Message(Kind.INFO, text, "accept_certain", otherwise="next_uncertain", is_true=is_true)
        )

    @Slot()
    def accept_in_view(self) -> None:
        """Accept every visible keypoint that nobody has decided on."""
        keypoints = self._session.keypoints
        if keypoints is not None:
            time_s = keypoints.time_0_s
            seen = (time_s >= self._view.start_s) & (time_s <= self._view.end_s)
            self._accept_all(seen, "in view")

    @Slot()
    def accept_certain(self) -> None:
        """Accept every keypoint of the chosen recordings that needs no second look.

        What becomes certain by that is accepted as well.
        """
        self._session.preview.cancel()
        self._settling_as = Action("Accept what is certain")
        accepted = {key: self._accept_certain_of(key) for key in self._session.selection.chosen}
        self._settling = {key for key, count in accepted.items() if count}
        if not self._settling:
            self._say("No unreviewed keypoint is certain enough.")
        elif len(accepted) > 1:
            count = sum(accepted.values())
            self._say(f"{count:,} keypoints of {len(self._settling):,} recordings are accepted.")

    @Slot(int)
    def settle(self, key: int) -> None:
        """A path went after decisions; if all that is certain was to be accepted, it still is."""
        if self._session.undone:
            self._settling.clear()
        if key in self._settling and not self._accept_certain_of(key):
            self._settling.discard(key)

    def _accept_certain_of(self, key: int) -> int:
        """Accept what is certain in a recording; how many keypoints that were."""
        entry = self._session.recordings[key]
        keypoints = entry.keypoints
        certain = (keypoints.confidence >= CERTAIN) & ~keypoints.is_reviewed & ~entry.is_unset
        indices = np.flatnonzero(certain).tolist()
        with self._session.past.together(self._settling_as):
            self._session.review_keypoints(indices, ReviewState.ACCEPTED, key)
        return len(indices)

    def _accept_all(self, chosen: NDArray[np.bool_], what: str) -> None:
        session = self._session
        session.preview.cancel()
        if session.keypoints is None:
            return
        indices = np.flatnonzero(chosen & ~session.keypoints.is_reviewed)
        if len(indices):
            session.review_keypoints(indices.tolist(), ReviewState.ACCEPTED)
        else:
            self._say(f"No unreviewed keypoint is {what}.")

    @Slot()
    def snap(self) -> None:
        """Move the selected keypoint to a peak of its score; far away only when asked twice."""
        session = self._session
        keypoints, selected = session.keypoints, session.selection.keypoint
        if keypoints is None or selected < 0:
            return
        peak_s = snap_offset_s(session)
        if peak_s is None:
            self._say(why_no_peak(session))
            return
        stands_s = float(keypoints.offset_s[selected])
        move = (session.selection.recording, selected, stands_s, peak_s)
        if abs(peak_s - stands_s) > ASKS_ABOVE_S and move != self._far_snap:
            self._far_snap = move
            away_ms = 1000 * (peak_s - stands_s)
            text = f"The peak is {away_ms:+.0f} ms away; snap again to move there."
            self.message_posted.emit(
                Message(Kind.INFO, text, is_true=lambda: self._far_snap == move)
            )
        else:
            self._far_snap = None
            session.move_keypoint(selected, float(keypoints.time_0_s[selected]) + peak_s)

    @Slot()
    def unalignable(self) -> None:
        """Mark the selected keypoint as unalignable, or take the mark back."""
        session = self._session
        if session.keypoints is not None and session.selection.keypoint >= 0:
            if session.keypoints.state[session.selection.keypoint] is ReviewState.UNALIGNABLE:
                session.release_keypoints([session.selection.keypoint])
            else:
                session.review_keypoint(session.selection.keypoint, ReviewState.UNALIGNABLE)

    @Slot()
    def release(self) -> None:
        """Give the selected keypoint back to the machine."""
        session = self._session
        session.preview.cancel()
        selected = session.selection.keypoint
        if selected >= 0 and not session.release_keypoints([selected]):
            self._say("This keypoint is the machine's already.")

    @Slot(int)
    def nudge(self, step_ms: int) -> None:
        """Move the selected keypoint on channel 1 by `step_ms`, farther while the key is held."""
        session, selected = self._session, self._session.selection.keypoint
        step_ms = self.held.faster(step_ms)
        if session.keypoints is not None and selected >= 0:
            time_1_s = float(session.keypoints.time_1_s[selected])
            session.move_keypoint(selected, time_1_s + step_ms / 1000, merge_key="nudge")

    @Slot(int)
    def take_candidate(self, rank: int) -> None:
        """Propose a candidate's linear map for the unreviewed keypoints; rank 0 is the best."""
        if self._session.propose_candidate(rank):
            self._session.selection.highlight(rank)
        else:
            self._say(f"There is no candidate {rank + 1}; they come when the recording is aligned.")

    @Slot()
    def take_highlighted(self) -> None:
        """Propose the line of the candidate that is highlighted, or of the best one."""
        self.take_candidate(max(self._session.selection.candidate, 0))

    @Slot()
    def take_alignment(self) -> None:
        """Propose the non-linear path for the unreviewed keypoints of the chosen recordings."""
        session, chosen = self._session, self._session.selection.chosen
        with session.past.together(Action("Take the path")):
            taken = sum(session.propose_alignment(key) for key in chosen)
        if taken:
            session.selection.highlight(-1)
        if len(chosen) > 1:
            rest = "" if taken == len(chosen) else " The rest have none until they are aligned."
            self._say(f"{taken:,} of {len(chosen):,} recordings have taken their path.{rest}")
        elif not taken:
            self._say("There is no path; it comes when the recording is aligned.")

    def go_to(self, index: int) -> None:
        """Select a keypoint and bring it into view."""
        self._session.selection.select_keypoint(index)
        self._show_selected()

    @Slot()
    def _show_selected(self) -> None:
        keypoints = self._session.keypoints
        if keypoints is not None and self._session.selection.keypoint >= 0:
            self._view.bring_into_view(float(keypoints.time_0_s[self._session.selection.keypoint]))

    @Slot()
    def _count_open(self) -> None:
        entry = self._session.current
        self._open_before = 0 if entry is None else len(entry.keypoints) - entry.reviewed

    @Slot()
    def _say_if_done(self) -> None:
        entry, before = self._session.current, self._open_before
        self._count_open()
        if entry is not None and before and not self._open_before:
            name, count = short_name(entry.recording.title), len(entry.keypoints)
            self._say(f"{name} is done: all {count:,} keypoints are reviewed.")

    def _say(self, text: str) -> None:
        is_true = self._session.selection.while_shown()
        self.message_posted.emit(Message(Kind.INFO, text, is_true=is_true))

    def _walk(self, step: int) -> None:
        self._queue.refresh()
        order = self._queue.order
        if order:
            place = self._queue.place(self._session.selection.recording)
            place = place + step if place >= 0 else 0
            self._session.selection.select_recording(order[min(max(place, 0), len(order) - 1)])

    def _step(self, step: int) -> None:
        keypoints = self._session.keypoints
        if keypoints is not None and len(keypoints):
            self.go_to(min(max(self._session.selection.keypoint + step, 0), len(keypoints) - 1))
