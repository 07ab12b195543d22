"""Which session file belongs to a folder of recordings."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.settings.stored_json import is_name, store_json, stored_json
from core.session.kept import SESSION_SUFFIX
from core.session.paths import is_there

SUFFIX = SESSION_SUFFIX
_SETTING = "session/places"
_MOST = 500


def folder_of(path: Path) -> Path:
    """The folder that a path stands for; ``audio/`` belongs to the table beside it.

    However it is spelled, through links or with other capitals where those are alike, it is one
    folder.
    """
    return Path(os.path.realpath(_as_spelled(path)))


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
        self._homes = (home,) if older_home in (None, home) else (home, older_home)

    def of(self, path: Path) -> Path:
        """The session of a folder, or of that of a file; perhaps there is none yet."""
        elsewhere = self.elsewhere(path)
        owns = tuple(self._own(path))
        there = (place for place in (elsewhere, *owns) if place is not None and is_there(place))
        return next(there, owns[0])

    def elsewhere(self, path: Path) -> Path | None:
        """The session of another place that a folder's recordings went into, gone or not."""
        stored = _stored()
        return next((Path(stored[key]) for key in _keys(path) if key in stored), None)

    def note(self, paths: Iterable[Path], session: Path) -> None:
        """What is decided on folders is in `session` from now on."""
        places = _stored()
        for path in paths:
            first, *_ = keys = _keys(path)
            for key in keys:
                places.pop(key, None)
            if session not in self._own(path):
                places[first] = str(session)
        store_json(_SETTING, dict(list(places.items())[-_MOST:]))

    def all_for(self, path: Path) -> Iterator[Path]:
        """Every session that may know the recordings of a folder; asks the disk."""
        found = [place for home in (*self._homes, folder_of(path)) for place in _sessions_in(home)]
        yield from dict.fromkeys((*found, *map(Path, _stored().values())))

    def _own(self, path: Path) -> Iterator[Path]:
        """Where a folder's own session is or was; where it would be made comes first."""
        for key in _keys(path):
            name = "".join(c if c.isalnum() else "_" for c in Path(key).name)[:40]
            digest = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=6)
            for home in self._homes:
                yield home / f"{name or 'session'}_{digest.hexdigest()}{SUFFIX}"


def _as_spelled(path: Path) -> Path:
    path = path.absolute()
    folder = path if path.is_dir() else path.parent
    return folder.parent if folder.name == "audio" else folder


def _keys(path: Path) -> tuple[str, ...]:
    """How a folder is known: by what it is, and by its spelling, as versions of before did."""
    return tuple(dict.fromkeys((os.path.normcase(folder_of(path)), str(_as_spelled(path)))))


def _sessions_in(folder: Path) -> list[Path]:
    try:
        return sorted(file for file in folder.iterdir() if file.suffix.lower() == SUFFIX)
    except OSError:
        return []


def _stored() -> dict[str, str]:
    """By folder; nonsense is passed over."""
    return {k: v for k, v in stored_json(_SETTING, dict).items() if is_name(v)}
