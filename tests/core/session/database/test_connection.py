"""Sessions on disks of this and of other computers."""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace

import numpy as np
import pytest

from core.audio.channels import ChannelSource
from core.audio.recording import Recording
from core.errors import InputError
from core.keypoints import machine_keypoints
from core.session import Change, FileStamp, RecordingState, Session, SessionFile, SessionRecording
from core.session.database.connection import connect, make_durable, uri_of
from core.session.database.network_share import (
    is_on_share,
    is_remote_drive,
    is_remote_kind,
    kind_on_linux,
    kind_on_mac,
)


@pytest.fixture
def on_a_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.session.database.connection.is_on_share", lambda _: True)


@pytest.fixture
def added() -> Change:
    """A recording of three keypoints; there is no audio behind it."""
    channels = (
        ChannelSource(Path("a.wav"), 0, 8000, 8000, 2),
        ChannelSource(Path("a.wav"), 1, 8000, 8000, 2),
    )
    stamps = FileStamp(1, 1), FileStamp(1, 1)
    known = SessionRecording(Recording("a.wav", tuple(channels)), "a", stamps, Path())
    times_s = np.arange(3.0)
    return Session().add([(known, RecordingState.new(machine_keypoints(times_s, times_s)))])[1]


def _mode(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA journal_mode").fetchone()[0]


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_on_a_disk_of_this_computer_changes_go_to_a_log(tmp_path: Path) -> None:
    path = tmp_path / "birds.finchsync"
    with SessionFile.create(path):
        assert _mode(path) == "wal"


@pytest.mark.usefixtures("on_a_share")
def test_on_a_share_changes_go_to_a_journal_and_others_may_read(
    tmp_path: Path, added: Change
) -> None:
    path = tmp_path / "birds.finchsync"
    with SessionFile.create(path) as file:
        file.commit(added)
        assert _mode(path) == "delete"
        assert _names(tmp_path) == {path.name, f"{path.name}.lock"}


def test_a_session_that_crashed_is_read_whole_on_a_share_and_back_again(
    tmp_path: Path, added: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    local, share = tmp_path / "here.finchsync", tmp_path / "share" / "there.finchsync"
    share.parent.mkdir()
    with SessionFile.create(local) as file:
        file.commit(added)
        for suffix in ("", "-wal"):
            shutil.copy(f"{local}{suffix}", f"{share}{suffix}")
    with monkeypatch.context() as patch:
        patch.setattr("core.session.database.connection.is_on_share", lambda path: path == share)
        with SessionFile.open(share) as file:
            assert len(file.read().states[1].keypoints) == 3
            assert _names(share.parent) == {share.name, f"{share.name}.lock"}
    assert _mode(share) == "delete"
    with SessionFile.open(share) as file:
        assert len(file.read().states[1].keypoints) == 3
        assert _mode(share) == "wal"


def test_where_neither_a_log_nor_a_journal_can_be_kept_the_session_is_refused(
    tmp_path: Path,
) -> None:
    with (
        closing(sqlite3.connect(":memory:")) as connection,
        pytest.raises(InputError, match="copy it to a disk of this computer"),
    ):
        make_durable(connection, tmp_path / "birds.finchsync")


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (r"\\nas\lab data\b.finchsync", "file:////nas/lab%20data/b.finchsync"),
        (r"C:\lab\100% #1?.finchsync", "file:///C:/lab/100%25%20%231%3F.finchsync"),
    ],
)
def test_paths_of_windows_as_sqlite_takes_them(path: str, uri: str) -> None:
    """``Path.as_uri`` puts the computer before the path, and SQLite knows no computers."""
    assert uri_of(PureWindowsPath(path)) == uri


def test_two_slashes_before_a_path_are_no_computer_to_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "a ü 100% #1?.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE birds (name)")
    for uri in (uri_of(path), uri_of(path).replace("file://", "file:///")):
        with closing(sqlite3.connect(f"{uri}?mode=rw", uri=True)) as connection:
            assert connection.execute("SELECT count(*) FROM birds").fetchone() == (0,)
    with closing(connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM birds").fetchone() == (0,)


MOUNTS = rb"""/dev/root / ext4 rw,relatime 0 0
tmpfs /media tmpfs rw 0 0
//nas/lab /media/lab\040data cifs rw,vers=3.0 0 0
autofs /media/home autofs rw 0 0
nas:/home /media/home nfs4 rw 0 0
/dev/sdb1 /media/home/me/usb vfat rw 0 0
me@server:/birds /media/birds fuse.sshfs rw 0 0
C:\134 /media/c 9p rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind", "is_remote"),
    [
        ("/data/birds", "ext4", False),
        ("/media/lab data", "cifs", True),
        ("/media/lab data/2026/b.finchsync", "cifs", True),
        ("/media/lab data 2/b.finchsync", "tmpfs", False),
        ("/media/home/me/b.finchsync", "nfs4", True),
        ("/media/home/me/usb/b.finchsync", "vfat", False),
        ("/media/birds/b.finchsync", "fuse.sshfs", True),
        ("/media/c/lab/b.finchsync", "9p", True),
    ],
)
def test_shares_of_linux(path: str, kind: str, *, is_remote: bool) -> None:
    found = kind_on_linux(Path(path), MOUNTS)
    assert found == kind
    assert is_remote_kind(found) is is_remote


@pytest.mark.parametrize(
    ("path", "asked", "is_remote"),
    [
        (r"\\nas\lab\b.finchsync", None, True),
        (r"Z:\b.finchsync", "Z:\\", True),
        (r"C:\lab\b.finchsync", "C:\\", False),
    ],
)
def test_shares_of_windows(path: str, asked: str | None, *, is_remote: bool) -> None:
    drives: list[str] = []

    def drive_type(root: str) -> int:
        drives.append(root)
        return {"Z:\\": 4, "C:\\": 3}[root]

    assert is_remote_drive(PureWindowsPath(path), drive_type) is is_remote
    assert drives == ([] if asked is None else [asked])


@pytest.mark.parametrize(("kind", "is_remote"), [(b"smbfs", True), (b"apfs", False)])
def test_shares_of_macos(kind: bytes, *, is_remote: bool) -> None:
    def statfs(path: bytes, told: ctypes.Array) -> int:
        assert path == os.fsencode("/Volumes/lab")
        told[72 : 72 + len(kind)] = kind
        return 0

    found = kind_on_mac(Path("/Volumes/lab"), SimpleNamespace(statfs=statfs))
    assert is_remote_kind(found) is is_remote
    with pytest.raises(OSError, match="no word"):
        kind_on_mac(Path("/gone"), SimpleNamespace(statfs=lambda *_: -1))


def test_this_disk_is_of_this_computer(tmp_path: Path) -> None:
    assert not is_on_share(tmp_path)
