"""Lengths of FLAC, Ogg and MP3 files, against what is in them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.audio.recording import open_recording
from core.errors import InputError

RATE_HZ = 8000
FRAMES = 4 * RATE_HZ


def _claim(path: Path, frames: int) -> None:
    """Write another length into a FLAC file's STREAMINFO."""
    content = bytearray(path.read_bytes())
    word = int.from_bytes(content[18:26], "big")
    content[18:26] = (word >> 36 << 36 | frames).to_bytes(8, "big")
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("claimed", "note"),
    [
        (0, "its header does not tell its length"),
        (2 * FRAMES, "its header promises 8.00 s, twice what is there"),
        (FRAMES // 4, "its header tells of 1.00 s, the file holds 4.00 s"),
        (FRAMES + 9, "9 samples more than there are"),
    ],
)
@pytest.mark.parametrize("has_tag", [False, True])
def test_flac_lasts_as_long_as_it_does(make_audio, claimed, note, has_tag: bool) -> None:
    path = make_audio("a.flac")
    whole, _ = sf.read(path, dtype="float32")
    _claim(path, claimed)
    if has_tag:
        path.write_bytes(b"ID3\x03\0\0\0\0\x01\x00" + bytes(128) + path.read_bytes())
    recording = open_recording(path)
    assert recording.notes[0].startswith(note) or note in recording.notes[0]
    np.testing.assert_array_equal(recording.read(1), whole[:, 1])
    np.testing.assert_array_equal(recording.read(0, 3.5), whole[3 * RATE_HZ + RATE_HZ // 2 :, 0])


def test_flac_that_was_cut_is_refused_with_both_lengths(make_audio) -> None:
    path = make_audio("a.flac", duration_s=20.0)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match=r"header promises 20\.00 s, and the sound ends at 9\.\d+"):
        open_recording(path)


def test_flac_of_nothing_but_a_header_says_so(make_audio) -> None:
    path = make_audio("a.flac")
    path.write_bytes(path.read_bytes()[:153])
    with pytest.raises(InputError, match=r"holds nothing of the 4\.00 s"):
        open_recording(path)


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_ogg_that_was_cut_opens_as_far_as_it_goes_and_says_so(make_audio, subtype: str) -> None:
    path = make_audio("a.ogg", duration_s=20.0, subtype=subtype)
    assert open_recording(path).notes == ()
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    recording = open_recording(path)
    assert 5 < recording.duration_s < 14
    assert len(recording.read(1)) == recording.channels[1].frames
    assert recording.notes == ("nothing marks its end: it may have been cut short",)


def test_ogg_of_several_recordings_tells_of_the_others(make_audio) -> None:
    first, second = make_audio("a.ogg"), make_audio("b.ogg", seed=1)
    first.write_bytes(first.read_bytes() + second.read_bytes())
    recording = open_recording(first)
    assert recording.duration_s == pytest.approx(4.0)
    assert "only the first is read" in recording.notes[0]


def _mp3(samples: np.ndarray, rate_hz: int = 44100, level: float = 0.5) -> bytes:
    """MP3 of a constant bit rate, which begins with a tag."""
    file = io.BytesIO()
    options = {"compression_level": level, "bitrate_mode": "CONSTANT"}
    sf.write(file, samples, rate_hz, format="MP3", subtype="MPEG_LAYER_III", **options)
    return file.getvalue()


def _untagged(mp3: bytes) -> bytes:
    """All frames but the first."""
    return mp3[mp3.index(mp3[:2], 4) :] if b"Info" in mp3[:60] else mp3


@pytest.fixture
def sound() -> np.ndarray:
    """Six seconds of stereo noise at 44.1 kHz."""
    noise = np.random.default_rng(0).normal(scale=0.1, size=(6 * 44100, 2))
    return noise.astype(np.float32)


@pytest.mark.parametrize("levels", [(0.0, 0.9), (0.9, 0.0)])
def test_mp3_without_a_tag_lasts_as_long_as_its_frames(tmp_path, sound, capfd, levels) -> None:
    parts = [_untagged(_mp3(sound, level=level)) for level in levels]
    path = tmp_path / "a.mp3"
    path.write_bytes(b"".join(parts))
    assert abs(sf.info(path).duration - 12.0) > 2.0
    recording = open_recording(path)
    assert recording.duration_s == pytest.approx(12.0, abs=0.2)
    assert recording.notes == ()
    # Nothing is moved: the times are those of any other program.
    alone, _ = sf.read(io.BytesIO(parts[0]), dtype="float32")
    frames = len(alone) - 2304
    np.testing.assert_allclose(recording.read(0)[:frames], alone[:frames, 0], atol=1e-6)
    assert len(recording.read(1)) == recording.channels[1].frames
    # Where it begins in the middle, libmpg123 needs some frames until it has found its way.
    near_end = recording.read(1, recording.duration_s - 1.0)
    np.testing.assert_allclose(near_end[8820:], recording.read(1)[-44100 + 8820 :], atol=1e-6)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050, 48000])
def test_mp3_of_every_kind_is_counted(tmp_path, sound, rate_hz: int) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(_untagged(_mp3(sound[: 5 * rate_hz], rate_hz)))
    whole, _ = sf.read(path, dtype="float32", frames=4 * rate_hz)
    recording = open_recording(path)
    assert recording.duration_s == pytest.approx(5 + 0.1, abs=0.2)
    np.testing.assert_allclose(recording.read(0, 0.0, 4.0), whole[:, 0], atol=1e-6)


def test_mp3_with_a_right_tag_is_read_as_before(tmp_path, sound) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(_mp3(sound))
    whole, _ = sf.read(path, dtype="float32")
    recording = open_recording(path)
    assert recording.channels[0].frames == len(sound)
    np.testing.assert_allclose(recording.read(1), whole[:, 1], atol=1e-6)
    assert recording.notes == ()


def test_mp3_that_goes_on_behind_its_tag_is_read_to_the_end(tmp_path, sound, capfd) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(_mp3(sound) + _mp3(sound, level=0.2))
    recording = open_recording(path)
    assert recording.duration_s == pytest.approx(12.0, abs=0.2)
    assert len(recording.read(0)) == recording.channels[0].frames
    assert "tells of 6.03 s, the file holds 12.0" in recording.notes[0]
    assert capfd.readouterr().err == ""


def test_mp3_that_was_cut_is_refused_if_a_tag_tells(tmp_path, sound, capfd) -> None:
    path = tmp_path / "a.mp3"
    mp3 = _mp3(sound)
    path.write_bytes(mp3[: len(mp3) // 2])
    with pytest.raises(InputError, match=r"promises 6\.03 s, and the sound ends at 3\.0"):
        open_recording(path)
    path.write_bytes(_untagged(mp3)[: len(mp3) // 2 - 100])
    recording = open_recording(path)
    assert recording.duration_s == pytest.approx(3.0, abs=0.1)
    assert "may have been cut short" in recording.notes[0]
    assert capfd.readouterr().err == ""


def test_what_is_damaged_amid_an_mp3_is_left_out_and_told(tmp_path, sound, capfd) -> None:
    path = tmp_path / "a.mp3"
    mp3, noise = _mp3(sound), np.random.default_rng(1).bytes(5000)
    path.write_bytes(mp3[:40_000] + noise + mp3[40_000:])
    recording = open_recording(path)
    assert recording.duration_s == pytest.approx(6.0, abs=0.1)
    assert "bytes amid its sound are damaged" in recording.notes[0]
    assert len(recording.read(0)) == recording.channels[0].frames
    assert "Illegal" not in capfd.readouterr().err


def test_tags_around_an_mp3_are_no_sound(tmp_path, sound) -> None:
    path = tmp_path / "a.mp3"
    before = b"ID3\x03\0\0\0\0\x02\x00" + bytes(256)
    path.write_bytes(
        before + _untagged(_mp3(sound)) + b"APETAGEX" + bytes(500) + b"TAG" + bytes(125)
    )
    recording = open_recording(path)
    assert recording.duration_s == pytest.approx(6.05, abs=0.05)
    assert recording.notes == ()


@pytest.mark.parametrize("length", [300, 100_000])
def test_noise_is_no_mp3_and_nobody_else_complains(tmp_path, capfd, length: int) -> None:
    path = tmp_path / "noise.mp3"
    path.write_bytes(np.random.default_rng(0).bytes(length))
    with pytest.raises(InputError, match="there is no MPEG frame in it"):
        open_recording(path)
    assert capfd.readouterr().err == ""
