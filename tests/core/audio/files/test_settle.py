"""What is known of a file is kept until it changes, and what goes wrong is told."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path

import pytest

from core.audio.files.layout import SoundLayout, SplicedFile
from core.audio.files.settle import settle


def test_a_file_is_looked_into_again_when_it_has_changed(make_audio) -> None:
    path = make_audio()
    assert settle(path) is settle(path)
    before = path.stat().st_mtime_ns
    make_audio(duration_s=2.0)
    assert settle(path).frames == 16000
    make_audio(duration_s=2.0, rate_hz=4000)
    make_audio(duration_s=1.0, rate_hz=16000)
    os.utime(path, ns=(before, before + 1_000_000))
    assert settle(path).sample_rate_hz == 16000


def test_pieces_are_read_as_one_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(range(100)))
    expected = b"head" + bytes(range(10, 20)) + b"x" + bytes(range(90, 100))
    with SplicedFile(path, (b"head", (10, 20), b"x", (90, 100))) as spliced:
        for at in range(len(expected) + 3):
            spliced.seek(at)
            assert spliced.tell() == at
            assert expected[at:].startswith(spliced.read(3))
        assert spliced.seek(-2, io.SEEK_END) == len(expected) - 2
        assert spliced.read() == expected[-2:]
        spliced.seek(0)
        assert io.BufferedReader(spliced).read() == expected


def test_a_disk_that_fails_is_told_as_such(make_audio) -> None:
    """libsndfile itself sees only that nothing more comes."""
    unreadable = Path("/proc/self/mem")
    if not unreadable.exists():
        pytest.skip("no such file to be had here")
    path = make_audio()
    layout = SoundLayout(unreadable, (path.read_bytes()[:44], (0, path.stat().st_size - 44)))
    with pytest.raises(OSError, match=os.strerror(errno.EIO)), layout.opened() as file:
        assert len(file.read()) == 0
