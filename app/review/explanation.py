"""Why the selected keypoint is as sure as it is, as sentences."""

from __future__ import annotations

import numpy as np

from app.session.session_model import SessionModel
from core.align.claims.explanation import explained
from core.audio.spectra.loudness import QUIET_DB, above_background_db
from core.audio.spectra.spectrogram import Spectrogram

_AROUND_S = np.linspace(-0.5, 0.5, 201)


def explanation(
    session: SessionModel, spectrograms: tuple[Spectrogram, Spectrogram] | None
) -> tuple[str, ...]:
    """What is heard around the selected keypoint, and what the aligner makes of it."""
    entry, selected = session.current, session.selection.keypoint
    if entry is None or selected < 0:
        return ()
    time_0_s = float(entry.keypoints.time_0_s[selected])
    time_1_s = float(entry.keypoints.time_1_s[selected])
    said = () if entry.alignment is None else explained(entry.alignment, time_0_s)
    if spectrograms is None:
        return said
    loudness_db = [
        above_background_db(spectrogram, time_s + _AROUND_S)
        for spectrogram, time_s in zip(spectrograms, (time_0_s, time_1_s), strict=True)
    ]
    return (*said, *_heard(loudness_db))


def _heard(loudness_db: list[float | None]) -> tuple[str, ...]:
    known = {channel: db for channel, db in enumerate(loudness_db) if db is not None}
    quiet = " and ".join(f"channel {channel}" for channel, db in known.items() if db < QUIET_DB)
    loud = ", ".join(
        f"{db:.0f} dB in channel {channel}" for channel, db in known.items() if db >= QUIET_DB
    )
    told = (
        f"The loudest sound of this second stands out by {loud}." if loud else "",
        f"Nothing stands out from the background in {quiet}." if quiet else "",
    )
    return tuple(filter(None, told))
