"""Versions of everything that a bug report should name."""

from __future__ import annotations

import platform

import numpy as np
import pyqtgraph as pg
import PySide6
from PySide6.QtCore import qVersion

from core import __version__


def versions_text() -> str:
    """Versions, a line each."""
    return "\n".join(
        (
            f"FinchSync {__version__}",
            f"Python {platform.python_version()}",
            f"Qt {qVersion()}, PySide6 {PySide6.__version__}",
            f"pyqtgraph {pg.__version__}, numpy {np.__version__}",
            platform.platform(),
        )
    )
