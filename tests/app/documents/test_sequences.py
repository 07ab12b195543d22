"""Folders of consecutive files in the window, by a table of pairs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conftest import write_calls

from app.frame.main_window import MainWindow
from core.audio.sources import Source, Sources
from core.formats.tables.pair_list import write_pairs
from core.keypoints import ReviewState

Settle = Callable[[MainWindow], None]


def test_a_pair_of_folders_is_one_recording_and_is_found_again(
    window: MainWindow, make_window: Callable[..., MainWindow], tmp_path: Path, settle: Settle
) -> None:
    sides = []
    for recorder in "AB":
        folder = tmp_path / f"recorder{recorder}"
        folder.mkdir()
        for minute in (0, 1, 2):
            write_calls(folder / f"20230511_0430{8 * minute:02d}.wav", 6.0, channels=1)
        sides.append(Source(folder))
    write_pairs(tmp_path / "pairs.csv", [Sources(tuple(sides))])
    window.open([tmp_path / "pairs.csv"])
    settle(window)
    (entry,) = window.session.entries
    assert entry.recording.name == "recorderA"
    assert entry.recording.duration_s == 22.0
    assert not entry.is_lost
    window.session.review_keypoints([3, 4], ReviewState.ACCEPTED)
    settle(window)
    window.close()

    again = make_window()
    again.open([tmp_path / "pairs.csv"])
    settle(again)
    (entry,) = again.session.entries
    assert not entry.is_lost
    assert entry.keypoints.is_reviewed.sum() == 2
