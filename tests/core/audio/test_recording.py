from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.audio.folder import find_audio
from core.audio.recording import open_recording
from core.errors import InputError


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "aiff", "w64"])
def test_formats_of_libsndfile_open_as_two_channels(make_audio, suffix: str) -> None:
    recording = open_recording(make_audio(f"two.{suffix}", duration_s=1.5))
    assert recording.name == f"two.{suffix}"
    assert recording.duration_s == pytest.approx(1.5)
    assert len(recording.paths) == 1
    assert not np.allclose(recording.read(0), recording.read(1))


def test_two_mono_files_keep_their_own_rate_and_length(make_audio) -> None:
    first = make_audio("a.wav", channels=1, duration_s=2.0, rate_hz=8000)
    second = make_audio("b.flac", channels=1, duration_s=3.0, rate_hz=44100)
    recording = open_recording(first, second)
    assert recording.name == "a.wav"
    assert recording.paths == (first, second)
    assert recording.duration_s == 2.0
    assert recording.channels[1].duration_s == 3.0
    assert len(recording.read(0)) == 16000
    assert len(recording.read(1)) == 3 * 44100


@pytest.mark.parametrize("block_s", [0.01, 0.3, 1.0, 100.0])
def test_blocks_join_to_the_whole(make_audio, block_s: float) -> None:
    path = make_audio(duration_s=2.03, subtype="FLOAT")
    whole, _ = sf.read(path, dtype="float32")
    recording = open_recording(path)
    for channel in (0, 1):
        blocks = list(recording.blocks(channel, block_s))
        assert np.array_equal(np.concatenate(blocks), whole[:, channel])


def test_both_channels_side_by_side_are_each_of_them(make_audio, counted_reads) -> None:
    recording = open_recording(make_audio("two.flac", duration_s=2.03))
    whole = recording.read(0), recording.read(1)
    counted_reads.clear()
    for channel, blocks in enumerate(zip(*recording.both(0.3), strict=True)):
        assert np.array_equal(np.concatenate(blocks), whole[channel])
    assert sum(counted_reads) == len(whole[0])


def test_a_longer_channel_goes_on_alone(make_audio) -> None:
    first = make_audio("a.wav", channels=1, duration_s=1.0, rate_hz=8000)
    second = make_audio("b.wav", channels=1, duration_s=2.5, rate_hz=44100)
    recording = open_recording(first, second)
    for channel, blocks in enumerate(zip(*recording.both(0.4), strict=True)):
        assert np.array_equal(np.concatenate(blocks), recording.read(channel))


@pytest.mark.parametrize(
    "spans_s", [((0.2, 1.0), (0.7, 1.4)), ((-1.0, 0.5), (0.1, 9.0)), ((0.1, 0.3), (1.0, 1.2))]
)
def test_stretches_read_together_are_those_read_alone(make_audio, counted_reads, spans_s) -> None:
    recording = open_recording(make_audio("two.flac", duration_s=2.0))
    alone = [recording.read(channel, *span_s) for channel, span_s in enumerate(spans_s)]
    read_alone = sum(counted_reads)
    counted_reads.clear()
    for found, expected in zip(recording.read_both(*spans_s), alone, strict=True):
        assert np.array_equal(found, expected)
    assert sum(counted_reads) <= read_alone


@pytest.fixture
def counted_reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Frames of every read from a file."""
    reads: list[int] = []
    read = sf.SoundFile.read

    def counting(self: sf.SoundFile, frames: int = -1, **options: object) -> np.ndarray:
        reads.append(frames)
        return read(self, frames, **options)

    monkeypatch.setattr(sf.SoundFile, "read", counting)
    return reads


def test_a_stretch_is_clipped_to_the_recording(make_audio) -> None:
    path = make_audio(duration_s=2.0, subtype="FLOAT")
    whole, _ = sf.read(path, dtype="float32")
    recording = open_recording(path)
    assert np.array_equal(recording.read(1, 0.5, 1.25), whole[4000:10000, 1])
    assert np.array_equal(recording.read(1, -3.0, 99.0), whole[:, 1])
    assert len(recording.read(0, 5.0, 6.0)) == 0


def test_the_fingerprint_knows_content_and_not_names(make_audio, tmp_path: Path) -> None:
    path = make_audio("one.wav", seed=1)
    copy = tmp_path / "elsewhere" / "another name.wav"
    copy.parent.mkdir()
    shutil.copy(path, copy)
    other = make_audio("two.wav", seed=2)
    prints = [open_recording(p).fingerprint() for p in (path, copy, other)]
    assert prints[0] == prints[1] != prints[2]


def test_the_fingerprint_of_a_pair_knows_which_channel_is_which(make_audio) -> None:
    a, b = (make_audio(f"{s}.wav", channels=1, seed=s) for s in (1, 2))
    assert open_recording(a, b).fingerprint() != open_recording(b, a).fingerprint()


def test_the_fingerprint_of_a_long_file_sees_its_parts(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).normal(scale=0.1, size=(2_000_000, 2)).astype(np.float32)
    path = tmp_path / "long.wav"
    sf.write(path, samples, 48000)
    before = open_recording(path).fingerprint()
    sf.write(path, samples[:-1], 48000)
    assert open_recording(path).fingerprint() != before


def test_audio_is_found_in_biodcase_layout_and_in_a_plain_folder(make_audio, tmp_path) -> None:
    make_audio("set/audio/b.WAV", format="WAV")
    make_audio("set/audio/a.flac")
    (tmp_path / "set" / "annotations.csv").write_text("")
    names = [path.name for path in find_audio(tmp_path / "set")]
    assert names == [path.name for path in find_audio(tmp_path / "set" / "audio")]
    assert names == ["a.flac", "b.WAV"]


def test_a_truncated_file_says_so(make_audio) -> None:
    path = make_audio("cut.flac", duration_s=30.0)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match=r"cut\.flac"):
        open_recording(path).read(0)


CUT = [
    (form, subtype)
    for form in ("WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "FLAC")
    for subtype in ("PCM_16", "PCM_24", "FLOAT")
    if sf.check_format(form, subtype)
]


@pytest.mark.parametrize(("form", "subtype"), CUT)
def test_whole_files_open_and_cut_ones_are_refused(make_audio, form: str, subtype: str) -> None:
    path = make_audio("a.bin", duration_s=2.003, format=form, subtype=subtype)
    assert len(open_recording(path).read(1)) == 16024
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(InputError, match=r"a\.bin"):
        open_recording(path).read(1)


@pytest.mark.parametrize("form", ["WAV", "RF64", "W64", "AIFF", "AU"])
def test_any_header_gets_an_answer_and_no_traceback(make_audio, form: str) -> None:
    path = make_audio("a.bin", duration_s=0.1, format=form)
    content = path.read_bytes()
    rng = np.random.default_rng(1)
    for _ in range(300):
        broken = bytearray(content)
        for place in rng.integers(4, 110, size=3):
            broken[place] = rng.choice([0, 0x7F, 0xFF, rng.integers(256)])
        path.write_bytes(broken)
        with suppress(InputError):
            open_recording(path).read(0)


def test_a_header_that_does_not_know_the_length_is_no_truncation(make_audio) -> None:
    path = make_audio()
    content = bytearray(path.read_bytes())
    place = content.index(b"data") + 4
    content[place : place + 4] = b"\xff" * 4
    path.write_bytes(content)
    assert open_recording(path).duration_s == pytest.approx(4.0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -1e20])
def test_samples_that_are_no_sound_are_named_with_their_time(tmp_path, value: float) -> None:
    samples = np.zeros((8000, 2), dtype=np.float32)
    samples[6000, 1] = value
    path = tmp_path / "bad.wav"
    sf.write(path, samples, 8000, subtype="FLOAT")
    recording = open_recording(path)
    assert len(recording.read(0)) == 8000
    with pytest.raises(InputError, match=r"channel 1 .* first at 0\.750 s"):
        recording.read(1)


def test_samples_on_the_scale_of_whole_numbers_are_read(tmp_path) -> None:
    samples = np.full((8000, 2), 2.0**31, dtype=np.float32)
    path = tmp_path / "whole.wav"
    sf.write(path, samples, 8000, subtype="FLOAT")
    np.testing.assert_array_equal(open_recording(path).read(1), samples[:, 1])


@pytest.mark.parametrize("channels", [1, 3])
def test_a_recording_has_two_channels(make_audio, channels: int) -> None:
    with pytest.raises(InputError, match=f"has {channels} channel"):
        open_recording(make_audio(channels=channels))


def test_a_pair_has_one_channel_a_file(make_audio) -> None:
    mono, stereo = make_audio("mono.wav", channels=1), make_audio("stereo.wav")
    with pytest.raises(InputError, match=r"stereo\.wav"):
        open_recording(mono, stereo)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_full_scale_is_one_in_every_format(tmp_path, subtype) -> None:
    path = tmp_path / "scale.wav"
    wave = np.linspace(-1.0, 1.0, 8001)
    sf.write(path, np.stack([wave, -wave], axis=1), 8000, subtype=subtype)
    recording = open_recording(path)
    np.testing.assert_allclose(recording.read(0), wave, atol=2.0**-14)
    np.testing.assert_array_equal(recording.read(1), sf.read(path, dtype="float32")[0][:, 1])
