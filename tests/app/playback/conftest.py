"""A recording of clicks, and playback without a window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from fake_desk import DURATION_S, OFFSET_S, Desk, Session
from fake_sound import FakeSound
from pytestqt.qtbot import QtBot

from app.base.time_view import TimeView
from app.playback.player import Playback
from core.audio.recording import Recording, open_recording


@pytest.fixture(autouse=True)
def no_wait_for_a_last_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake asks for no more frames once it is stopped."""
    monkeypatch.setattr("app.playback.feed._HUSH_S", 0.01)


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    """A click a second in both channels, a quarter of a second later in channel 1."""
    rate_hz = 8000
    samples = np.zeros((round(DURATION_S * rate_hz), 2), dtype=np.float32)
    for channel, offset_s in enumerate((0.0, OFFSET_S)):
        for second in np.arange(0.0, DURATION_S - 1):
            first = round((second + offset_s) * rate_hz)
            samples[first : first + 80, channel] = 0.5 * np.sin(np.arange(80))
    path = tmp_path / "clicks.wav"
    sf.write(path, samples, rate_hz)
    return open_recording(path)


@pytest.fixture
def desk(qtbot: QtBot, recording: Recording) -> Iterator[Desk]:
    session, view, sound = Session(recording), TimeView(), FakeSound()
    view.set_duration(DURATION_S)
    view.show_span(0.0, 5.0)
    playback = Playback(session, view, sound)
    made = Desk(session, view, sound, playback, qtbot, [], [])
    playback.message_posted.connect(made.messages.append)
    playback.noted.connect(made.notes.append)
    session.selection.recording_changed.emit()
    yield made
    playback.shut_down()
