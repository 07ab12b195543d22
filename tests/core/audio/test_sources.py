"""A recording from any channel of any file: how a person says which, and what is read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.audio import channels
from core.audio.recording import open_recording
from core.audio.sources import Source, Sources, distinct_names, file_stems
from core.errors import InputError


@pytest.mark.parametrize(
    ("text", "files", "path", "channel"),
    [
        ("bird.w64", {"bird.w64"}, "bird.w64", None),
        ("bird.w64:3", {"bird.w64"}, "bird.w64", 3),
        ("a day:3", {"a day:3"}, "a day:3", None),
        ("a day:3:0", {"a day:3"}, "a day:3", 0),
        ("12:30:05.wav", {"12:30:05.wav"}, "12:30:05.wav", None),
        ("C:\\birds\\dawn.wav", set(), "C:\\birds\\dawn.wav", None),
        ("C:\\birds\\dawn.wav:1", set(), "C:\\birds\\dawn.wav", 1),
        ("C:/birds/dawn.wav:1", {"C:/birds/dawn.wav"}, "C:/birds/dawn.wav", 1),
        ("C:3", set(), "C:3", None),
        ("a:3", {"a"}, "a", 3),
        ("gone.wav:2", set(), "gone.wav", 2),
        ("gone:left.wav", set(), "gone:left.wav", None),
    ],
)
def test_what_follows_a_file_is_its_channel(
    text: str, files: set[str], path: str, channel: int | None
) -> None:
    assert Source.parse(text, files.__contains__) == Source(Path(path), channel)


@pytest.mark.parametrize("tail", ["three", "-1", "1.5", "", "12345678"])
def test_what_is_no_channel_is_refused(make_audio: Callable, tail: str) -> None:
    path = make_audio()
    with pytest.raises(InputError, match=f"'{tail}' is no channel"):
        Source.parse(f"{path}:{tail}")


def test_a_pair_is_any_channel_of_any_file(make_audio: Callable) -> None:
    many = make_audio("many.w64", channels=5, duration_s=2.0, rate_hz=48000, subtype="FLOAT")
    mono = make_audio("mono.flac", channels=1, duration_s=1.0, rate_hz=44100, seed=1)
    recording = open_recording(Source(many, 3), Source(mono))
    assert recording.name == "many.w64:3"
    assert recording.labels == ("many.w64:3", "mono.flac")
    assert recording.paths == (many, mono)
    assert [channel.duration_s for channel in recording.channels] == [2.0, 1.0]
    whole, _ = sf.read(many, dtype="float32")
    np.testing.assert_array_equal(recording.read(0), whole[:, 3])
    reopened = open_recording(*(channel.source for channel in recording.channels))
    assert reopened.channels == recording.channels


def test_two_channels_of_one_file_are_decoded_once(make_audio: Callable) -> None:
    many = make_audio("many.wav", channels=5, duration_s=2.03, subtype="FLOAT")
    whole, _ = sf.read(many, dtype="float32")
    recording = open_recording(Source(many, 4), Source(many, 1))
    for channel, blocks in zip((4, 1), zip(*recording.both(0.3), strict=True), strict=True):
        np.testing.assert_array_equal(np.concatenate(blocks), whole[:, channel])
    zero, one = recording.read_both((0.5, 1.0), (0.75, 1.5))
    np.testing.assert_array_equal(zero, whole[4000:8000, 4])
    np.testing.assert_array_equal(one, whole[6000:12000, 1])


def test_of_many_channels_only_a_part_is_held_at_once(
    make_audio: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = make_audio("many.wav", channels=24, duration_s=1.0)
    whole, _ = sf.read(many, dtype="float32")
    monkeypatch.setattr(channels, "_MOST_VALUES", 4800)
    reads: list[int] = []
    read = sf.SoundFile.read

    def counted(file: sf.SoundFile, frames: int, **options: object) -> np.ndarray:
        reads.append(frames * file.channels)
        return read(file, frames, **options)

    monkeypatch.setattr(sf.SoundFile, "read", counted)
    recording = open_recording(Source(many, 20), Source(many, 7))
    np.testing.assert_array_equal(recording.read(0), whole[:, 20])
    assert max(reads) <= 4800


def test_a_stereo_file_named_by_its_channels_is_that_file(make_audio: Callable) -> None:
    path = make_audio("dawn.wav")
    whole, named = open_recording(path), open_recording(Source(path, 0), Source(path, 1))
    assert named == whole
    assert named.is_stereo_file
    assert named.labels == ("dawn.wav",)
    swapped = open_recording(Source(path, 1), Source(path, 0))
    assert not swapped.is_stereo_file
    assert swapped.name == "dawn.wav:1"


@pytest.mark.parametrize(
    ("sides", "what"),
    [
        ((Source(Path("five.w64"), 5), Source(Path("one.wav"))), "5 channels, 0 to 4, so there is"),
        ((Source(Path("one.wav"), 1), Source(Path("two.wav"), 0)), "has 1 channel, which is 0"),
        (
            (Source(Path("five.w64")), Source(Path("one.wav"))),
            "say which: five.w64:0 to five.w64:4",
        ),
        ((Source(Path("one.wav")), Source(Path("one.wav"))), "channel 0 of it is given for both"),
        ((Source(Path("five.w64")),), "has 5 channels, a recording needs two"),
        ((Source(Path("gone.wav"), 2), Source(Path("one.wav"))), "gone.wav"),
    ],
)
def test_a_channel_that_is_not_there_is_one_sentence(
    make_audio: Callable, tmp_path: Path, sides: tuple[Source, ...], what: str
) -> None:
    for name, count in (("five.w64", 5), ("two.wav", 2), ("one.wav", 1)):
        make_audio(name, channels=count, duration_s=0.5)
    placed = [Source(tmp_path / side.path, side.channel) for side in sides]
    with pytest.raises(InputError) as caught:
        open_recording(*placed)
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)


def _pair(zero: str, one: str, name: str = "") -> Sources:
    return Sources((Source.parse(zero), Source.parse(one)), name)


def test_recordings_have_names_of_their_own() -> None:
    recordings = [
        _pair("day 1/mic.wav", "day 1/bird.wav"),
        _pair("day 2/mic.wav", "day 2/bird.wav"),
        _pair("all.w64:0", "other.wav"),
        _pair("all.w64:3", "other.wav"),
        _pair("ref.wav", "a/one.wav"),
        _pair("ref.wav", "b/one.wav"),
        _pair("ref.wav", "two.w64:2"),
        _pair("alone.wav", "x.wav"),
        _pair("day 3/mic.wav", "x.wav", "the third"),
        Sources.of_file(Path("stereo.wav")),
    ]
    assert distinct_names(recordings) == [
        "day 1/mic.wav",
        "day 2/mic.wav",
        "all.w64:0",
        "all.w64:3",
        "ref.wav + a/one.wav",
        "ref.wav + b/one.wav",
        "ref.wav + two.w64:2",
        "alone.wav",
        "the third",
        "stereo.wav",
    ]


def test_files_of_recordings_have_names_that_every_system_takes() -> None:
    names = ["dawn.wav", "day 1/a.wav", "day 2/a.wav", "all.w64:3", "all.w64:4", "ref.wav + b.flac"]
    names += ["dawn.flac", "v1.2 dusk", "DAWN"]
    assert file_stems(names) == [
        *("dawn.wav", "day 1_a", "day 2_a", "all_3", "all_4", "ref + b"),
        *("dawn.flac", "v1.2 dusk", "DAWN"),
    ]
    assert file_stems(["dawn.wav"]) == ["dawn"]
    assert file_stems(["a?.wav", "a*.wav", "b.wav"]) == ["a_.wav", "a_.wav_2", "b"]


def test_a_recording_is_called_by_both_of_its_sides_where_there_is_room(
    make_audio: Callable, tmp_path: Path
) -> None:
    ab, b = make_audio("ab.wav", channels=1, duration_s=0.2), make_audio("b.wav", 1, 0.2, seed=1)
    titles = [
        open_recording(ab, b).title,
        open_recording(ab, b, name="day 1/ab.wav").title,
        open_recording(ab, b, name="ab.wav + day 1/b.wav").title,
        open_recording(ab, b, name="dusk").title,
        open_recording(make_audio("both.wav", duration_s=0.2)).title,
    ]
    (tmp_path / "card 2").mkdir()
    shutil.copyfile(ab, tmp_path / "card 2" / "ab.wav")
    alike = open_recording(ab, tmp_path / "card 2" / "ab.wav")
    assert alike.title == f"{tmp_path.name}/ab.wav + card 2/ab.wav"
    assert alike.side_titles[1] == "card 2/ab.wav"
    assert titles == [
        *("ab.wav + b.wav", "day 1/ab.wav + b.wav", "ab.wav + day 1/b.wav"),
        *("dusk (ab.wav + b.wav)", "both.wav"),
    ]


def test_two_recordings_that_were_given_one_name_are_refused() -> None:
    with pytest.raises(InputError, match="are both to be called 'dawn'"):
        distinct_names([_pair("a.wav", "b.wav", "dawn"), _pair("c.wav", "d.wav", "dawn")])
