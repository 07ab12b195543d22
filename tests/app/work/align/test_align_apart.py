"""The window's own aligner works in a process that holds nothing up and takes nothing with it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import write_calls
from fake_net import align, prefer
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.base.messages import Kind
from app.frame.main_window import MainWindow
from app.settings.evidence_preference import EvidencePreference
from core.align.aligner import align as align_here
from core.evidence.compact import open_compact

MakeWindow = Callable[..., MainWindow]
Settle = Callable[[MainWindow], None]


@pytest.fixture
def window(make_window: MakeWindow) -> MainWindow:
    """A window as a person gets it, that aligns when asked."""
    return make_window(None, aligns=False)


def process_of(window: MainWindow) -> int:
    process, _ = window.workbench.aligning.aligner._child._running
    return process.pid


def test_it_finds_what_one_in_this_process_finds(
    window: MainWindow, stereo: Path, settle: Settle
) -> None:
    window.open([stereo])
    settle(window)
    shown = []
    window.workbench.aligning.progressed.connect(shown.append)
    align(window, settle)
    entry = window.session.current
    here = align_here(entry.recording, entry.keypoints.time_0_s, learned=(open_compact(),))
    np.testing.assert_array_equal(entry.keypoints.time_1_s, here.keypoints.time_1_s)
    np.testing.assert_array_equal(entry.keypoints.confidence, here.keypoints.confidence)
    assert [ranking.by for ranking in entry.evidence.rankings] == [
        each.by for each in here.rankings
    ]
    fractions = [each.fraction for each in shown if each is not None]
    assert len(set(fractions)) > 5
    assert fractions == sorted(fractions)
    session = window.session
    session.move_keypoint(9, session.keypoints.time_1_s[9] + 0.02)
    settle(window)
    assert session.current.alignment.decisions


@pytest.mark.parametrize("evidence", ["compact", "spectral"])
def test_the_process_is_there_before_it_is_asked(
    window: MainWindow, stereo: Path, settle: Settle, evidence: str
) -> None:
    prefer(window, EvidencePreference(evidence))
    assert not window.workbench.aligning.aligner.is_ready
    window.open([stereo])
    settle(window)
    before = process_of(window)
    align(window, settle)
    assert process_of(window) == before


def test_one_process_serves_all_recordings_until_it_is_of_no_use(
    window: MainWindow, tmp_path: Path, settle: Settle
) -> None:
    for name in ("a.wav", "b.wav"):
        write_calls(tmp_path / name, 5.0)
    window.open([tmp_path])
    settle(window)
    align(window, settle)
    first = process_of(window)
    window.commands["align_all"].trigger()
    settle(window)
    assert process_of(window) == first
    assert all(entry.alignment is not None for entry in window.session.entries)
    prefer(window, EvidencePreference("spectral"))
    settle(window)
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_cancel_is_quick_and_the_next_alignment_is_whole(
    window: MainWindow, tmp_path: Path, settle: Settle, qtbot: QtBot
) -> None:
    write_calls(tmp_path / "long.wav", 120.0)
    window.open([tmp_path])
    settle(window)
    window.commands["align"].trigger()
    qtbot.waitUntil(lambda: "comparing" in window.status.progress_text, timeout=20000)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.workbench.is_aligning, timeout=1000)
    assert "cancelled" in window.messages.message.text
    assert window.session.current.alignment is None
    align(window, settle)
    assert window.session.current.alignment is not None


def test_a_process_that_is_killed_costs_one_recording_and_is_told_in_a_sentence(
    window: MainWindow, tmp_path: Path, settle: Settle, qtbot: QtBot
) -> None:
    for name in ("a.wav", "b.wav"):
        write_calls(tmp_path / name, 60.0)
    window.open([tmp_path])
    settle(window)
    window.commands["align_all"].trigger()
    qtbot.waitUntil(lambda: "comparing" in window.status.progress_text, timeout=20000)
    os.kill(process_of(window), signal.SIGTERM)
    settle(window)
    first, second = window.session.entries
    assert first.problem.startswith("a.wav: was not aligned, because the aligner's process ended")
    assert "align it again" in first.problem
    assert first.alignment is None
    assert second.alignment is not None
    (told,) = [m for _, m in window.messages.log if m.kind is Kind.WARNING]
    assert "1 recording aligned" in told.text
    assert "1 failed" in told.text
    align(window, settle)
    assert window.session.entries[0].alignment is not None


def test_closing_the_window_ends_the_process(
    window: MainWindow, tmp_path: Path, settle: Settle, qtbot: QtBot
) -> None:
    write_calls(tmp_path / "long.wav", 120.0)
    window.open([tmp_path])
    settle(window)
    window.commands["align"].trigger()
    qtbot.waitUntil(lambda: "comparing" in window.status.progress_text, timeout=20000)
    process = process_of(window)
    window.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
