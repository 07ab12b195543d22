"""Playback as a person hears and sees it, on a sound card made of arrays."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import soundfile as sf
from fake_sound import DELAY_S, RATE_HZ, FakeSound, FakeStream
from fakes import curve_s
from PySide6.QtCore import QObject, QPointF, QSettings, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.base.messages import Kind, Message
from app.base.time_view import TimeView
from app.frame.main_window import MainWindow
from app.playback.feed import AHEAD_S, Feed, Request
from app.playback.player import Playback
from app.playback.sound import NoSoundError, PortAudio, SoundError
from app.playback.track import Track
from core.audio.aligned import ChannelSelection, Listening, Passage
from core.audio.recording import Recording, open_recording
from core.keypoints import KeypointSet, machine_keypoints
from core.time_map import TimeMap

Key, Modifier = Qt.Key, Qt.KeyboardModifier
DURATION_S, OFFSET_S = 12.0, 0.25


class Selection(QObject):
    """What playback reads of the selection."""

    recording_changed = Signal()
    changed = Signal()
    keypoint = 0


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


def onsets_s(sound: np.ndarray) -> np.ndarray:
    """When something begins after silence, seconds."""
    loud = np.flatnonzero(np.abs(sound) > 0.05)
    begins = np.diff(loud, prepend=-RATE_HZ) > 0.1 * RATE_HZ
    return loud[begins] / RATE_HZ


# -- what is heard -------------------------------------------------------------------


def test_each_channel_in_its_ear_and_aligned(desk: Desk) -> None:
    desk.session.select(2)
    desk.playback.play()
    left, right = desk.play(3.0).T
    # From half a second before the keypoint at 2 s.
    np.testing.assert_allclose(onsets_s(left), [0.5, 1.5, 2.5], atol=0.002)
    np.testing.assert_allclose(onsets_s(right), [0.5, 1.5, 2.5], atol=0.002)


def test_a_correction_is_heard_while_it_plays(desk: Desk) -> None:
    desk.playback.play()
    desk.play(1.0)
    later = desk.session.keypoints.time_0_s + OFFSET_S + 0.1
    desk.session.keypoints = machine_keypoints(desk.session.keypoints.time_0_s, later)
    desk.session.keypoints_changed.emit()
    sound = desk.play(3.0)
    right = onsets_s(sound[:, 1])
    settled = right[right > 1.0 + AHEAD_S + 0.2]
    np.testing.assert_allclose(settled % 1, 0.9, atol=0.002)


def test_alternating_gives_the_same_second_of_each_channel(desk: Desk) -> None:
    desk.session.select(2)
    desk.playback.play_alternating()
    seen = []
    for _ in range(4):
        sound = desk.play(1.0)
        assert desk.playback.cursor is not None
        seen.append(desk.playback.cursor.channels)
    np.testing.assert_array_equal(sound[:, 0], sound[:, 1])
    np.testing.assert_allclose(onsets_s(sound[:, 0]), [0.5, 1.5, 2.5, 3.5], atol=0.002)
    assert seen == [ChannelSelection.CHANNEL_0, ChannelSelection.CHANNEL_1] * 2
    assert desk.cursor_s == pytest.approx(3.5, abs=0.03)


def test_alternating_can_be_switched_to_and_stopped(desk: Desk) -> None:
    desk.playback.play()
    desk.play(1.0)
    desk.playback.play_alternating()
    desk.play(0.5)
    assert len(desk.sound.streams) == 1
    assert desk.playback.cursor is not None
    assert desk.playback.cursor.channels is ChannelSelection.CHANNEL_0
    desk.playback.play_alternating()
    assert not desk.playback.is_playing


def test_the_clip_loops_and_follows_the_selection(desk: Desk) -> None:
    desk.session.select(3)
    desk.playback.set_loop(True)
    desk.playback.play()
    for _ in range(10):
        desk.play(0.37)
        assert 2.5 <= desk.cursor_s <= 3.5
    desk.session.select(6)
    desk.play(0.5)
    assert 5.5 <= desk.cursor_s <= 6.5
    desk.playback.set_loop(False)
    desk.play(1.5)
    assert desk.cursor_s > 6.6
    assert len(desk.sound.streams) == 1


def test_half_speed(desk: Desk) -> None:
    desk.playback.set_half_speed(True)
    desk.playback.play()
    sound = desk.play(4.0)
    np.testing.assert_allclose(onsets_s(sound[:, 0])[1:], [2.0], atol=0.005)
    assert desk.cursor_s == pytest.approx(2.0 - DELAY_S / 2, abs=0.02)


def test_the_high_pass_goes_round(desk: Desk) -> None:
    chosen = []
    for _ in range(4):
        desk.playback.next_high_pass()
        chosen.append(desk.playback.high_pass_hz)
    assert chosen == [200, 500, 1000, 0]
    assert desk.notes == [
        "high-pass 200 Hz",
        "high-pass 500 Hz",
        "high-pass 1000 Hz",
        "high-pass off",
    ]
    desk.playback.play()
    desk.playback.set_high_pass(500)
    assert desk.stream().feed.wanted.high_pass_hz == 500


def test_volume_never_exceeds_full_scale_and_is_remembered(desk: Desk) -> None:
    desk.playback.play()
    for _ in range(20):
        desk.playback.louder()
    assert desk.notes[-1] == "volume +30 dB"
    assert np.abs(desk.play(1.0)).max() == 1.0
    again = Playback(desk.session, desk.view, FakeSound())
    assert again.volume_db == 30
    again.quieter()
    assert again.volume_db == 27


# -- where it starts, goes on and ends ------------------------------------------------


def test_the_start_is_what_the_person_pointed_at_last(desk: Desk) -> None:
    def start_s() -> float:
        desk.playback.play()
        at_s = desk.cursor_s
        desk.playback.stop()
        return at_s

    assert start_s() == 0.0
    desk.session.select(3)
    assert start_s() == 2.5
    desk.playback.start_from(1.3)
    assert desk.cursor_s == 1.3
    assert start_s() == 1.3
    desk.session.select(4)
    assert desk.playback.cursor is None
    assert start_s() == 3.5
    desk.playback.start_from(4.02)  # on the selected keypoint
    assert start_s() == 3.5
    desk.view.show_span(6.0, 9.0)
    assert start_s() == 6.0


def test_a_click_goes_on_from_there(desk: Desk) -> None:
    desk.playback.play()
    desk.play(0.5)
    desk.playback.start_from(4.5)
    desk.play(0.5)
    assert desk.cursor_s == pytest.approx(5.0, abs=0.03)
    desk.playback.stop()
    assert desk.cursor_s == 4.5


def test_the_cursor_is_where_the_sound_is_heard(desk: Desk) -> None:
    desk.playback.play()
    positions = []
    for _ in range(10):
        desk.play(0.1)
        positions.append(desk.cursor_s)
    expected = 0.1 * np.arange(1, 11) - DELAY_S
    np.testing.assert_allclose(positions, expected, atol=1e-6)


def test_pages_turn_and_it_ends_with_the_recording(desk: Desk) -> None:
    desk.view.show_span(0.0, 4.0)
    desk.playback.play()
    pages = {desk.view.start_s}
    stream = desk.stream()
    while desk.playback.is_playing and desk.cursor_s < DURATION_S - 0.2:
        desk.play(0.1)
        assert desk.view.start_s <= desk.cursor_s <= desk.view.end_s
        pages.add(round(desk.view.start_s, 1))
    assert len(pages) == 3
    stream.play(0.5)
    desk.qtbot.waitUntil(lambda: not desk.playback.is_playing)
    desk.settle()
    assert stream.is_closed
    assert desk.messages == []
    assert desk.notes == []


def test_the_view_stays_where_the_person_went(desk: Desk) -> None:
    desk.view.show_span(0.0, 2.0)
    desk.playback.play()
    desk.play(0.5)
    desk.view.show_span(8.0, 10.0)
    desk.play(3.0)
    assert desk.view.start_s == 8.0


def test_stopping_fades_and_closes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.playback.feed._HUSH_S", 5.0)
    desk.playback.play()
    desk.play(0.51)
    stream = desk.stream()
    desk.playback.play()
    assert not desk.playback.is_playing
    assert desk.playback.cursor is None
    desk.qtbot.waitUntil(lambda: stream.feed.track is None)
    last = stream.pull()
    assert np.all(last[RATE_HZ // 100 :] == 0)
    desk.settle()
    assert stream.is_closed


def test_another_recording_ends_the_sound(desk: Desk) -> None:
    desk.playback.play()
    desk.play(0.2)
    desk.session.selection.recording_changed.emit()
    assert not desk.playback.is_playing


def test_nothing_open(desk: Desk) -> None:
    desk.session.current = None
    desk.playback.play()
    assert desk.messages[0].action == "open"
    assert not desk.sound.streams


def test_a_late_renderer_is_silence_not_an_end(recording: Recording) -> None:
    track = Track(Listening((Passage(0.0, 1.0),), 1000), 0.1)
    assert track.write(np.ones((150, 2), dtype=np.float32)) == 100
    out = np.full((130, 2), 9.0, dtype=np.float32)
    track.take(out, 5.0)
    assert np.all(out[:100] == 1)
    assert np.all(out[100:] == 0)
    assert track.gaps == 1
    assert track.where(5.05) == (pytest.approx(0.05), ChannelSelection.BOTH)
    assert track.where(9.0)[0] == pytest.approx(0.1)
    assert not track.is_heard(9.0)
    track.finish()
    assert track.is_heard(9.0)


# -- devices --------------------------------------------------------------------------


def test_an_unplugged_device_says_so_and_leaves_a_way_on(desk: Desk) -> None:
    desk.playback.choose_device("headphones")
    desk.playback.play()
    desk.play(0.3)
    stream = desk.stream()
    assert stream.name == "headphones"
    desk.sound.names.remove("headphones")
    stream.unplug()
    desk.qtbot.waitUntil(lambda: not desk.playback.is_playing)
    assert desk.messages[0].kind is Kind.ERROR
    assert "“headphones” is gone" in desk.messages[0].text
    assert desk.messages[0].action == "find_devices"
    desk.settle()
    assert stream.is_closed
    assert desk.sound.looked_afresh == 1
    desk.playback.play()
    desk.play(0.3)
    assert desk.stream().name == "speakers"
    assert "not connected" in desk.notes[-1]


def test_a_device_that_asks_for_nothing_is_gone_too(desk: Desk) -> None:
    desk.playback.play()
    desk.play(0.3)
    desk.sound.time_s += 10.0
    desk.qtbot.waitUntil(lambda: not desk.playback.is_playing)
    assert "is gone" in desk.messages[0].text


def test_a_device_that_does_not_open(desk: Desk) -> None:
    desk.sound.names.append("broken")
    desk.playback.choose_device("broken")
    desk.playback.play()
    desk.qtbot.waitUntil(lambda: bool(desk.messages))
    assert not desk.playback.is_playing
    assert "broken" in desk.messages[0].text
    desk.settle()


def test_changing_the_device_goes_on_where_the_sound_was(desk: Desk) -> None:
    desk.playback.play()
    desk.play(2.0)
    first = desk.stream()
    desk.playback.choose_device("headphones")
    desk.qtbot.waitUntil(lambda: len(desk.sound.streams) == 2)
    assert first.is_closed
    desk.play(0.5)
    assert desk.cursor_s == pytest.approx(2.5, abs=0.06)
    assert desk.stream().name == "headphones"


def test_an_unknown_stored_device_falls_back_with_a_note(desk: Desk) -> None:
    QSettings().setValue("playback/device", "in the other lab")
    QSettings().setValue("playback/volume_db", "very loud")
    playback = Playback(desk.session, desk.view, desk.sound)
    notes: list[str] = []
    playback.noted.connect(notes.append)
    playback.prepare()
    desk.qtbot.waitUntil(lambda: bool(notes))
    assert "in the other lab" in notes[0]
    assert "speakers" in notes[0]
    assert playback.volume_db == 0
    playback.shut_down()


def test_damaged_audio_says_so(desk: Desk, tmp_path: Path) -> None:
    samples = np.zeros((8000, 2), dtype=np.float32)
    samples[4000, 1] = np.inf
    sf.write(tmp_path / "inf.wav", samples, 8000, subtype="FLOAT")
    assert desk.session.current is not None
    desk.session.current.recording = open_recording(tmp_path / "inf.wav")
    desk.playback.play()
    desk.qtbot.waitUntil(lambda: bool(desk.messages))
    assert "infinite samples" in desk.messages[0].text
    assert not desk.playback.is_playing


# -- PortAudio ------------------------------------------------------------------------


class _PortAudioError(Exception):
    pass


class _Library(ModuleType):
    """As much of the sound library as the adapter uses."""

    PortAudioError = _PortAudioError

    def __init__(self, channels: int = 2) -> None:
        super().__init__("sounddevice")
        self.listed = [
            {"name": "mic", "max_output_channels": 0, "hostapi": 0},
            {"name": "card", "max_output_channels": channels, "hostapi": 0},
            {"name": "card", "max_output_channels": channels, "hostapi": 1},
        ]
        for index, device in enumerate(self.listed):
            device |= {"index": index, "default_samplerate": 48000.0}
        self.restarts = 0
        self.options: dict = {}

    def query_devices(self, kind: str | None = None) -> object:
        if kind and not self.listed:
            raise _PortAudioError("Error querying device -1")
        return self.listed[1] if kind else self.listed

    def _terminate(self) -> None:
        self.restarts += 1

    def _initialize(self) -> None:
        pass

    def OutputStream(self, **options: object) -> SimpleNamespace:  # noqa: N802 (theirs)
        if self.restarts:
            raise _PortAudioError("Device unavailable")
        self.options = options
        ends = [options["finished_callback"]]

        def close(*, ignore_errors: bool) -> None:
            ends[0]()

        return SimpleNamespace(
            latency=0.25, start=lambda: None, stop=close, abort=close, close=close
        )


@pytest.mark.parametrize("channels", [2, 1])
def test_portaudio_streams_in_stereo_or_mono(
    monkeypatch: pytest.MonkeyPatch, channels: int
) -> None:
    library = _Library(channels)
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    sound, filled, lost = PortAudio(), [], []

    def fill(out: np.ndarray, at_s: float, *, missed: bool = False) -> None:
        filled.append((at_s - sound.now_s(), missed))
        out[:] = [0.2, 0.6]

    assert sound.devices().names == ("card",)
    stream = sound.open("card", fill, lambda: lost.append(True))
    assert (library.options["device"], library.options["channels"]) == (1, channels)
    out = np.zeros((64, channels), dtype=np.float32)
    status = SimpleNamespace(output_underflow=True)
    for dac_s, latency_s in ((10.1, 0.1), (0.0, 0.25)):
        when = SimpleNamespace(outputBufferDacTime=dac_s, currentTime=10.0)
        library.options["callback"](out, 64, when, status)
        assert filled[-1] == (pytest.approx(latency_s, abs=0.02), True)
    np.testing.assert_allclose(out[5], [0.2, 0.6] if channels == 2 else [0.4], rtol=1e-6)
    library.options["finished_callback"]()
    assert lost == [True]
    stream.close()
    assert lost == [True]


def test_portaudio_says_why_there_is_no_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = PortAudio()
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(NoSoundError, match="PortAudio is missing; "):
        sound.devices()
    library = _Library()
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    sound.devices(afresh=True)
    assert library.restarts == 1
    with pytest.raises(SoundError, match=r"“card” cannot be opened \(Device unavailable\)"):
        sound.open("card", lambda *_: None, lambda: None)
    with pytest.raises(SoundError, match="“gone” cannot be opened; choose another"):
        sound.open("gone", lambda *_: None, lambda: None)
    library.listed = []
    with pytest.raises(NoSoundError, match="no sound output; plug in"):
        sound.devices()


# -- in the window --------------------------------------------------------------------


def _stream(window: MainWindow, qtbot: QtBot) -> FakeStream:
    sound = window.playback._sound
    assert isinstance(sound, FakeSound)
    qtbot.waitUntil(lambda: bool(sound.streams) and not sound.streams[-1].is_closed)
    return sound.streams[-1]


def test_keys_cursor_and_button(opened: MainWindow, qtbot: QtBot) -> None:
    window, playback = opened, opened.playback
    window.session.selection.select_keypoint(5)
    window.panes[0].setFocus()
    QTest.keyClick(window.panes[0].viewport(), Key.Key_Space)
    assert playback.is_playing
    assert window.commands["play"].text() == "Stop"
    _stream(window, qtbot).play(1.5)
    playback._follow_sound()
    at_s = playback.cursor.time_s
    assert at_s == pytest.approx(6.0, abs=0.05)
    for pane in (*window.panes, window.drift):
        assert pane._play_cursor.isVisible()
        assert pane._play_cursor.value() == pytest.approx(at_s)
    QTest.keyClick(window, Key.Key_W)
    assert window.panes[1]._play_cursor.value() == pytest.approx(at_s + curve_s(at_s), abs=0.01)
    line = window.links._cursor_px(playback.cursor)
    assert line.x2() > line.x1()
    window.recordings.setFocus()
    QTest.keyClick(window.recordings, Key.Key_Space, Modifier.ShiftModifier)
    _stream(window, qtbot).play(0.5)
    playback._follow_sound()
    styles = [pane._play_cursor.pen.style() for pane in (*window.panes, window.drift)]
    solid, dotted = Qt.PenStyle.SolidLine, Qt.PenStyle.DotLine
    assert styles == [solid, dotted, solid]
    QTest.keyClick(window.recordings, Key.Key_Space)
    assert not playback.is_playing
    assert window.commands["play"].text() == "Play"
    assert not any(pane._play_cursor.isVisible() for pane in window.panes)


def test_a_click_sets_the_start_on_channel_0s_clock(opened: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(opened, Key.Key_W)
    pane = opened.panes[1]
    at = pane.mapFromScene(pane.box.mapViewToScene(QPointF(8.7 + curve_s(8.7), 2.0)))
    QTest.mouseClick(pane.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: opened.playback.cursor is not None)
    assert opened.playback.cursor.time_s == pytest.approx(8.7, abs=0.05)
    assert opened.panes[0]._play_cursor.pen.style() == Qt.PenStyle.DashLine
    QTest.keyClick(opened, Key.Key_N)
    assert opened.playback.cursor is None


def test_typing_a_space_plays_nothing(opened: MainWindow) -> None:
    field = QLineEdit(opened)
    field.show()
    field.setFocus()
    QTest.keyClicks(field, "a b H")
    assert field.text() == "a b H"
    assert not opened.playback.is_playing
    field.deleteLater()


def test_without_sound_the_button_says_why(opened: MainWindow, qtbot: QtBot) -> None:
    sound = opened.playback._sound
    assert isinstance(sound, FakeSound)
    play = opened.commands["play"]
    tip = play.toolTip()
    sound.names.clear()
    opened.playback.prepare()
    qtbot.waitUntil(lambda: play.toolTip() != tip)
    assert play.toolTip() == "Playback is off: there is no output; plug one in."
    assert opened.messages.message is None, "nobody asked for sound yet"
    for key in (Key.Key_Space, Key.Key_Space):
        QTest.keyClick(opened, key)
        assert not opened.playback.is_playing
    assert "plug one in" in opened.messages.message.text
    assert opened.messages.message.action == "find_devices"
    assert len(opened.messages.log) == 1, "said once, however often the key is pressed"
    sound.names.append("plugged in")
    opened.commands["find_devices"].trigger()
    qtbot.waitUntil(lambda: play.toolTip() == tip)
    assert "plugged in" in opened.messages.message.text
    menu = opened.menus["Playback"]
    devices = next(a.menu() for a in menu.actions() if a.text() == "Output device")
    offered = {action.text(): action for action in devices.actions()}
    assert list(offered) == ["As the system (plugged in)", "plugged in"]
    offered["plugged in"].trigger()
    assert QSettings().value("playback/device") == "plugged in"


def test_the_menu_shows_the_high_pass(opened: MainWindow) -> None:
    QTest.keyClick(opened, Key.Key_H, Modifier.ShiftModifier)
    assert opened.commands["high_pass_200"].isChecked()
    opened.commands["high_pass_1000"].trigger()
    assert opened.playback.high_pass_hz == 1000


def test_closing_while_it_plays(
    make_window: Callable[..., MainWindow],
    stereo: Path,
    settle: Callable[[MainWindow], None],
    qtbot: QtBot,
) -> None:
    window = make_window(aligns=False)
    window.open([stereo])
    settle(window)
    window.commands["play"].trigger()
    stream = _stream(window, qtbot)
    stream.play(0.2)
    window.close()
    assert stream.is_closed


def test_a_feed_may_change_its_mind_unheard(recording: Recording) -> None:
    sound = FakeSound()
    feed = Feed(Request(recording, (Passage(0.0, 1.0),)), TimeMap.identity())
    steps = feed.steps(sound, "")
    for _ in range(4):
        next(steps)
    feed.wanted = Request(recording, (Passage(5.0, 6.0, ChannelSelection.CHANNEL_1),))
    for _ in range(4):
        next(steps)
    assert feed.track is not None
    assert feed.track.where(sound.now_s()) == (5.0, ChannelSelection.CHANNEL_1)
    steps.close()
    assert sound.streams[0].is_closed
