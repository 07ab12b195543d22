"""Aligning with a network on the worker's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from conftest import RATE_HZ, write_calls
from fake_net import FakeNet, Opener, align, prefer
from fakes import fake_alignment
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.base.messages import Kind
from app.frame.main_window import MainWindow
from app.settings.evidence_preference import EvidencePreference
from app.views.dialogs.preferences_dialog import PreferencesDialog
from app.work.align.aligner import align_steps
from app.work.run_clock import RunClock
from core.align.alignment import EvidenceUsed
from core.audio.recording import Recording
from core.errors import InputError
from core.evidence.learned import EvidenceInput, LearnedTerm
from core.steps import Steps

MakeWindow = Callable[..., MainWindow]
Settle = Callable[[MainWindow], None]

COMPACT, SPECTRAL = EvidencePreference("compact"), EvidencePreference("spectral")


@pytest.fixture
def window(make_window: MakeWindow, opener: Opener) -> MainWindow:
    """A window with the real aligner that aligns when asked, and opens fake networks."""
    window = make_window(align_steps, aligns=False)
    window.workbench.aligning.aligner._opens = opener
    return window


# -- one network at a time ---------------------------------------------------------------


def test_one_network_serves_all_recordings_in_the_worker_thread(
    window: MainWindow, opener: Opener, tmp_path: Path, settle: Settle
) -> None:
    for name in ("a.wav", "b.wav"):
        write_calls(tmp_path / name, 5.0)
    prefer(window, COMPACT)
    window.open([tmp_path])
    settle(window)
    window.commands["align_all"].trigger()
    settle(window)
    (net,) = opener.opened
    assert net.batches == 40
    assert net.thread is not threading.main_thread()
    made = [entry.run.made for entry in window.session.entries]
    assert {(m.evidence, m.model, m.device) for m in made} == {("compact", "fake-cuda", "cuda")}
    window.close()
    assert net.is_closed


def test_another_choice_closes_the_network_at_once(
    window: MainWindow, opener: Opener, stereo: Path, settle: Settle
) -> None:
    window.open([stereo])
    settle(window)
    prefer(window, COMPACT)
    align(window, settle)
    prefer(window, replace(COMPACT, device="cpu"))
    settle(window)
    assert [net.is_closed for net in opener.opened] == [True]
    align(window, settle)
    assert [net.is_closed for net in opener.opened] == [True, False]
    prefer(window, SPECTRAL)
    settle(window)
    assert opener.opened[1].is_closed
    align(window, settle)
    assert len(opener.opened) == 2
    assert window.session.current.run.made.evidence == "spectral"


def test_another_choice_in_the_middle_acts_on_the_next_run(
    window: MainWindow, opener: Opener, stereo: Path, settle: Settle, qtbot: QtBot
) -> None:
    gate = threading.Semaphore(0)
    opener.prepare = lambda net: setattr(net, "waits", gate)
    window.open([stereo])
    settle(window)
    prefer(window, COMPACT)
    window.commands["align"].trigger()
    qtbot.waitUntil(lambda: bool(opener.opened))
    store = window.shell.preferences
    store.put(replace(store.value, evidence=SPECTRAL, max_offset_s=60.0))
    gate.release(20)
    settle(window)
    made = window.session.current.run.made
    assert made.evidence == "compact"
    assert "max_offset_s" not in made.settings
    assert opener.opened[0].is_closed


def test_a_scorer_trained_anew_is_opened_anew(
    window: MainWindow, opener: Opener, stereo: Path, tmp_path: Path, settle: Settle
) -> None:
    files = [tmp_path / "beats.pt", tmp_path / "scorer.safetensors"]
    for file in files:
        file.write_bytes(b"1")
    window.open([stereo])
    settle(window)
    prefer(window, EvidencePreference("beats", *map(str, files)))
    align(window, settle)
    align(window, settle)
    assert len(opener.opened) == 1
    files[1].write_bytes(b"other weights")
    align(window, settle)
    assert [net.is_closed for net in opener.opened] == [True, False]


def test_the_compact_net_that_is_shipped_aligns(
    make_window: MakeWindow, stereo: Path, settle: Settle
) -> None:
    window = make_window(align_steps, aligns=False)
    prefer(window, COMPACT)
    window.open([stereo])
    settle(window)
    align(window, settle)
    made = window.session.current.run.made
    assert (made.evidence, made.device) == ("compact", "cpu")
    assert made.model != "none"


# -- while it runs -------------------------------------------------------------------------


def test_cancel_stops_within_one_batch_and_keeps_the_network(
    window: MainWindow, opener: Opener, stereo: Path, settle: Settle, qtbot: QtBot
) -> None:
    gate = threading.Semaphore(0)
    opener.prepare = lambda net: setattr(net, "waits", gate)
    window.open([stereo])
    settle(window)
    prefer(window, COMPACT)
    before = window.session.keypoints
    window.commands["align"].trigger()
    gate.release(3)
    qtbot.waitUntil(lambda: bool(opener.opened) and opener.opened[0].batches == 3, timeout=20000)
    qtbot.waitUntil(lambda: "network" in window.status.progress_text, timeout=20000)
    assert "the compact net" in window.status.progress_text
    QTest.keyClick(window, Qt.Key.Key_Escape)
    gate.release(10)
    settle(window)
    net = opener.opened[0]
    assert net.batches <= 4
    assert "cancelled" in window.messages.message.text
    assert window.session.keypoints is before
    assert not net.is_closed
    gate.release(40)
    align(window, settle)
    assert window.session.current.alignment is not None
    assert len(opener.opened) == 1


def test_short_memory_is_told_once_and_is_no_reason_for_review(
    window: MainWindow, opener: Opener, stereo: Path, settle: Settle
) -> None:
    def prepare(net: FakeNet) -> None:
        net.says = ("memory is short: 8 clips at a time", "went on on the processor")

    opener.prepare = prepare
    window.open([stereo])
    settle(window)
    prefer(window, COMPACT)
    align(window, settle)
    align(window, settle)
    told = [message.text for _, message in window.messages.log if message.kind is Kind.WARNING]
    assert told[:2] == ["Memory is short: 8 clips at a time.", "Went on on the processor."]
    assert len(set(told)) == len(told)
    assert "memory" not in window.concern.text


def test_the_device_at_the_end_is_the_one_recorded(
    window: MainWindow, opener: Opener, stereo: Path, settle: Settle
) -> None:
    class Falling(FakeNet):
        def term(self, *arguments: object) -> Steps[LearnedTerm]:
            yield 0.5
            self.device = "cpu"
            return (yield from super().term(*arguments))

    window.workbench.aligning.aligner._opens = lambda _choice: (Falling("cuda"),)
    window.open([stereo])
    settle(window)
    prefer(window, COMPACT)
    align(window, settle)
    assert window.session.current.run.made.device == "cpu"


def test_corrections_lead_the_path_over_the_evidence_of_the_network(
    window: MainWindow, tmp_path: Path, settle: Settle
) -> None:
    class Knowing(FakeNet):
        """Hears in noise that channel 1 is 0.7 s late."""

        weight = 5.0

        def term(
            self,
            _heard: EvidenceInput,
            _time_s: np.ndarray,
            first_s: np.ndarray,
            columns: int,
        ) -> Steps[LearnedTerm]:
            offset_s = first_s[:, None] + 0.01 * np.arange(columns)
            yield 0.5
            match = np.exp(-0.5 * ((offset_s - 0.7) / 0.02) ** 2).astype(np.float32) - 0.01
            return LearnedTerm(match)

    path = tmp_path / "noise.wav"
    noise = np.random.default_rng(2).normal(scale=0.1, size=(30 * RATE_HZ, 2))
    sf.write(path, noise, RATE_HZ)
    window.workbench.aligning.aligner._opens = lambda _choice: (Knowing(),)
    window.open([path])
    settle(window)
    prefer(window, COMPACT)
    align(window, settle)
    session = window.session
    inner = slice(3, -3)
    np.testing.assert_allclose(session.keypoints.offset_s[inner], 0.7, atol=0.05)
    session.move_keypoint(15, session.keypoints.time_0_s[15] + 0.73)
    settle(window)
    assert session.current.alignment.decisions
    assert session.keypoints.offset_s[15] == pytest.approx(0.73)
    np.testing.assert_allclose(session.keypoints.offset_s[inner], 0.7, atol=0.05)
    assert session.current.alignment.evidence.name == "compact"


# -- what goes wrong -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        InputError("learned evidence", "needs torch, not installed here", "install it"),
        InputError("beats.pt", "there is no such file", "check the path"),
        RuntimeError("driver is too old"),
    ],
)
def test_what_cannot_be_opened_is_one_message(
    window: MainWindow, opener: Opener, tmp_path: Path, settle: Settle, error: Exception
) -> None:
    for name in ("a.wav", "b.wav", "c.wav"):
        write_calls(tmp_path / name, 5.0)
    window.open([tmp_path])
    settle(window)
    before = window.session.entries
    opener.error = error
    prefer(window, COMPACT)
    window.commands["align_all"].trigger()
    settle(window)
    (told,) = [m for _, m in window.messages.log if m.kind is Kind.ERROR]
    assert str(error).rstrip(".") in told.text
    assert window.session.entries == before
    window.messages._act.click()
    (dialog,) = window.findChildren(PreferencesDialog)
    assert dialog.evidence.isVisible()
    opener.error = None
    align(window, settle)
    assert window.session.current.alignment is not None


def test_files_that_are_not_chosen_are_asked_for(
    window: MainWindow, opener: Opener, stereo: Path, settle: Settle
) -> None:
    window.open([stereo])
    settle(window)
    prefer(window, EvidencePreference("beats"))
    align(window, settle)
    assert window.messages.message.text == "Not aligned. Choose a BEATs checkpoint."
    assert window.messages.message.action == "evidence"
    assert window.session.current.alignment is None
    assert opener.opened == []


def test_a_network_that_broke_is_opened_anew(
    window: MainWindow, opener: Opener, stereo: Path, settle: Settle
) -> None:
    class Breaking(FakeNet):
        def term(self, *_arguments: object) -> Steps[LearnedTerm]:
            yield 0.1
            raise RuntimeError("device-side assert")

    broken = Breaking()
    window.workbench.aligning.aligner._opens = lambda _choice: (broken,)
    window.open([stereo])
    settle(window)
    prefer(window, COMPACT)
    align(window, settle)
    assert "device-side assert" in window.messages.message.text
    assert broken.is_closed
    window.workbench.aligning.aligner._opens = opener
    align(window, settle)
    assert window.session.current.alignment is not None


# -- what remains to be seen ---------------------------------------------------------------


def test_the_list_names_what_a_recording_was_aligned_with(
    make_window: MakeWindow, stereo: Path, settle: Settle
) -> None:
    def steps(recording: Recording, time_0_s: np.ndarray, **_: object) -> Iterator[object]:
        used = EvidenceUsed("beats", "0123456789abcdef", "cuda")
        yield replace(fake_alignment(time_0_s), evidence=used)

    window = make_window(steps)
    window.open([stereo])
    settle(window)
    tip = window.recordings.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "aligned with BEATs (0123456789) on cuda" in tip


def test_progress_is_told_at_every_stage_and_no_more_often_than_it_is_read() -> None:
    now_s = [0.0]
    clock = RunClock(lambda: now_s[0])
    told = []
    for step in range(100):
        now_s[0] = step / 100
        told.append(clock.is_due("reading" if step < 50 else "comparing"))
    assert told[0]
    assert told[50]
    assert 15 <= sum(told) <= 25


def test_time_left_goes_by_the_stage_that_takes_longest() -> None:
    now_s = [0.0]
    clock = RunClock(lambda: now_s[0])

    def at(seconds: float, stage: str, fraction: float) -> float | None:
        now_s[0] = seconds
        return clock.left_s(stage, fraction)

    assert at(5.0, "opening", 0.0) is None
    assert at(6.0, "reading", 0.0) is None
    assert at(7.0, "reading", 0.1) == pytest.approx(9.0)
    assert at(7.0, "network", 0.1) == pytest.approx(9.0)
    assert at(7.5, "network", 0.105) == pytest.approx(0.895 * 1.5 / 0.105)
    assert at(17.0, "network", 0.2) == pytest.approx(80.0)
    assert at(97.0, "network", 1.0) == 0.0
