"""Training the pair scorer from recordings whose keypoints are known.

Only this room may import Lightning, and it does so when a run begins;
`ensure_training` says in a line what is missing.
"""

from __future__ import annotations

from importlib.util import find_spec

from core.errors import InputError
from core.nets import ensure_torch


def ensure_training() -> None:
    """Refuse to go on where the extra ``nets`` is not installed.

    Raises
    ------
    InputError
        If torch or what training needs besides is missing.
    """
    ensure_torch()
    missing = [name for name in ("lightning", "tensorboard", "yaml") if find_spec(name) is None]
    if missing:
        raise InputError(
            "training",
            f"needs {' and '.join(missing)}, not installed here",
            "install FinchSync with its extra: pip install -e '.[nets]'",
        )
