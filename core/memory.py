"""Memory that was freed goes back to the system."""

from __future__ import annotations

import ctypes
import sys

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


def _library() -> ctypes.CDLL | None:
    """The C library, if it is glibc."""
    if sys.platform != "linux":
        return None
    try:
        library = ctypes.CDLL(None)
    except OSError:
        return None
    return library if hasattr(library, "malloc_trim") else None
