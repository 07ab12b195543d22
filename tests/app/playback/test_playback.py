"""Playback as a person hears and sees it, on a sound card made of arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from fake_desk import DURATION_S, OFFSET_S, Desk, onsets_s
from fake_sound import DELAY_S, RATE_HZ, FakeSound

from app.playback.feed import AHEAD_S, Feed, Request
from app.playback.player import Playback
from app.playback.track import Track
from app.session.region import Region
from core.audio.aligned import ChannelSelection, Listening, Passage
from core.audio.recording import Recording, open_recording
from core.keypoints import machine_keypoints
from core.time_map import TimeMap

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


def test_a_region_is_heard_to_its_end_and_no_more(desk: Desk) -> None:
    desk.session.selection.region = Region(0, 3.2, 3.5)
    desk.playback.start_from(1.0)
    desk.playback.play()
    assert desk.cursor_s == 3.2
    desk.play(0.2)
    assert desk.cursor_s < 3.5
    desk.playback.settings.set_half_speed(True)
    desk.play(0.05)
    assert 3.3 < desk.cursor_s < 3.5
    desk.play(1.0)
    desk.settle()
    desk.qtbot.waitUntil(lambda: not desk.playback.is_playing)


def test_a_region_loops_whatever_its_length(desk: Desk) -> None:
    desk.session.selection.region = Region(0, 3.2, 3.28)
    desk.playback.set_loop(True)
    desk.playback.play()
    for _ in range(8):
        desk.play(0.13)
        assert 3.2 <= desk.cursor_s <= 3.28
    desk.playback.stop()


def test_half_speed(desk: Desk) -> None:
    desk.playback.settings.set_half_speed(True)
    desk.playback.play()
    sound = desk.play(4.0)
    np.testing.assert_allclose(onsets_s(sound[:, 0])[1:], [2.0], atol=0.005)
    assert desk.cursor_s == pytest.approx(2.0 - DELAY_S / 2, abs=0.02)


def test_the_high_pass_goes_round(desk: Desk) -> None:
    chosen = []
    for _ in range(4):
        desk.playback.settings.next_high_pass()
        chosen.append(desk.playback.settings.high_pass_hz)
    assert chosen == [200, 500, 1000, 0]
    assert desk.notes == [
        "high-pass 200 Hz",
        "high-pass 500 Hz",
        "high-pass 1000 Hz",
        "high-pass off",
    ]
    desk.playback.play()
    desk.playback.settings.set_high_pass(500)
    assert desk.stream().feed.wanted.high_pass_hz == 500


def test_volume_never_exceeds_full_scale_and_is_remembered(desk: Desk) -> None:
    desk.playback.play()
    for _ in range(20):
        desk.playback.settings.louder()
    assert desk.notes[-1] == "volume +30 dB"
    assert np.abs(desk.play(1.0)).max() == 1.0
    again = Playback(desk.session, desk.view, FakeSound())
    assert again.settings.volume_db == 30
    again.settings.quieter()
    assert again.settings.volume_db == 27


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
