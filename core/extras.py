"""What FinchSync does without until somebody installs it, and what goes wrong in it."""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from core.errors import InputError

PACK_VARIABLE = "FINCHSYNC_LEARNING_PACK"
"""Names the folder of a learning pack, where it lies elsewhere than in the user's own."""

FAULTS = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
"""What libraries raise at a file that is none of their kind."""


def is_frozen() -> bool:
    """Whether this is the bundled program, which holds its own Python and takes in no packages."""
    return bool(getattr(sys, "frozen", False))


def ensure(what: str, packages: Sequence[str], extra: str) -> None:
    """Refuse to go on where an extra is not installed.

    Parameters
    ----------
    what : str
        That needs it.
    packages : sequence of str
        Names to import.
    extra : str
        Of ``pyproject.toml``.

    Raises
    ------
    InputError
        If one of them is missing.
    """
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise InputError(what, f"needs {', '.join(missing)}, not installed here", _remedy(extra))


def _remedy(extra: str) -> str:
    if not is_frozen():
        return f'install FinchSync with its extra: pip install "finchsync[{extra}]"'
    if extra == "nets":
        return f"put the learning pack into {learning_pack()}"
    return f'the bundled program does without; install "finchsync[{extra}]" into a Python'


def learning_pack(
    environment: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> Path:
    """Where the bundled program looks for PyTorch and what belongs to it, there or not.

    It is a folder as ``pip install --target`` makes it, for the Python of the bundle.
    """
    if given := environment.get(PACK_VARIABLE):
        return Path(given).absolute()
    home = Path.home()
    if platform == "win32":
        data = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif platform == "darwin":
        data = home / "Library" / "Application Support"
    else:
        data = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    return data / "FinchSync" / "FinchSync" / "learning-pack"


def use_learning_pack() -> None:
    """Let the bundled program import from its learning pack what it does not hold itself."""
    if is_frozen():
        sys.path.append(str(learning_pack()))
