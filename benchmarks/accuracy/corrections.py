"""A reviewer who always fixes the least certain keypoint, with and without re-decoding."""

from __future__ import annotations

import numpy as np

from core.align.alignment import Alignment
from core.align.pins import realign
from core.keypoints import KeypointSet

CORRECTIONS = 10
BAD_MS = 20.0
"""Files with a larger mean error are reviewed."""


def review(alignment: Alignment, truth: KeypointSet, *, redecode: bool) -> list[float]:
    """Mean error after 0, 1, ... 10 corrections, milliseconds.

    The reviewer sees only the confidence. Moments that lie outside channel 1
    have no true place in it, so nobody can set them: they are passed over.

    Parameters
    ----------
    alignment : Alignment
        As the machine made it.
    truth : KeypointSet
    redecode : bool
        Whether every correction leads to a new path, or moves its keypoint only.
    """
    settable = (truth.time_1_s > 0) & (truth.time_1_s < alignment.duration_1_s)
    keypoints = alignment.keypoints
    errors = [_mae_ms(keypoints, truth)]
    for _ in range(min(CORRECTIONS, int(settable.sum()))):
        open_to_doubt = settable & ~keypoints.is_reviewed
        index = int(np.argmin(np.where(open_to_doubt, keypoints.confidence, np.inf)))
        keypoints = keypoints.move(index, float(truth.time_1_s[index]))
        if redecode:
            keypoints = keypoints.with_proposal(realign(alignment, keypoints).keypoints)
        errors.append(_mae_ms(keypoints, truth))
    return [round(error, 3) for error in errors]


def _mae_ms(keypoints: KeypointSet, truth: KeypointSet) -> float:
    return float(1e3 * np.mean(np.abs(keypoints.time_1_s - truth.time_1_s)))
