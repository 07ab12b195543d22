"""Sound devices that come, go and fail, and PortAudio behind them."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from fake_desk import Desk
from PySide6.QtCore import QSettings

from app.base.messages import Kind
from app.playback.player import Playback
from app.playback.sound import NoSoundError, PortAudio, SoundError


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
    assert playback.settings.volume_db == 0
    playback.shut_down()


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
