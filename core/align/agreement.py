"""Times from elsewhere beside what is heard: where the two agree, and where they do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.align.alignment import Alignment
from core.keypoints import KeypointSet


def compared(keypoints: KeypointSet, found: Alignment) -> KeypointSet:
    """Keypoints as they stand, with how probable their times are by what was heard.

    A time within the tolerance of the path is as probable as the path is; one further off is
    right at most where the path is wrong.

    Parameters
    ----------
    keypoints : KeypointSet
    found : Alignment
        At the same moments of channel 0.

    Returns
    -------
    KeypointSet
    """
    later_s = keypoints.offset_s - found.keypoints.offset_s
    agrees = np.abs(later_s) <= found.tolerance_s
    sure = found.keypoints.confidence
    return replace(
        keypoints,
        confidence=np.where(agrees, sure, 1.0 - sure),
        reason=tuple(
            why if is_near else _apart(each_s)
            for why, is_near, each_s in zip(
                found.keypoints.reason, agrees.tolist(), later_s.tolist(), strict=True
            )
        ),
    )


def _apart(later_s: float) -> str:
    return f"{abs(later_s):.2f} s {'later' if later_s > 0 else 'earlier'} than the path"
