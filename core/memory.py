"""Memory: what was freed goes back to the system, and a shortage is told in a line."""

from __future__ import annotations

import ctypes
import re
import sys
from pathlib import Path

from core.errors import InputError

_SAYS_SHORTAGE = re.compile(r"alloc|out of memory", re.IGNORECASE)

_MMAP_THRESHOLD = -3
"""``M_MMAP_THRESHOLD`` of glibc's ``mallopt``."""
_LARGE_BYTES = 4_000_000


def keep_large_apart() -> None:
    """Have every large array's memory go back as soon as the array is freed (glibc).

    Else the library raises the size from which it does so with every large array that is
    freed, up to 32 MB, and holes are left between those that stay.
    """
    library = _library()
    if library is not None:
        library.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)


def give_back() -> None:
    """Return freed memory to the system, where the C library keeps it for itself (glibc).

    After an hour's alignment that is some 200 MB.
    """
    library = _library()
    if library is not None:
        library.malloc_trim(0)


def free_bytes() -> int | None:
    """Memory that a program could have now; None where the system does not say."""
    try:
        told = Path("/proc/meminfo").read_text("ascii")
    except OSError:
        return None
    found = re.search(r"^MemAvailable:\s+(\d+) kB$", told, re.MULTILINE)
    return None if found is None else 1024 * int(found[1])


def is_shortage(error: Exception) -> bool:
    """Whether an error says that memory ran out; PyTorch and soxr say so in a RuntimeError."""
    says_so = isinstance(error, RuntimeError) and _SAYS_SHORTAGE.search(str(error))
    return isinstance(error, MemoryError) or bool(says_so)


def shortage(where: str | Path) -> InputError:
    """What a person can do where memory ran out."""
    return InputError(
        where,
        "needs more memory than is free",
        "close other programs, align fewer at a time, or split long recordings",
    )


def _library() -> ctypes.CDLL | None:
    """The C library, if it is glibc."""
    if sys.platform != "linux":
        return None
    try:
        library = ctypes.CDLL(None)
    except OSError:
        return None
    return library if hasattr(library, "malloc_trim") else None
