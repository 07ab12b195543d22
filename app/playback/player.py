"""Playback: its commands, settings and cursor."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import partial

from PySide6.QtCore import QObject, QSettings, Qt, QTimer, Signal, Slot

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.messages import Kind, Message
from app.base.time_view import TimeView
from app.playback.cursor import Cursor
from app.playback.feed import Feed, Request, device_steps
from app.playback.sound import Devices, NoSoundError, PortAudio, Sound, SoundError
from app.playback.sound_settings import SoundSettings
from app.render.clips import CLIP_S
from app.session.edit_messages import open_first
from app.session.session_model import SessionModel
from core.audio.aligned import ChannelSelection, Passage, alternating

_POLL_MS = 33
_NEAR_PART = 0.01
_DEVICE_KEY = "playback/device"


class _Mode(Enum):
    TOGETHER = "together"
    ALTERNATING = "alternating"


class Playback(QObject):
    """Plays the recording shown, aligned by its keypoints as they stand.

    It starts where the person last clicked, or half a second before the selected
    keypoint, whichever came last; if that is out of view, at the left edge. It
    goes on to the end of the recording, and the view turns its pages. A region that is
    selected is played instead, and no more than that.

    Parameters
    ----------
    session : SessionModel
    view : TimeView
        Turns its page when the cursor runs out of it.
    sound : Sound, optional
        The sound device.

    Attributes
    ----------
    settings : SoundSettings
        How it sounds.

    Signals
    -------
    cursor_moved(cursor)
        A `Cursor`, or None for none.
    changed()
        Started, stopped, set differently, or playback has become possible or impossible.
    devices_changed()
        `devices` or `device` is another.
    message_posted(message)
        A `Message` for the person.
    noted(text)
        Something in passing, for the status bar.
    """

    cursor_moved = Signal(object)
    changed = Signal()
    devices_changed = Signal()
    message_posted = Signal(object)
    noted = Signal(str)

    def __init__(
        self,
        session: SessionModel,
        view: TimeView,
        sound: Sound | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._view = view
        self._sound: Sound = PortAudio() if sound is None else sound
        self._feed: Feed | None = None
        self._mode = _Mode.TOGETHER
        self._clicked_s: float | None = None
        self._selected = -1
        self._cursor: Cursor | None = None
        self._loops = False
        self._tells_devices = False
        self.devices: Devices | None = None
        self.problem = ""
        self.device = str(QSettings().value(_DEVICE_KEY, ""))
        self.settings = SoundSettings(self)
        self.settings.changed.connect(self._on_settings)
        self.settings.volume_changed.connect(self._on_volume)
        self.settings.noted.connect(self.noted)
        self._runner = BackgroundRunner("playback", self)
        self._runner.stepped.connect(self._on_step)
        self._runner.ended.connect(self._on_ended)
        self._poll = QTimer(self, interval=_POLL_MS, timerType=Qt.TimerType.PreciseTimer)
        self._poll.timeout.connect(self._follow_sound)
        session.selection.recording_changed.connect(self._on_recording)
        session.selection.changed.connect(self._on_selection)
        session.keypoints_changed.connect(self._on_keypoints)

    # -- what is there ---------------------------------------------------------------

    @property
    def is_playing(self) -> bool:
        """Whether something is heard, or will be in a moment."""
        return self._feed is not None

    @property
    def is_idle(self) -> bool:
        """Whether the worker has nothing to do."""
        return not self._runner.is_running

    @property
    def cursor(self) -> Cursor | None:
        """What the panes show."""
        return self._cursor

    @property
    def moment_s(self) -> float:
        """Where the cursor is, or else the selected keypoint; seconds of channel 0."""
        keypoints = self._session.keypoints
        if self._cursor is not None:
            return self._cursor.time_s
        if keypoints is not None and self._selected >= 0:
            return float(keypoints.time_0_s[self._selected])
        return self._view.start_s

    @property
    def is_missing(self) -> bool:
        """Whether the chosen device is not there."""
        return bool(self.device and self.devices and self.device not in self.devices.names)

    # -- commands --------------------------------------------------------------------

    @Slot()
    def play(self) -> None:
        """Play both channels aligned, one in each ear; stop whatever plays."""
        if self.is_playing:
            self.stop()
        else:
            self._start(_Mode.TOGETHER)

    @Slot()
    def play_alternating(self) -> None:
        """Play a second of channel 0, the same of channel 1, and so on; again to stop."""
        if not self.is_playing:
            self._start(_Mode.ALTERNATING)
        elif self._mode is _Mode.ALTERNATING:
            self.stop()
        else:
            self._mode = _Mode.ALTERNATING
            self._play_on()

    @Slot()
    def stop(self) -> None:
        """Fall silent."""
        if self._feed is not None:
            self._feed = None
            self._runner.cancel()
            self._poll.stop()
            self._rest()
            self.changed.emit()

    @Slot(bool)
    def set_loop(self, loops: bool) -> None:
        """Repeat the clip around the selected keypoint, or play on."""
        self._loops = loops
        self._play_on()

    @Slot(str)
    def choose_device(self, name: str) -> None:
        """Play on another device; empty for the one that the system uses."""
        self.device = name
        QSettings().setValue(_DEVICE_KEY, name)
        self.devices_changed.emit()
        if self._cursor is not None and self.is_playing:
            self._start(self._mode, self._cursor.time_s)

    @Slot()
    def find_devices(self) -> None:
        """Look for sound devices, also for those plugged in since, and say what there is."""
        self.stop()
        self._tells_devices = True
        self._runner.start(partial(device_steps, self._sound, afresh=True))

    @Slot()
    def prepare(self) -> None:
        """Load the sound library and look for devices, in the background."""
        if self.is_idle:
            self._runner.start(partial(device_steps, self._sound, afresh=False))

    @Slot(float)
    def start_from(self, time_0_s: float) -> None:
        """A click: start there the next time, or go on from there."""
        keypoints = self._session.keypoints
        if keypoints is None:
            return
        self._clicked_s = max(time_0_s, 0.0)
        if self._selected >= 0:
            away_s = abs(float(keypoints.time_0_s[self._selected]) - time_0_s)
            if away_s <= _NEAR_PART * self._view.span_s:
                self._clicked_s = None
        if not self.is_playing:
            self._rest()
        elif not self._loops:
            self._play_on(self._first_s())

    def shut_down(self) -> None:
        """Stop the sound and the thread."""
        self.stop()
        self._runner.shut_down()

    # -- what is wanted --------------------------------------------------------------

    def _start(self, mode: _Mode, from_s: float | None = None) -> None:
        if self._session.current is None:
            self.message_posted.emit(open_first(self._session.selection))
            return
        if self.problem:
            self._tell_problem()
            return
        self._mode = mode
        first_s = self._first_s() if from_s is None else from_s
        request = self._request(first_s)
        self._feed = Feed(request, self._session.time_map(), self.settings.gain)
        self._runner.start(partial(self._feed.steps, self._sound, self.device))
        self._show(Cursor(request.passages[0].start_s, request.passages[0].heard, is_playing=True))
        self._poll.start()
        self.changed.emit()

    def _play_on(self, from_s: float | None = None) -> None:
        """Something was set differently: go on with it from where the sound is."""
        if self._feed is not None and self._cursor is not None:
            self._feed.wanted = self._request(self._cursor.time_s if from_s is None else from_s)

    def _request(self, first_s: float) -> Request:
        entry = self._session.current
        assert entry is not None
        first_s, end_s = self._ends_s(first_s, entry.recording.duration_s)
        passages: tuple[Passage, ...] = (Passage(first_s, end_s),)
        if self._mode is _Mode.ALTERNATING:
            passages = alternating(first_s, end_s, CLIP_S)
        how = self.settings
        return Request(
            entry.recording, passages, how.speed, how.high_pass_hz, self._loops, how.cleans
        )

    def _ends_s(self, first_s: float, end_s: float) -> tuple[float, float]:
        """What is played of a recording that ends at `end_s`, from `first_s` on if it can be."""
        region = self._session.selection.region
        if region is not None:
            is_inside = region.start_s <= first_s < region.end_s and not self._loops
            return first_s if is_inside else region.start_s, region.end_s
        if self._loops:
            keypoints = self._session.keypoints
            if keypoints is not None and self._selected >= 0:
                first_s = float(keypoints.time_0_s[self._selected]) - CLIP_S / 2
            end_s = min(first_s + CLIP_S, end_s)
        return min(max(first_s, 0.0), max(end_s - CLIP_S, 0.0)), end_s

    def _first_s(self) -> float:
        """Where the sound starts."""
        region = self._session.selection.region
        if region is not None:
            return region.start_s
        wanted_s = self._clicked_s
        keypoints = self._session.keypoints
        lead_s = 0.0
        if wanted_s is None and keypoints is not None and self._selected >= 0:
            wanted_s, lead_s = float(keypoints.time_0_s[self._selected]), CLIP_S / 2
        if wanted_s is None or not self._view.start_s <= wanted_s <= self._view.end_s:
            return self._view.start_s
        return max(wanted_s - lead_s, self._view.start_s)

    # -- following -------------------------------------------------------------------

    @Slot()
    def _on_recording(self) -> None:
        self.stop()
        self._clicked_s = None
        self._selected = self._session.selection.keypoint
        self._rest()

    @Slot()
    def _on_selection(self) -> None:
        if self._session.selection.keypoint == self._selected:
            return
        self._selected = self._session.selection.keypoint
        self._clicked_s = None
        if not self.is_playing:
            self._rest()
        elif self._loops:
            self._play_on()

    @Slot()
    def _on_settings(self) -> None:
        self._play_on()
        self.changed.emit()

    @Slot(float)
    def _on_volume(self, gain: float) -> None:
        if self._feed is not None:
            self._feed.gain = gain

    @Slot()
    def _on_keypoints(self) -> None:
        if self._feed is not None:
            self._feed.time_map = self._session.time_map()

    @Slot()
    def _follow_sound(self) -> None:
        feed, before = self._feed, self._cursor
        if feed is None or feed.track is None or before is None:
            return
        time_s, channels = feed.track.where(self._sound.now_s())
        self._show(Cursor(time_s, channels, is_playing=True))
        view = self._view
        if before.time_s <= view.end_s < time_s and before.time_s >= view.start_s:
            view.show_span(time_s, time_s + view.span_s, remember=False)

    def _rest(self) -> None:
        """Show where the sound would start, if a click said so."""
        at_s = self._clicked_s
        self._show(None if at_s is None else Cursor(at_s, ChannelSelection.BOTH, is_playing=False))

    def _show(self, cursor: Cursor | None) -> None:
        if cursor != self._cursor:
            self._cursor = cursor
            self.cursor_moved.emit(cursor)

    # -- what the worker says --------------------------------------------------------

    @Slot(object)
    def _on_step(self, step: Devices | SoundError | None) -> None:
        if isinstance(step, Devices):
            self._on_devices(step)
        elif isinstance(step, SoundError):
            self._on_problem(step)

    def _on_devices(self, devices: Devices) -> None:
        self.problem = ""
        self.devices = devices
        if self.is_missing:
            self.noted.emit(f"“{self.device}” is not connected; playing on “{devices.default}”")
        elif self._tells_devices:
            name = self.device or devices.default
            self.message_posted.emit(Message(Kind.INFO, f"Playback goes to “{name}”."))
        self._tells_devices = False
        self.devices_changed.emit()
        self.changed.emit()

    def _on_problem(self, error: SoundError) -> None:
        was_wanted = self.is_playing or self._tells_devices
        self._tells_devices = False
        self.stop()
        if isinstance(error, NoSoundError):
            self.problem = str(error)
            self.devices = None
            self.devices_changed.emit()
            self.changed.emit()
        else:
            # What is gone leaves the menu; what is left can be chosen there.
            self._runner.start(partial(device_steps, self._sound, afresh=True))
        if was_wanted and self.problem:
            self._tell_problem()
        elif was_wanted:
            self._tell(str(error), lambda: not self.is_playing)

    def _tell_problem(self) -> None:
        problem = self.problem
        self._tell(problem, lambda: self.problem == problem)

    def _tell(self, problem: str, is_true: Callable[[], bool]) -> None:
        self.message_posted.emit(Message(Kind.ERROR, problem, "find_devices", is_true=is_true))

    @Slot(object)
    def _on_ended(self, result: RunResult) -> None:
        feed = self._feed
        if feed is None:
            return
        if result.status is RunStatus.DONE and feed.played is not feed.wanted:
            # Something else was wanted while the last frames were heard.
            self._start(self._mode, feed.wanted.passages[0].start_s)
            return
        if result.status is RunStatus.FAILED:
            self.message_posted.emit(Message(Kind.ERROR, result.message, details=result.details))
        elif feed.gaps:
            self.noted.emit(f"the sound had {feed.gaps} gaps; the computer was busy")
        self.stop()
