"""Snap: which peak of the score the selected keypoint moves to."""

from __future__ import annotations

import numpy as np

from app.session.session_model import SessionModel
from core.evidence.peaks import peak_to_snap_to

ASKS_ABOVE_S = 0.05
"""A move to a peak this far away is asked about; nearer is the tolerance of a match, seconds."""
_LEAST_REACH_S = 0.03
"""Peaks this near to where a keypoint stands count, however narrow the path's band is, seconds."""


def selected_row(session: SessionModel) -> int | None:
    """Row of the score surface that speaks for the selected keypoint; None without evidence."""
    entry, keypoints, selected = session.current, session.keypoints, session.selection.keypoint
    if entry is None or entry.surface is None or keypoints is None or selected < 0:
        return None
    return entry.surface.row_at(float(keypoints.time_0_s[selected]))


def snap_offset_s(session: SessionModel) -> float | None:
    """Offset of the peak that the selected keypoint snaps to, seconds; None if there is none.

    Peaks count within the 95 % band of the path, and close to where the keypoint stands.
    """
    entry, keypoints, row = session.current, session.keypoints, selected_row(session)
    if entry is None or entry.surface is None or keypoints is None or row is None:
        return None
    stands_s = float(keypoints.offset_s[session.selection.keypoint])
    bands_s = [(stands_s - _LEAST_REACH_S, stands_s + _LEAST_REACH_S)]
    if entry.alignment is not None:
        bands_s.append(
            entry.alignment.band_at(float(keypoints.time_0_s[session.selection.keypoint]))
        )
    return peak_to_snap_to(entry.surface, row, stands_s, np.array(bands_s))


def why_no_peak(session: SessionModel) -> str:
    """Why `snap_offset_s` finds nothing, and what to do."""
    entry = session.current
    if entry is None or entry.surface is None:
        return "There is no score to snap to yet; it comes when the recording is aligned."
    if selected_row(session) is None:
        return "This keypoint lies where the channels were not compared; it has no score."
    return "There is no peak of the score near this keypoint; move it closer to one first."
