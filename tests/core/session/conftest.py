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
def path(tmp_path: Path) -> Path:
    return tmp_path / "birds.finchsync"


@pytest.fixture
def reviewed(kill: ModuleType, path: Path) -> Session:
    """A session after 40 random changes, which lies at `path`."""
    session, change = kill.new_session()
    with SessionFile.create(path) as file:
        file.commit(change)
        for step in islice(kill.script(session, np.random.default_rng(5)), 40):
            session, change = step
            file.commit(change)
    return session
