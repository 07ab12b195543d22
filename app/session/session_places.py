"""Which session file belongs to a folder of recordings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from app.settings.stored_json import is_name, store_json, stored_json

SUFFIX = ".finchsync"
_SETTING = "session/places"
_MOST = 500


def folder_of(path: Path) -> Path:
    """The folder that a path stands for; ``audio/`` belongs to the table beside it."""
    path = path.absolute()
    folder = path if path.is_dir() else path.parent
    return folder.parent if folder.name == "audio" else folder


def is_there(path: Path) -> bool:
    """Whether there is a file; in a folder that may not be looked into, there is none."""
    try:
        return path.is_file()
    except OSError:
        return False


class SessionPlaces:
    """A folder has a session of its own, unless its recordings went into another one.

    Parameters
    ----------
    home : Path
        Where sessions are that nobody gave a place.
    older_home : Path, optional
        Where they were before; those that are there stay there.
    """

    def __init__(self, home: Path, older_home: Path | None = None) -> None:
        self._home = home
        self._older_home = older_home

    def of(self, folder: Path) -> Path:
        """The session of a folder; perhaps there is none yet."""
        elsewhere = self.elsewhere(folder)
        return elsewhere if elsewhere is not None and is_there(elsewhere) else self._own(folder)

    def elsewhere(self, folder: Path) -> Path | None:
        """The session of another place that a folder's recordings went into, gone or not."""
        stored = _stored().get(str(folder))
        return None if stored is None else Path(stored)

    def note(self, folders: Iterable[Path], session: Path) -> None:
        """What is decided on folders is in `session` from now on."""
        places = _stored()
        for folder in folders:
            places.pop(str(folder), None)
            if session != self._own(folder):
                places[str(folder)] = str(session)
        store_json(_SETTING, dict(list(places.items())[-_MOST:]))

    def _own(self, folder: Path) -> Path:
        name = "".join(c if c.isalnum() else "_" for c in folder.name)[:40]
        digest = hashlib.blake2b(str(folder).encode("utf-8", "replace"), digest_size=6)
        file = f"{name or 'session'}_{digest.hexdigest()}{SUFFIX}"
        before = None if self._older_home is None else self._older_home / file
        place = self._home / file
        if before is not None and is_there(before) and not is_there(place):
            return before
        return place


def _stored() -> dict[str, str]:
    """By folder; nonsense is passed over."""
    return {k: v for k, v in stored_json(_SETTING, dict).items() if is_name(v)}
