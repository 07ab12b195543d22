"""Audio that has changed since its keypoints were made can be found again, or used as it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile as sf
from conftest import RATE_HZ, write_calls

from app.frame.main_window import MainWindow
from core.keypoints import ReviewState

Settle = Callable[[MainWindow], None]
MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def reviewed(opened: MainWindow, settle: Settle) -> Path:
    """A session in which keypoint 5 was accepted; it is closed."""
    opened.review.go_to(4)
    opened.review.accept()
    settle(opened)
    opened.close()
    assert opened.store.path is not None
    return opened.store.path


def louder(path: Path, duration_s: float = 20.0) -> None:
    """The same file with other samples."""
    write_calls(path, duration_s)
    samples, _ = sf.read(path)
    sf.write(path, 2 * samples, RATE_HZ)


@pytest.fixture
def changed(reviewed: Path, make_window: MakeWindow, stereo: Path, settle: Settle) -> MainWindow:
    """The session open again, with other audio in the place of its own."""
    louder(stereo)
    window = make_window(aligns=False)
    window.open([reviewed])
    settle(window)
    return window


def test_changed_audio_is_used_if_the_person_says_so(
    changed: MainWindow, reviewed: Path, make_window: MakeWindow, settle: Settle
) -> None:
    window = changed
    told = window.messages.message
    assert "is not the audio that the keypoints were made on" in told.text
    assert "or use what is there now" in told.text
    assert (told.action, told.otherwise) == ("find_audio", "use_other_audio")
    assert window.workbench.spectrograms is None
    before_s = window.session.keypoints.time_1_s
    window.messages._other.click()
    settle(window)
    entry = window.session.current
    assert window.workbench.spectrograms is not None
    assert entry.keypoints.time_1_s == pytest.approx(before_s, abs=1e-12)
    assert entry.keypoints.state[4] is ReviewState.ACCEPTED
    # What the aligner said was said of the old audio.
    assert entry.verdict is None
    assert "aligned on other audio than is there now" in window.concern.text
    assert "The audio of 1 recording is used as it is now" in window.messages.message.text
    window.messages._act.click()
    settle(window)
    assert window.session.current.alignment is not None
    assert "other audio" not in window.concern.text
    window.close()
    again = make_window()
    again.open([reviewed])
    settle(again)
    assert not again.session.current.is_lost
    assert not again.session.current.is_outdated
    assert again.session.current.reviewed == 1


def test_opening_the_folder_offers_it_and_does_not_add_it_again(
    reviewed: Path, make_window: MakeWindow, stereo: Path, settle: Settle
) -> None:
    louder(stereo)
    window = make_window(aligns=False)
    window.open([stereo.parent])
    settle(window)
    assert window.store.path == reviewed
    assert [entry.is_lost for entry in window.session.entries] == [True]
    assert window.messages.message.otherwise == "use_other_audio"
    # Named by itself, it is meant as something else; then it cannot be used twice.
    window.open([stereo])
    settle(window)
    assert [entry.is_lost for entry in window.session.entries] == [True, False]
    window.commands["use_other_audio"].trigger()
    settle(window)
    assert "is open as a recording of its own" in window.messages.message.text
    window.commands["take_out"].trigger()
    window.commands["use_other_audio"].trigger()
    settle(window)
    assert not window.session.current.is_lost
    assert window.session.current.reviewed == 1


def test_it_stays_outdated_over_a_restart_until_it_is_aligned_again(
    changed: MainWindow, reviewed: Path, make_window: MakeWindow, settle: Settle
) -> None:
    changed.commands["use_other_audio"].trigger()
    settle(changed)
    changed.close()
    again = make_window(aligns=False)
    again.open([reviewed])
    settle(again)
    assert again.session.current.is_outdated
    assert "align it again" in again.concern.text


def test_audio_that_ends_before_its_keypoints_is_not_used(
    reviewed: Path, make_window: MakeWindow, stereo: Path, settle: Settle
) -> None:
    louder(stereo, 8.0)
    window = make_window()
    window.open([reviewed])
    settle(window)
    window.commands["align"].trigger()
    assert window.messages.message.otherwise == "use_other_audio"
    window.messages._other.click()
    settle(window)
    assert "ends at 8 s, and its last keypoint is at 19 s" in window.messages.message.text
    assert "open it as a recording of its own" in window.messages.message.text
    assert window.session.current.is_lost
    window.open([stereo])
    settle(window)
    assert [entry.is_lost for entry in window.session.entries] == [True, False]


def test_where_nothing_has_changed_it_says_so(opened: MainWindow) -> None:
    opened.commands["use_other_audio"].trigger()
    assert "All audio that is there is what" in opened.messages.message.text
