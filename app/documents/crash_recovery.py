"""Which sessions are open, so that the next start finds those that a crash left behind."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings

from app.settings.stored_json import is_name, store_json, stored_json

_SETTING = "session/left_open"
_MOST = 20


def left_open() -> list[Path]:
    """Sessions that no window has closed, the newest first; some may be open in a window still."""
    # Another window may have written since.
    QSettings().sync()
    return [Path(name) for name in stored_json(_SETTING, list) if is_name(name)]


def note_open(session: Path) -> None:
    """A window has opened a session."""
    _store([session, *(other for other in left_open() if other != session)])


def note_closed(session: Path) -> None:
    """A window has closed it."""
    _store([other for other in left_open() if other != session])


def _store(sessions: list[Path]) -> None:
    store_json(_SETTING, [str(session) for session in sessions[:_MOST]])
    QSettings().sync()
