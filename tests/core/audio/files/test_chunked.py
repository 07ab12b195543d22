"""Sizes in the headers of WAV and its kin, against what is in the file."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.audio.recording import open_recording
from core.errors import InputError

RATE_HZ = 8000
FRAMES = 4 * RATE_HZ
FRAME_BYTES = 4
W64_DATA = bytes.fromhex("64617461f3acd3118cd100c04f8edb8a")

FORMATS = {
    "WAV": {"format": "WAV"},
    "RIFX": {"format": "WAV", "endian": "BIG"},
    "WAVEX": {"format": "WAVEX"},
    "RF64": {"format": "RF64"},
    "W64": {"format": "W64"},
    "AIFF": {"format": "AIFF"},
    "AIFC": {"format": "AIFF", "endian": "LITTLE"},
    "AU": {"format": "AU"},
    "AU of DEC": {"format": "AU", "endian": "LITTLE"},
}


def _size_field(name: str, content: bytes) -> tuple[int, str, int]:
    """Where a header keeps the bytes of samples, how, and how many more it counts."""
    if name == "RF64":
        return content.index(b"ds64") + 16, "<Q", 0
    if name == "W64":
        return content.index(W64_DATA) + 16, "<Q", 24
    if name.startswith("AI"):
        return content.index(b"SSND") + 4, ">I", 8
    if name.startswith("AU"):
        return 8, "<I" if "DEC" in name else ">I", 0
    return content.index(b"data") + 4, ">I" if name == "RIFX" else "<I", 0


def _claiming(path: Path, name: str, size: int) -> None:
    content = bytearray(path.read_bytes())
    place, how, more = _size_field(name, content)
    struct.pack_into(how, content, place, size + more)
    path.write_bytes(content)


def _chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(body) if size is None else size) + body


def _wav(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _fmt(rate_hz: int = RATE_HZ) -> bytes:
    return _chunk(b"fmt ", struct.pack("<HHIIHH", 1, 2, rate_hz, 4 * rate_hz, 4, 16))


@pytest.fixture
def pcm() -> bytes:
    """Four seconds of stereo noise."""
    noise = np.random.default_rng(0).normal(scale=3000, size=(FRAMES, 2))
    return noise.astype("<i2").tobytes()


@pytest.mark.parametrize("claimed", [0, FRAMES * FRAME_BYTES // 2])
@pytest.mark.parametrize("name", FORMATS)
def test_sound_behind_a_size_that_is_too_small_is_read_and_told(
    make_audio, name: str, claimed: int
) -> None:
    path = make_audio("a.bin", subtype="PCM_16", **FORMATS[name])
    whole, _ = sf.read(path, dtype="float32")
    _claiming(path, name, claimed)
    recording = open_recording(path)
    np.testing.assert_array_equal(recording.read(0), whole[:, 0])
    np.testing.assert_array_equal(recording.read(1, 3.0), whole[3 * RATE_HZ :, 1])
    (note,) = recording.notes
    assert ("does not tell its length" in note) if claimed == 0 else ("tells of 2.00 s" in note)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
def test_the_rest_is_read_as_its_samples_are_stored(make_audio, subtype: str) -> None:
    path = make_audio(subtype=subtype)
    whole, _ = sf.read(path, dtype="float32")
    _claiming(path, "WAV", 0)
    np.testing.assert_array_equal(open_recording(path).read(1), whole[:, 1])


@pytest.mark.parametrize("claimed", [0xFFFFFFFF, 0x80000000, 0x7FFFF000])
def test_a_placeholder_for_the_size_is_none(make_audio, claimed: int) -> None:
    path = make_audio()
    _claiming(path, "WAV", claimed)
    recording = open_recording(path)
    assert recording.duration_s == pytest.approx(4.0)
    assert "does not tell its length" in recording.notes[0]


def test_a_file_beyond_2_gib_that_was_cut_is_no_placeholder(make_audio) -> None:
    path = make_audio()
    _claiming(path, "WAV", 3_000_000_000)
    with pytest.raises(InputError, match=r"promises 26\.0 h, and the sound ends at 4\.00 s"):
        open_recording(path)


def test_caf_is_read_behind_a_size_that_is_too_small(make_audio) -> None:
    path = make_audio("a.caf", subtype="PCM_16")
    whole, _ = sf.read(path, dtype="float32")
    content = bytearray(path.read_bytes())
    struct.pack_into(">Q", content, content.index(b"data") + 4, FRAMES * FRAME_BYTES // 4 + 4)
    path.write_bytes(content)
    np.testing.assert_array_equal(open_recording(path).read(1), whole[:, 1])


@pytest.mark.parametrize("bytes_more", [FRAME_BYTES, 44])
def test_a_size_that_counts_the_header_in_is_no_truncation(make_audio, bytes_more: int) -> None:
    path = make_audio()
    _claiming(path, "WAV", FRAMES * FRAME_BYTES + bytes_more)
    recording = open_recording(path)
    assert len(recording.read(0)) == FRAMES
    more = {FRAME_BYTES: "1 sample more", 44: "11 samples more"}[bytes_more]
    assert f"which is {more} than there are" in recording.notes[0]


@pytest.mark.parametrize(
    "after",
    [
        b"",
        b"\0",
        _chunk(b"LIST", b"INFOISFT" + b"FinchSync " * 99),
        _chunk(b"guan", b"GUANO|Version: 1.0\n" * 99) + _chunk(b"id3 ", bytes(700)),
        bytes(32_000),
    ],
    ids=["nothing", "a pad byte", "a list", "two chunks", "zeros"],
)
@pytest.mark.parametrize("odd", [False, True])
def test_what_rightly_follows_the_samples_is_no_sound(tmp_path, pcm, after, odd: bool) -> None:
    path = tmp_path / "a.wav"
    size = len(pcm) - odd
    path.write_bytes(_wav(_fmt(), _chunk(b"data", pcm[:size]), b"\0" * odd, after))
    recording = open_recording(path)
    assert recording.channels[0].frames == size // FRAME_BYTES
    assert recording.notes == ()


def _write_beyond_4_gib(path: Path, pcm: bytes, after: bytes = b"") -> None:
    """Little of the disk is used: between start and end nothing is written."""
    total = (1 << 32) + len(pcm)
    with path.open("wb") as file:
        file.write(_wav(_fmt(), _chunk(b"data", pcm)))
        start = file.tell() - len(pcm)
        file.seek(start + total - len(pcm))
        file.write(pcm + after)


@pytest.mark.parametrize("after", [b"", _chunk(b"LIST", bytes(1000))], ids=["nothing", "a list"])
def test_a_size_that_wrapped_at_4_gib_is_seen_through(tmp_path, pcm, after) -> None:
    path = tmp_path / "a.wav"
    _write_beyond_4_gib(path, pcm, after)
    recording = open_recording(path)
    frames = (1 << 30) + FRAMES
    assert recording.channels[0].frames == frames
    end_s = frames / RATE_HZ
    np.testing.assert_array_equal(recording.read(0, end_s - 4.0), recording.read(0, 0.0, 4.0))
    np.testing.assert_array_equal(recording.read(1, 3600.0, 3601.0), np.zeros(RATE_HZ))
    assert recording.notes == (
        "its header tells of 4.00 s, the file holds 37.3 h, all of which is read: "
        "its size wrapped at 4 GiB",
    )


def test_bw64_is_read_as_rf64(make_audio) -> None:
    path = make_audio("a.wav", format="RF64", subtype="PCM_16")
    before = open_recording(path)
    whole = before.read(1)
    path.write_bytes(b"BW64" + path.read_bytes()[4:])
    recording = open_recording(path)
    np.testing.assert_array_equal(recording.read(1), whole)
    assert recording.notes == before.notes == ()


def test_coded_samples_are_refused_where_they_cannot_be_counted(make_audio) -> None:
    path = make_audio("a.wav", subtype="IMA_ADPCM")
    assert open_recording(path).notes == ()
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(InputError, match=r"promises 4\.\d+ s, and the sound ends at 2"):
        open_recording(path)
    path.write_bytes(content)
    _claiming(path, "WAV", 0)
    with pytest.raises(InputError, match="bytes of IMA_ADPCM sound, its header tells of 0"):
        open_recording(path)


def test_a_header_without_sound_says_what_it_promises(make_audio) -> None:
    path = make_audio()
    path.write_bytes(path.read_bytes()[:44])
    with pytest.raises(InputError, match=r"holds nothing of the 4\.00 s that its header promises"):
        open_recording(path)


@pytest.mark.parametrize("rate_hz", [1, 11, 999, 1_000_000_000])
def test_a_rate_of_no_recorder_is_refused(tmp_path, pcm, rate_hz: int) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(_wav(_fmt(rate_hz), _chunk(b"data", pcm)))
    with pytest.raises(InputError, match=f"says that its sample rate is {rate_hz} Hz"):
        open_recording(path)
