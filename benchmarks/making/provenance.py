"""What the card of a shipped net says of how it was made."""

from __future__ import annotations

import platform
from datetime import date

import numpy as np
import torch

from core import __version__


def provenance(script: str) -> dict[str, object]:
    """Versions, date and command, for a script of this room by its name."""
    return {
        "versions": {
            "finchsync": __version__,
            "torch": torch.__version__.split("+")[0],
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "date": date.today().isoformat(),
        "made_by": f"python -m benchmarks.making.{script}",
    }
