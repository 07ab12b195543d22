"""How playback sounds: its speed, filters and volume."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.playback.volume import STEP_DB, gain_of, store_volume_db, stored_volume_db

HIGH_PASS_HZ = (0, 200, 500, 1000)


class SoundSettings(QObject):
    """What a person sets about the sound, whatever is played.

    Attributes
    ----------
    speed : float
        Seconds of the recording in a second of sound.
    high_pass_hz : int
        Corner frequency, 0 for none.
    cleans : bool
        Whether what lies in the noise is turned down.
    volume_db : int

    Signals
    -------
    changed()
        The sound is to be made differently from now on.
    cleaning_changed(cleans)
    volume_changed(gain)
        Samples are multiplied with another factor.
    noted(text)
        Something in passing, for the status bar.
    """

    changed = Signal()
    cleaning_changed = Signal(bool)
    volume_changed = Signal(float)
    noted = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.speed = 1.0
        self.high_pass_hz = 0
        self.cleans = False
        self.volume_db = stored_volume_db()

    @property
    def gain(self) -> float:
        """What samples are multiplied with."""
        return gain_of(self.volume_db)

    @Slot(bool)
    def set_half_speed(self, half: bool) -> None:
        """Play half as fast and an octave lower."""
        self.speed = 0.5 if half else 1.0
        self.changed.emit()

    @Slot(bool)
    def set_cleaning(self, cleans: bool) -> None:
        """Turn down what lies in the noise, or play everything as it was recorded."""
        self.cleans = cleans
        self.changed.emit()
        self.cleaning_changed.emit(cleans)

    @Slot(int)
    def set_high_pass(self, corner_hz: int) -> None:
        """Cut what is lower than `corner_hz`; 0 for nothing."""
        self.high_pass_hz = corner_hz
        self.noted.emit(f"high-pass {corner_hz} Hz" if corner_hz else "high-pass off")
        self.changed.emit()

    @Slot()
    def next_high_pass(self) -> None:
        """Take the next of the high-passes."""
        at = HIGH_PASS_HZ.index(self.high_pass_hz)
        self.set_high_pass(HIGH_PASS_HZ[(at + 1) % len(HIGH_PASS_HZ)])

    @Slot()
    def louder(self) -> None:
        """Raise the volume."""
        self._set_volume(self.volume_db + STEP_DB)

    @Slot()
    def quieter(self) -> None:
        """Lower the volume."""
        self._set_volume(self.volume_db - STEP_DB)

    def _set_volume(self, volume_db: int) -> None:
        self.volume_db = store_volume_db(volume_db)
        self.volume_changed.emit(self.gain)
        self.noted.emit(f"volume {self.volume_db:+d} dB")
