"""The confidence of the selected keypoint as text."""

from __future__ import annotations

from app.session.session_model import SessionModel
from core.align.limits import TOLERANCE_S


def tolerance_ms(session: SessionModel) -> int:
    """Error within which a confidence counts a keypoint as right, milliseconds."""
    entry = session.current
    verdict = None if entry is None else entry.verdict
    return round(1000 * (TOLERANCE_S if verdict is None else verdict.tolerance_s))


def band_text(session: SessionModel) -> str:
    """Half the width of the path's 95 % band at the selected keypoint; empty without one."""
    entry, selected = session.current, session.selection.keypoint
    if entry is None or entry.alignment is None or selected < 0:
        return ""
    low_s, high_s = entry.alignment.band_at(float(entry.keypoints.time_0_s[selected]))
    half_ms = round(500 * (high_s - low_s))
    return f"± {half_ms} ms" if half_ms else "± under 1 ms"
