"""The playback volume, remembered between starts."""

from __future__ import annotations

import math

from PySide6.QtCore import QSettings

STEP_DB = 3

_LOUDEST_DB = 30
_KEY = "playback/volume_db"


def stored_volume_db() -> int:
    """The volume of the last time; 0 dB where the settings hold none that makes sense."""
    try:
        volume_db = float(str(QSettings().value(_KEY, 0)))
    except ValueError:
        return 0
    return _within(volume_db) if math.isfinite(volume_db) else 0


def store_volume_db(volume_db: int) -> int:
    """Keep a volume, or the nearest that can be had, which is returned."""
    within_db = _within(volume_db)
    QSettings().setValue(_KEY, within_db)
    return within_db


def gain_of(volume_db: int) -> float:
    """What samples are multiplied with."""
    return float(10 ** (volume_db / 20))


def _within(volume_db: float) -> int:
    return round(min(max(volume_db, -_LOUDEST_DB), _LOUDEST_DB))
