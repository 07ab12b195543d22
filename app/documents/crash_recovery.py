"""Which sessions are open, so that the next start finds those that a crash left behind."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QSettings

_SETTING = "session/left_open"
_MOST = 20


def left_open() -> list[Path]:
    """Sessions that no window has closed, the newest first; some may be open in a window still."""
    settings = QSettings()
    # Another window may have written since.
    settings.sync()
    try:
        stored = json.loads(str(settings.value(_SETTING, "[]")))
    except ValueError:
        return []
    return [Path(s) for s in stored if isinstance(s, str)] if isinstance(stored, list) else []


def note_open(session: Path) -> None:
    """A window has opened a session."""
    _store([session, *(other for other in left_open() if other != session)])


def note_closed(session: Path) -> None:
    """A window has closed it."""
    _store([other for other in left_open() if other != session])


def _store(sessions: list[Path]) -> None:
    settings = QSettings()
    settings.setValue(_SETTING, json.dumps([str(session) for session in sessions[:_MOST]]))
    settings.sync()
