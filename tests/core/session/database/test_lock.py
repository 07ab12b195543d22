"""The lock beside a session, on disks that make it hard."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InputError
from core.session.database import lock
from core.session.database.lock import SessionLock


def test_where_files_have_no_lasting_numbers_the_session_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some shares give a file another number each time; it used to be tried for ever."""
    monkeypatch.setattr(lock.os.path, "samestat", lambda *_: False)
    with pytest.raises(InputError, match="copy it into a folder that you can write to"):
        SessionLock(tmp_path / "birds.finchsync")
    monkeypatch.undo()
    SessionLock(tmp_path / "birds.finchsync").release()
