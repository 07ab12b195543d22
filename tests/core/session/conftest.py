"""A session after random changes, as the benchmark makes it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from core.session import Session, SessionFile


@pytest.fixture
def kill(bench: Callable[[str], ModuleType]) -> ModuleType:
    """The script that the benchmark runs."""
    return bench("window.session_kill")


@pytest.fixture
def to_first_version() -> tuple[str, ...]:
    """What makes a session one of the first version, in SQL."""
    added = {
        "recording": ("taken_out", "notes", "spacing_m"),
        "channel": ("file_channels", "started_at", "device"),
        "model_run": ("fingerprint",),
        "run_candidate": ("ranked_by",),
        "run_keypoint": ("time_0_s",),
    }
    return (
        "DROP TABLE sync_point",
        "DELETE FROM run_candidate WHERE ranked_by = 'model'",
        *(
            f"ALTER TABLE {table} DROP COLUMN {column}"
            for table, columns in added.items()
            for column in columns
        ),
        "PRAGMA user_version = 1",
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "birds.finchsync"


@pytest.fixture
def reviewed(kill: ModuleType, path: Path) -> Session:
    """A session after 40 random changes, runs among them, which lies at `path`."""
    session, change = kill.new_session()
    with SessionFile.create(path) as file:
        file.commit(change)
        for step in islice(kill.script(session, np.random.default_rng(4)), 40):
            session, change = step
            file.commit(change)
    assert session.runs
    return session
