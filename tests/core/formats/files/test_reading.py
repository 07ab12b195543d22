"""What is no ordinary file is refused before it is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import InputError
from core.formats.files import reading
from core.formats.files.reading import read_whole
from core.formats.tables.biodcase import read_csv


@pytest.mark.parametrize(("name", "what"), [("missing.csv", "no such file"), (".", "is a folder")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        read_csv(tmp_path / name)


@pytest.mark.skipif(os.name == "nt", reason="no pipes and devices among the files there")
def test_pipes_and_devices_are_refused_before_reading(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe.csv", tmp_path / "zero.csv"
    os.mkfifo(pipe)
    link.symlink_to("/dev/zero")
    for path in (pipe, link, Path("/dev/zero")):
        with pytest.raises(InputError, match="is a pipe or a device; give an ordinary file"):
            read_csv(path)


def test_a_file_that_is_too_large_is_refused_before_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(reading.LARGEST_BYTES + (1 << 20))
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("it was read"))
    with pytest.raises(InputError, match="is 513 MiB large, more than 512 MiB"):
        read_whole(path)
