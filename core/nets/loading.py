"""Loading torch beside a window: its libraries first, without holding the interpreter."""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path


def load_libraries() -> None:
    """Load torch's libraries, so that importing it later holds up other threads for less time.

    An import keeps the interpreter to itself while the system loads some hundreds of megabytes;
    a call through ctypes does not. Without effect where torch is missing or loaded, and on
    Windows, where torch itself does so.
    """
    spec = find_spec("torch")
    if "torch" in sys.modules or spec is None or spec.origin is None or sys.platform == "win32":
        return
    name = "libtorch.dylib" if sys.platform == "darwin" else "libtorch.so"
    load = ctypes.CDLL(None).dlopen
    load.argtypes, load.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    load(os.fsencode(Path(spec.origin).parent / "lib" / name), os.RTLD_LAZY)
