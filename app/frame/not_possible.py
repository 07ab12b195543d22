"""What would do nothing to what is selected, and why: a right click says so beforehand."""

from __future__ import annotations

from app.review.snapping import snap_offset_s
from app.session.session_model import SessionModel
from core.keypoints import ReviewState

_NOT_ALIGNED = "it is not aligned yet"


def not_possible(session: SessionModel) -> dict[str, str]:
    """Reasons, as clauses, by the id of the command.

    Parameters
    ----------
    session : SessionModel
    """
    shown, keypoints = session.current, session.keypoints
    if shown is None or keypoints is None:
        return {}
    there = [entry for entry in session.entries if not entry.is_out]
    chosen = [session.recordings[key] for key in session.selection.chosen]
    with_reference = sum(entry.recorders[0] == shown.recorders[0] for entry in there)
    selected = session.selection.keypoint
    is_decided = selected >= 0 and keypoints.state[selected] is not ReviewState.UNREVIEWED
    can = {
        "remove_sync": (len(shown.state.sync) > 0, "there are none"),
        "find_audio": (any(entry.is_lost for entry in there), "all is where it was"),
        "use_other_audio": (any(entry.has_other for entry in there), "none has changed"),
        "next_of_group": (with_reference > 1, "no other recording has it"),
        "take_alignment": (any(e.alignment or e.last_run for e in chosen), _NOT_ALIGNED),
        "take_highlighted": (session.selection.ranking is not None, _NOT_ALIGNED),
        "snap": (snap_offset_s(session) is not None, "there is none near it"),
        "release": (is_decided, "nobody decided on it"),
    }
    return {command: reason for command, (is_so, reason) in can.items() if not is_so}
