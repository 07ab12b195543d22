"""A folder of consecutive files reads like one file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.audio.recording import open_recording
from core.audio.sequences.sequence import sequence_at, sound_at
from core.audio.sources import Source
from core.errors import InputError

RATE_HZ = 8000
STARTS_S = (0, 4, 10)
SECONDS = 4.0


def _sound(number: int, channels: int = 1) -> np.ndarray:
    rng = np.random.default_rng(number)
    return 0.1 * rng.normal(size=(round(SECONDS * RATE_HZ), channels)).astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files of 4 s: the second follows the first at once, the third after 2 s."""
    home = tmp_path / "A"
    home.mkdir()
    for number, start_s in enumerate(STARTS_S):
        sf.write(home / f"20230511_0430{start_s:02d}.wav", _sound(number), RATE_HZ, subtype="FLOAT")
    (home / "CONFIG.TXT").write_text("not audio")
    return home


def _whole() -> np.ndarray:
    out = np.zeros(round(14 * RATE_HZ), dtype=np.float32)
    for number, start_s in enumerate(STARTS_S):
        at = start_s * RATE_HZ
        out[at : at + round(SECONDS * RATE_HZ)] = _sound(number)[:, 0]
    return out


def test_it_reads_like_one_file(folder):
    recording = open_recording(Source(folder), Source(next(folder.glob("*10.wav"))))
    source = recording.channels[0]
    assert source.duration_s == 14.0
    assert source.start == datetime(2023, 5, 11, 4, 30)
    assert recording.name == "A"
    np.testing.assert_array_equal(recording.read(0), _whole())
    for span_s in ((0.0, 1.0), (3.5, 4.5), (7.9, 10.1), (8.5, 9.5), (9.0, 14.0), (13.9, 20.0)):
        rows = slice(*(round(at_s * RATE_HZ) for at_s in span_s))
        np.testing.assert_array_equal(recording.read(0, *span_s), _whole()[rows])
    blocks = list(recording.blocks(0, block_s=0.7))
    np.testing.assert_array_equal(np.concatenate(blocks), _whole())


def test_moments_are_told_by_file_and_gaps_by_none(folder):
    sequence = sequence_at(folder)
    assert sequence is not None
    np.testing.assert_allclose(sequence.gaps_s, [[8.0, 10.0]])
    for time_s, name, inside_s in ((0.0, "00", 0.0), (5.5, "04", 1.5), (13.0, "10", 3.0)):
        found = sequence.part_at(time_s)
        assert found is not None
        assert found[0].path.stem.endswith(name)
        assert found[1] == pytest.approx(inside_s)
    assert [sequence.part_at(at_s) for at_s in (-1.0, 9.0, 15.0)] == [None] * 3
    assert sequence_at(next(folder.glob("*10.wav"))) is None


def test_many_channels_and_16_bits(tmp_path):
    for number in range(2):
        path = tmp_path / f"part{number}.wav"
        sf.write(path, _sound(number, 3), RATE_HZ, subtype="PCM_16")
    recording = open_recording(Source(tmp_path, 2), Source(tmp_path, 0))
    heard = np.concatenate([_sound(n, 3) for n in range(2)])
    np.testing.assert_allclose(recording.read(0), heard[:, 2], atol=4e-5)
    zero, one = recording.read_both((3.0, 5.0), (3.5, 5.5))
    np.testing.assert_allclose(zero, heard[3 * RATE_HZ : 5 * RATE_HZ, 2], atol=4e-5)
    np.testing.assert_allclose(one, heard[round(3.5 * RATE_HZ) :][: 2 * RATE_HZ, 0], atol=4e-5)
    assert "no file tells when it began" in recording.notes[0]


def test_content_is_known_wherever_the_folder_is(folder, tmp_path):
    def known() -> str:
        return open_recording(Source(folder), Source(next(folder.glob("*10.wav")))).fingerprint()

    before = known()
    folder = folder.rename(tmp_path / "B")
    assert known() == before
    sound, _ = sf.read(folder / "20230511_043004.wav")
    sf.write(folder / "20230511_043004.wav", -sound, RATE_HZ, subtype="FLOAT")
    assert known() != before


@pytest.mark.parametrize(
    ("rate_hz", "channels", "said"), [(16_000, 1, "has 16,000 Hz"), (RATE_HZ, 2, "has 2 channels")]
)
def test_files_of_another_recorder_are_named(folder, rate_hz, channels, said):
    sound = np.zeros((100, channels))
    sf.write(folder / "20230511_043020.wav", sound, rate_hz)
    with pytest.raises(InputError, match=said):
        sound_at(folder)


def test_a_folder_without_audio_is_a_line(tmp_path):
    with pytest.raises(InputError, match="no audio file in this folder"):
        sound_at(tmp_path)


def test_a_file_that_goes_away_is_named(folder):
    blocks = open_recording(Source(folder), Source(next(folder.glob("*10.wav")))).blocks(0, 1.0)
    next(blocks)
    (folder / "20230511_043004.wav").unlink()
    with pytest.raises(InputError, match=r"043004\.wav: cannot be read"):
        list(blocks)


def test_a_damaged_file_is_named_and_not_the_folder(folder):
    path = folder / "20230511_043004.wav"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match=r"043004\.wav: is cut short"):
        sound_at(folder)
