"""The waveforms of the recording shown, made in the background while they are wanted."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.base.background_runner import BackgroundRunner
from app.base.time_view import TimeView
from app.session.session_model import SessionModel
from core.audio.extremes import Extremes
from core.audio.recording import Recording

_BLOCK_S = 10.0

Pair = tuple[Extremes, Extremes]


class Waveforms(QObject):
    """Reads the recording shown once more, beginning where a person looks.

    Parameters
    ----------
    session, view
        What is shown.

    Attributes
    ----------
    pair : pair of Extremes or None
        Of both channels, as far as they are made; None while they are not wanted.

    Signals
    -------
    shown_changed(shown)
        They are wanted, or not any more.
    changed()
        `pair` is another, or holds more.
    """

    shown_changed = Signal(bool)
    changed = Signal()

    def __init__(
        self, session: SessionModel, view: TimeView, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._view = session, view
        self._are_shown = False
        self.pair: Pair | None = None
        self._reading = BackgroundRunner("waveform", self)
        self._reading.stepped.connect(self._on_step)
        session.selection.recording_changed.connect(self._read)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being read."""
        return not self._reading.is_running

    @Slot(bool)
    def set_shown(self, shown: bool) -> None:
        """Show waveforms from now on, or do not."""
        self._are_shown = shown
        self._read()
        self.shown_changed.emit(shown)

    def shut_down(self) -> None:
        """Stop the thread."""
        self._reading.shut_down()

    @Slot()
    def _read(self) -> None:
        entry = self._session.current
        self.pair = None
        if self._are_shown and entry is not None and not entry.is_lost:
            steps = partial(waveform_steps, entry.recording, self._view.start_s)
            self._reading.start(steps)
        else:
            self._reading.cancel()
        self.changed.emit()

    @Slot(object)
    def _on_step(self, step: Pair | None) -> None:
        if step is not None:
            self.pair = step
        self.changed.emit()


def waveform_steps(recording: Recording, from_s: float) -> Iterator[Pair | None]:
    """Fill the waveforms of both channels from a moment to the end, then before; in a thread.

    Yields
    ------
    pair of Extremes
        Once, at first.
    None
        Whenever they hold more.

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    first, second = (Extremes(s.sample_rate_hz, s.frames) for s in recording.channels)
    yield first, second
    # In whole seconds, a block begins at a whole sample of either channel.
    begin_s = float(max(math.floor(from_s), 0))
    for start_s, end_s in ((begin_s, None), (0.0, begin_s)):
        at = [round(start_s * s.sample_rate_hz) for s in recording.channels]
        for blocks in recording.both(_BLOCK_S, start_s, end_s):
            for channel, (made, block) in enumerate(zip((first, second), blocks, strict=True)):
                made.add(block, at[channel])
                at[channel] += len(block)
            yield None
