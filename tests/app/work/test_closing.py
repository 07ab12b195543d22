"""Several recorders of one reference in the window: walked at one moment, checked by ways round."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pytest
from conftest import write_calls

from app.frame.main_window import MainWindow
from core.align.alignment import Alignment
from core.audio.recording import Recording
from tests.conftest import shifted_alignment

Settle = Callable[[MainWindow], None]

PLACE_S = {"ref.wav": 0.0, "a.wav": 0.1, "b.wav": 0.4, "c.wav": 1.1}
MOTIF_S = 0.72


def _steps(recording: Recording, time_0_s: object, *_: object, **__: object) -> Iterator[Alignment]:
    """An aligner that is a motif off for one pair."""
    zero, one = recording.labels
    off_s = MOTIF_S * ((zero, one) == ("ref.wav", "b.wav"))
    yield shifted_alignment(recording, time_0_s, PLACE_S[one] - PLACE_S[zero] + off_s)


@pytest.fixture
def group(make_window: Callable, tmp_path: Path, settle: Settle) -> MainWindow:
    """Four recorders, aligned each with each."""
    for name in PLACE_S:
        write_calls(tmp_path / name, 60.0, channels=1)
    pairs = "".join(f"{zero},{one}\n" for zero, one in combinations(PLACE_S, 2))
    (tmp_path / "pairs.csv").write_text(f"File 0,File 1\n{pairs}")
    window = make_window(_steps)
    window.open([tmp_path / "pairs.csv"])
    settle(window)
    window.commands["align_all"].trigger()
    settle(window)
    return window


def _contradicted(window: MainWindow) -> list[tuple[str, ...]]:
    entries = window.session.entries
    return [entry.recording.labels for entry in entries if entry.contradiction]


def test_the_alignment_that_is_off_by_a_motif_is_flagged(group: MainWindow, settle: Settle) -> None:
    assert all(entry.alignment is not None for entry in group.session.entries)
    assert _contradicted(group) == [("ref.wav", "b.wav")]
    entry = next(each for each in group.session.entries if each.contradiction)
    assert "comes out 0.72 s elsewhere" in entry.contradiction
    assert "it is wrong there" in entry.contradiction
    assert entry.concerns[0] == entry.contradiction
    flags = {row.name: (row.is_contradicted, row.is_alias) for row in group.queue.rows.values()}
    assert [name for name, (is_wrong, _) in flags.items() if is_wrong] == ["ref.wav + b.wav"]
    # Once a person has put it right, nothing contradicts it.
    key = next(k for k, each in group.session.recordings.items() if each is entry)
    group.session.selection.select_recording(key)
    for index in range(len(entry.keypoints)):
        group.session.move_keypoint(index, min(float(entry.keypoints.time_0_s[index]) + 0.4, 59.9))
    settle(group)
    assert _contradicted(group) == []


def test_what_is_taken_out_says_nothing_any_more(group: MainWindow, settle: Settle) -> None:
    for key, entry in list(group.session.recordings.items()):
        if entry.recording.labels[0] != "ref.wav":
            group.session.take_out(key)
    settle(group)
    assert _contradicted(group) == []


def test_the_recorders_of_a_reference_are_walked_at_one_moment(
    group: MainWindow, settle: Settle
) -> None:
    group.session.selection.select_nearest(42.0)
    group.time.show_span(40.0, 45.0)
    walked = []
    for _ in range(3):
        group.commands["next_of_group"].trigger()
        settle(group)
        entry, at = group.session.current, group.session.selection.keypoint
        assert entry is not None
        walked.append(entry.recording.labels[1])
        assert entry.recording.labels[0] == "ref.wav"
        assert entry.keypoints.time_0_s[at] == 42.0
        assert (group.time.start_s, group.time.end_s) == (40.0, 45.0)
    assert walked == ["b.wav", "c.wav", "a.wav"]
    # Another reference has a clock of its own.
    group.session.selection.select_recording(4)
    assert group.session.selection.keypoint == 0
    assert group.time.start_s == 0.0


def test_a_recording_alone_with_its_reference_says_so(opened: MainWindow) -> None:
    opened.commands["next_of_group"].trigger()
    assert "No other recording here has the same reference" in opened.messages.message.text
