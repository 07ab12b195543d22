"""How far the sound of a moment stands out from what a channel usually sounds like."""

from __future__ import annotations

import numpy as np

from core.arrays import Floats
from core.audio.spectra.spectrogram import STEP_DB, Spectrogram

_USUAL_FRAMES = 500
"""Frames, spread over what is there, that tell what is usual: more would only take longer."""
QUIET_DB = 14.0
"""Noise alone stands out so far: the loudest of ten thousand independent values of power lies 11 dB
over their median, and three are for a background that is not quite even; chosen by hand."""


def above_background_db(spectrogram: Spectrogram, time_s: Floats) -> float | None:
    """Loudest sound of some moments, over what is usual at its frequency.

    Parameters
    ----------
    spectrogram : Spectrogram
    time_s : ndarray, shape (N,)
        Seconds on the channel's clock.

    Returns
    -------
    float or None
        Decibels; None as long as not all frames are there, and where all lies outside.
    """
    plan = spectrogram.plan
    time_s = time_s[(time_s >= 0) & (time_s < plan.frames * plan.hop_s)]
    if not spectrogram.is_complete or not len(time_s):
        return None
    spread = np.linspace(0, plan.frames - 1, min(_USUAL_FRAMES, plan.frames)).astype(np.intp)
    kept = np.concatenate([spectrogram.columns(0, int(i), int(i) + 1) for i in spread])
    usual = np.median(kept, axis=0)
    return float(STEP_DB * np.max(spectrogram.at(time_s) - usual))
