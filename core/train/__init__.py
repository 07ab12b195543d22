"""Training the pair scorer from recordings whose keypoints are known.

Only this room may import Lightning, and it does so when a run begins;
`ensure_training` says in a line what is missing.
"""

from __future__ import annotations

from core.extras import ensure
from core.nets import ensure_torch


def ensure_training() -> None:
    """Refuse to go on where the extra ``nets`` is not installed.

    Raises
    ------
    InputError
        If torch or what training needs besides is missing.
    """
    ensure_torch()
    ensure("training", ("lightning", "tensorboard", "yaml"), "nets")
