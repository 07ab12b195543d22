"""A session survives kills at any moment; the benchmark of the same name does it more often."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest


def test_no_acknowledged_edit_is_lost_when_the_process_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[4]))
    tally = import_module("benchmarks.window.session_kill").kill_often(tmp_path, times=8)
    assert tally.problems == []
    assert tally.kills == 8
    assert tally.acknowledged > 0
