"""Files that are whole or not there, also where other programs have them open."""

from __future__ import annotations

import errno
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.errors import InputError
from core.formats.files import atomic
from core.formats.files.atomic import new_folder, write_files, write_whole


@pytest.fixture
def held_open(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The file cannot be replaced the first three times, as on Windows; what was waited for."""
    pauses_s: list[float] = []
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if len(pauses_s) < 3:
            raise PermissionError(errno.EACCES, "Access is denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(atomic.time, "sleep", pauses_s.append)
    return pauses_s


def _write(path: Path) -> None:
    with write_whole(path, overwrite=True) as file:
        file.write(b"new")


def test_a_file_that_a_virus_scanner_looks_at_is_replaced_once_it_is_free(
    tmp_path: Path, held_open: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "sys", SimpleNamespace(platform="win32"))
    path = tmp_path / "table.csv"
    path.write_bytes(b"old")
    _write(path)
    assert path.read_bytes() == b"new"
    assert 0.1 < sum(held_open) < 2.0
    assert list(tmp_path.iterdir()) == [path]


def test_so_is_a_folder(
    tmp_path: Path, held_open: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "sys", SimpleNamespace(platform="win32"))
    with new_folder(tmp_path / "set") as folder:
        (folder / "a.wav").touch()
    assert len(held_open) == 3
    assert [path.name for path in (tmp_path / "set").iterdir()] == ["a.wav"]


def test_a_file_that_is_open_in_excel_stays_and_the_person_is_told(
    tmp_path: Path, held_open: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(atomic, "_TRIES", 2)
    path = tmp_path / "table.csv"
    path.write_bytes(b"old")
    with pytest.raises(InputError, match=r"is open in another program .* close it there and try"):
        _write(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_elsewhere_nothing_is_waited_for(
    tmp_path: Path, held_open: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "sys", SimpleNamespace(platform="linux"))
    with pytest.raises(InputError, match="access is denied"):
        _write(tmp_path / "table.csv")
    assert held_open == []


def test_of_several_files_all_are_there_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_bytes(b"before")
    flushed: list[int] = []

    def full(descriptor: int) -> None:
        flushed.append(descriptor)
        if len(flushed) == 2:
            raise OSError(28, "no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(InputError, match="no space left on device"):
            write_files({first: b"one", second: b"two"}, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert first.read_bytes() == b"before"
    write_files({first: b"one", second: b"two"}, overwrite=True)
    assert (first.read_bytes(), second.read_bytes()) == (b"one", b"two")


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there")
def test_two_that_write_the_same_files_at_once_leave_those_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is slow between its files; the second waits, whatever it is faster at."""
    table, beside = tmp_path / "p.csv", tmp_path / "p.json"
    put, is_half_way = atomic._put_in_place, threading.Event()

    def slowly(passing: Path, target: Path) -> None:
        put(passing, target)
        if threading.current_thread() is slow:
            is_half_way.set()
            time.sleep(0.2)

    monkeypatch.setattr(atomic, "_put_in_place", slowly)
    first, second = dict.fromkeys((table, beside), b"1"), dict.fromkeys((table, beside), b"2")
    slow = threading.Thread(target=write_files, args=(first,), kwargs={"overwrite": True})
    slow.start()
    assert is_half_way.wait(10)
    write_files(second, overwrite=True)
    slow.join()
    assert (table.read_bytes(), beside.read_bytes()) == (b"2", b"2")
    assert len(list(tmp_path.iterdir())) == 2
