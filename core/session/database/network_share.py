"""Whether a file is on a disk of another computer."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path, PurePath

_REMOTE = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "webdav", "ncpfs"),
        *("9p", "virtiofs", "vboxsf", "prl_fs", "afs", "ceph", "lustre", "gpfs", "beegfs"),
        *("glusterfs", "orangefs", "macfuse", "osxfuse"),
    }
)
"""Kinds of file systems whose disk other computers can write to, or the host of a guest."""
_REMOTE_FUSE = re.compile(r"fuse\.(sshfs|rclone|davfs2?|s3fs|glusterfs|ceph|vmhgfs.*|.*smb.*)")
_DRIVE_REMOTE = 4
"""Of ``GetDriveTypeW``."""
_STATFS_BYTES = 4096
"""More than ``struct statfs`` of macOS takes."""
_KIND = slice(72, 88)
"""Where the kind is in it: ``f_fstypename``."""


def is_on_share(path: Path) -> bool:
    """Whether a file is on a disk of another computer; False where that cannot be found out."""
    try:
        if sys.platform == "win32":
            return is_remote_drive(path, ctypes.windll.kernel32.GetDriveTypeW)
        if sys.platform == "darwin":
            return is_remote_kind(kind_on_mac(path, ctypes.CDLL(None)))
        return is_remote_kind(kind_on_linux(path, Path("/proc/self/mounts").read_bytes()))
    except (OSError, AttributeError):
        return False


def is_remote_kind(kind: str) -> bool:
    """Whether a kind of file system, by the system's name for it, is on another computer."""
    return kind in _REMOTE or _REMOTE_FUSE.fullmatch(kind) is not None


def is_remote_drive(path: PurePath, drive_type: Callable[[str], int]) -> bool:
    r"""Whether a path of Windows leads to another computer.

    Parameters
    ----------
    path : PurePath
        A whole one: ``C:\...`` or ``\\computer\share\...``.
    drive_type : callable
        ``GetDriveTypeW``.
    """
    anchor = path.anchor
    is_named = anchor.startswith("\\\\") and not anchor.startswith(("\\\\?\\", "\\\\.\\"))
    return is_named or drive_type(anchor) == _DRIVE_REMOTE


def kind_on_linux(path: PurePath, mounts: bytes) -> str:
    """The kind of file system that a whole path is on.

    Parameters
    ----------
    path : PurePath
    mounts : bytes
        What ``/proc/self/mounts`` says.
    """
    whole = os.fsencode(path)
    found, kind = b"", ""
    for line in mounts.splitlines():
        _device, place, its_kind, *_options = line.split(b" ")
        place = re.sub(rb"\\([0-7]{3})", lambda code: bytes([int(code[1], 8)]), place)
        is_above = whole == place or whole.startswith(place.rstrip(b"/") + b"/")
        # What was mounted later at the same place hides what was there.
        if is_above and len(place) >= len(found):
            found, kind = place, its_kind.decode()
    return kind


def kind_on_mac(path: Path, library: ctypes.CDLL) -> str:
    """The kind of file system that a file is on.

    Parameters
    ----------
    path : Path
    library : CDLL
        That of macOS.

    Raises
    ------
    OSError
        If the system does not say.
    """
    # Of the two forms that older machines have, the one with wide file numbers.
    statfs = getattr(library, "statfs$INODE64", None) or library.statfs
    told = ctypes.create_string_buffer(_STATFS_BYTES)
    if statfs(os.fsencode(path), told) != 0:
        raise OSError(f"no word on the disk of {path}")
    return told.raw[_KIND].partition(b"\0")[0].decode()
