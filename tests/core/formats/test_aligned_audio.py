"""Aligned audio as a file."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.audio.recording import Recording, open_recording
from core.errors import InputError
from core.formats.aligned_audio import AlignedAudio, WrittenAudio, write_aligned_audio
from core.formats.files import sound_files
from core.keypoints import KeypointSet, ReviewState, machine_keypoints
from core.known_map import KnownMap
from core.steps import result_of
from core.time_map import TimeMap

RATE_HZ = 16000
DURATION_S = 8.0
TRUE = TimeMap.linear(0.4, 120.0)

Record = Callable[..., Recording]


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """Two recorders hear the same noise below 6 kHz; channel 1's clock runs by the time map."""

    def make(
        time_map: TimeMap = TRUE, rate_1_hz: int = RATE_HZ, subtype: str = "PCM_24", gain: float = 1
    ) -> Recording:
        paths = []
        for channel, rate_hz in enumerate((RATE_HZ, rate_1_hz)):
            clock_s = np.arange(round(DURATION_S * rate_hz)) / rate_hz
            world_s = clock_s if channel == 0 else time_map.to_channel_0(clock_s)
            paths.append(tmp_path / f"mono{channel}.wav")
            sf.write(paths[-1], gain * _world(world_s), rate_hz, subtype=subtype)
        return open_recording(*paths)

    return make


def _world(time_s: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(4)
    parts = zip(rng.uniform(200, 6000, 60), rng.uniform(0, 6.28, 60), strict=True)
    return 0.02 * sum(np.sin(2 * np.pi * hz * time_s + phase) for hz, phase in parts)


def _reviewed(time_map: TimeMap = TRUE, which: range | None = None) -> KeypointSet:
    time_s = np.arange(DURATION_S)
    keypoints = machine_keypoints(time_s, time_map.to_channel_1(time_s))
    return keypoints.review(list(which or range(len(time_s))), ReviewState.ACCEPTED)


def _written(path: Path, recording: Recording, keypoints: KeypointSet, **asked) -> WrittenAudio:
    first, second = recording.channels
    known = KnownMap.of(keypoints, first.duration_s, second.duration_s)
    return result_of(write_aligned_audio(path, recording, AlignedAudio(known, **asked)))


@pytest.mark.parametrize("ending", ["wav", "flac"])
@pytest.mark.parametrize("rate_1_hz", [RATE_HZ, 22050])
def test_both_channels_hold_the_same_at_the_same_time(tmp_path, record, ending, rate_1_hz):
    recording = record(rate_1_hz=rate_1_hz)
    done = _written(tmp_path / f"out.{ending}", recording, _reviewed())
    sound, rate_hz = sf.read(done.path)
    assert rate_hz == RATE_HZ
    assert sound.shape == (round(DURATION_S * RATE_HZ), 2)
    np.testing.assert_allclose(sound[:, 0], recording.read(0), atol=2**-23)
    np.testing.assert_allclose(sound[2000:-8000, 1], sound[2000:-8000, 0], atol=2e-4)


def test_a_chosen_rate_and_channel_1_alone(tmp_path, record):
    done = _written(tmp_path / "o.wav", record(), _reviewed(), rate_hz=44100, with_reference=False)
    sound, rate_hz = sf.read(done.path)
    assert rate_hz == 44100
    assert sound.shape == (round(DURATION_S * 44100),)
    time_s = np.arange(44100, 6 * 44100) / 44100
    np.testing.assert_allclose(sound[44100 : 6 * 44100], _world(time_s), atol=2e-4)


def test_what_nobody_reviewed_is_silent_and_named(tmp_path, record):
    done = _written(tmp_path / "out.wav", record(), _reviewed(which=range(2, 5)))
    sound, _ = sf.read(done.path)
    time_s = np.arange(len(sound)) / RATE_HZ
    known = (time_s > 1.5) & (time_s < 4.5)
    assert np.all(sound[~known, 1] == 0)
    assert np.abs(sound[~known, 0]).max() > 0.1
    assert np.abs(sound[known, 1]).max() > 0.1
    assert done.notes == (
        "channel 1 is silent from 0.000 to 1.500 s: no keypoint there that counts",
        "channel 1 is silent from 4.500 to 8.000 s: no keypoint there that counts",
    )


def test_before_channel_1_starts_is_silent_and_named(tmp_path, record):
    late = TimeMap.linear(-1.25, 0.0)
    done = _written(tmp_path / "out.wav", record(late), _reviewed(late))
    sound, _ = sf.read(done.path)
    assert np.all(sound[: round(1.2 * RATE_HZ), 1] == 0)
    assert done.notes == ("channel 1 is silent from 0.000 to 1.250 s: before channel 1 starts",)


def test_the_reviewed_span_alone(tmp_path, record):
    keypoints = _reviewed(which=range(2, 5))
    done = _written(tmp_path / "out.wav", record(), keypoints, is_whole=False)
    sound, _ = sf.read(done.path)
    assert (done.start_s, done.end_s) == (1.5, 4.5)
    assert len(sound) == 3 * RATE_HZ
    np.testing.assert_allclose(sound[200:-200, 1], sound[200:-200, 0], atol=2e-4)
    assert done.notes == ()


def test_the_header_says_what_was_done(tmp_path, record):
    for ending in ("wav", "flac"):
        done = _written(tmp_path / f"out.{ending}", record(), _reviewed(which=range(2, 5)))
        with sf.SoundFile(done.path) as file:
            comment = file.comment
        assert "mono0.wav, 0.000000 to 8.000000 s of channel 0" in comment
        assert "through 3 keypoints" in comment
        assert "silent from 0.000 to 1.500 s" in comment


def test_loud_floats_stay_in_wav_and_are_named_in_flac(tmp_path, record):
    recording = record(subtype="FLOAT", gain=8.0)
    wav = _written(tmp_path / "out.wav", recording, _reviewed())
    assert np.abs(sf.read(wav.path)[0]).max() > 1.5
    flac = _written(tmp_path / "out.flac", recording, _reviewed())
    assert "above full scale were clipped" in flac.notes[-1]
    assert np.abs(sf.read(flac.path)[0]).max() <= 1.0


def test_nothing_reviewed_is_a_sentence(tmp_path, record):
    keypoints = machine_keypoints(np.arange(8.0), np.arange(8.0))
    with pytest.raises(InputError, match="no keypoint that counts"):
        _written(tmp_path / "out.wav", record(), keypoints)
    assert not (tmp_path / "out.wav").exists()


@pytest.mark.parametrize(("name", "rate_hz"), [("out.mp3", None), ("out.flac", 700_000)])
def test_other_kinds_and_rates_are_refused_before_any_work(tmp_path, record, name, rate_hz):
    with pytest.raises(InputError):
        _written(tmp_path / name, record(), _reviewed(), rate_hz=rate_hz)
    assert not (tmp_path / name).exists()


def test_originals_are_never_written_to(tmp_path, record):
    recording = record()
    known = AlignedAudio(KnownMap.of(_reviewed(), DURATION_S, DURATION_S))
    for path in recording.paths:
        before = path.read_bytes()
        with pytest.raises(InputError, match="is an original"):
            result_of(write_aligned_audio(path, recording, known, overwrite=True))
        assert path.read_bytes() == before


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path, record, monkeypatch):
    recording, folder = record(), tmp_path / "full"
    folder.mkdir()
    room = [100_000]

    class Full(sound_files._Passing):
        def write(self, data, /):
            room[0] -= len(data)
            if room[0] < 0:
                self.problem = OSError(errno.ENOSPC, "No space left on device")
                return 0
            return super().write(data)

    monkeypatch.setattr(sound_files, "_Passing", Full)
    with pytest.raises(InputError, match=r"out\.wav: cannot be written \(no space left on device"):
        _written(folder / "out.wav", recording, _reviewed())
    assert list(folder.iterdir()) == []


def test_stopping_leaves_nothing_and_an_old_file_as_it_was(tmp_path, record):
    recording, folder = record(), tmp_path / "out"
    folder.mkdir()
    (folder / "out.wav").write_bytes(b"old")
    known = KnownMap.of(_reviewed(), DURATION_S, DURATION_S)
    steps = write_aligned_audio(folder / "out.wav", recording, AlignedAudio(known), overwrite=True)
    assert 0 < next(steps) < 1
    steps.close()
    assert [path.name for path in folder.iterdir()] == ["out.wav"]
    assert (folder / "out.wav").read_bytes() == b"old"
    with pytest.raises(InputError, match="already exists"):
        result_of(write_aligned_audio(folder / "out.wav", recording, AlignedAudio(known)))
