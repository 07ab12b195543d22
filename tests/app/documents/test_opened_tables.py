"""Tables that are opened beside what a session holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.export.table_export import ExportPlan
from app.frame.main_window import MainWindow
from core.keypoints import ReviewState

Settle = Callable[[MainWindow], None]
MakeWindow = Callable[..., MainWindow]


def test_an_exported_table_brings_back_its_states(
    opened: MainWindow, make_window: MakeWindow, settle: Settle, stereo: Path, tmp_path: Path
) -> None:
    opened.review.go_to(3)
    opened.review.accept()
    opened.review.go_to(8)
    opened.review.unalignable()
    settle(opened)
    confidence = opened.session.keypoints.confidence
    table = stereo.parent / "corrected.csv"
    plan = ExportPlan(opened.session.entries)
    opened.exports.write(plan, table, overwrite=False)
    settle(opened)
    opened.close()
    again = make_window(home=tmp_path / "another home")
    again.open([table])
    settle(again)
    state = again.session.keypoints.state
    assert len(state) == 20
    assert state[3] is ReviewState.ACCEPTED
    assert state[8] is ReviewState.UNALIGNABLE
    assert again.session.keypoints.confidence == pytest.approx(confidence, abs=0.01)


def test_a_table_of_recordings_that_are_open_is_offered(
    opened: MainWindow, settle: Settle, stereo: Path
) -> None:
    opened.review.go_to(3)
    opened.review.accept()
    settle(opened)
    decided_s = float(opened.session.keypoints.time_1_s[3])
    table = stereo.parent / "from a colleague.csv"
    rows = [f"{stereo.name},{t}.0,{t + 0.5}" for t in range(20)]
    table.write_text("\n".join(["Filename,Time Channel 0,Time Channel 1", *rows]))
    opened.open([table])
    settle(opened)
    assert "two birds.wav is open already" in opened.messages.message.text
    assert not np.allclose(opened.session.keypoints.offset_s, 0.5)
    opened.messages._act.click()
    settle(opened)
    keypoints = opened.session.keypoints
    assert keypoints.time_1_s[3] == decided_s
    np.testing.assert_allclose(np.delete(keypoints.offset_s, 3), 0.5)
    assert "Take the times of from a colleague.csv" in opened.edit_history.model().index(2).data()
    opened.commands["undo"].trigger()
    settle(opened)
    assert not np.allclose(np.delete(opened.session.keypoints.offset_s, 3), 0.5)
    # Another grid cannot take the place of this one.
    table.write_text("\n".join(["Filename,Time Channel 0,Time Channel 1", *rows[:7]]))
    opened.open([table])
    settle(opened)
    opened.messages._act.click()
    assert "other keypoints on channel 0" in opened.messages.message.text
    opened.commands["take_table"].trigger()
    assert opened.messages.message.action == "open"


def test_a_table_written_elsewhere_opens_with_its_recording(
    opened: MainWindow, make_window: MakeWindow, settle: Settle, stereo: Path, tmp_path: Path
) -> None:
    opened.review.go_to(3)
    opened.review.accept()
    settle(opened)
    table = tmp_path / "for a colleague" / "corrected.csv"
    table.parent.mkdir()
    opened.exports.write(ExportPlan(opened.session.entries), table, overwrite=False)
    settle(opened)
    opened.close()
    again = make_window(home=tmp_path / "another home")
    again.open([table])
    settle(again)
    assert [entry.recording.paths for entry in again.session.entries] == [(stereo,)]
    assert again.session.keypoints.state[3] is ReviewState.ACCEPTED
