"""How many processes work at a time."""

from __future__ import annotations

import pytest

from core.cli.batch.processes import at_a_time


def test_windows_waits_for_no_more_than_61_processes(capsys: pytest.CaptureFixture[str]) -> None:
    assert at_a_time(61, "win32") == 61
    assert at_a_time(200, "linux") == 200
    assert capsys.readouterr().err == ""
    assert at_a_time(200, "win32") == 61
    assert capsys.readouterr().err.startswith("61 instead of 200 at a time")
