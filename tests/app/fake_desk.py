"""Playback without a window: what it reads, plays into and says."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from fake_sound import RATE_HZ, FakeSound, FakeStream
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from app.base.messages import Message
from app.base.time_view import TimeView
from app.playback.player import Playback
from app.session.region import Region
from core.audio.recording import Recording
from core.keypoints import KeypointSet, machine_keypoints
from core.time_map import TimeMap

DURATION_S, OFFSET_S = 12.0, 0.25


class Selection(QObject):
    """What playback reads of the selection."""

    recording_changed = Signal()
    changed = Signal()
    keypoint = 0
    region: Region | None = None


class Session(QObject):
    """What playback reads of the session."""

    keypoints_changed = Signal()

    def __init__(self, recording: Recording) -> None:
        super().__init__()
        self.current: SimpleNamespace | None = SimpleNamespace(recording=recording)
        time_0_s = np.arange(0.0, DURATION_S)
        self.keypoints: KeypointSet = machine_keypoints(time_0_s, time_0_s + OFFSET_S)
        self.selection = Selection()

    def time_map(self) -> TimeMap:
        return self.keypoints.time_map()

    def select(self, index: int) -> None:
        self.selection.keypoint = index
        self.selection.changed.emit()


@dataclass
class Desk:
    """Playback without a window."""

    session: Session
    view: TimeView
    sound: FakeSound
    playback: Playback
    qtbot: QtBot
    messages: list[Message]
    notes: list[str]

    def stream(self) -> FakeStream:
        """The stream of the sound under way."""
        self.qtbot.waitUntil(
            lambda: bool(self.sound.streams) and not self.sound.streams[-1].is_closed
        )
        return self.sound.streams[-1]

    def play(self, duration_s: float) -> np.ndarray:
        """Hear some seconds, and see the cursor follow."""
        heard = self.stream().play(duration_s)
        self.playback._follow_sound()
        return heard

    def settle(self) -> None:
        """Wait for the worker."""
        self.qtbot.waitUntil(lambda: self.playback.is_idle)

    @property
    def cursor_s(self) -> float:
        assert self.playback.cursor is not None
        return self.playback.cursor.time_s


def onsets_s(sound: np.ndarray) -> np.ndarray:
    """When something begins after silence, seconds."""
    loud = np.flatnonzero(np.abs(sound) > 0.05)
    begins = np.diff(loud, prepend=-RATE_HZ) > 0.1 * RATE_HZ
    return loud[begins] / RATE_HZ
