"""Standard input, output and error: always there, and what becomes of them stops no work."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core.cli.codes import REFUSED
from core.errors import InputError, system_reason

_HAS_LEFT = (errno.EPIPE, errno.EINVAL)
"""How a system says that whoever read a pipe has left, which is no error."""


class _Outlet(io.RawIOBase):
    """The bytes of a stream, for as long as it takes them; then they go nowhere.

    Parameters
    ----------
    stream : TextIOWrapper
        Over a file, with a buffer between them or without.

    Attributes
    ----------
    refusal : OSError or None
        Why it takes no more.
    """

    def __init__(self, stream: io.TextIOWrapper) -> None:
        super().__init__()
        self._stream = stream
        buffer: Any = stream.buffer
        self._file: io.RawIOBase = getattr(buffer, "raw", buffer)
        self.refusal: OSError | None = None

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def write(self, content: Any, /) -> int | None:
        if self.refusal is None:
            try:
                written = self._file.write(content)
            except OSError as error:
                self.refusal = error
            else:
                return written
        return len(content)


@contextmanager
def standard_streams() -> Iterator[None]:
    """Streams that can be closed, full or without a reader, around a whole program.

    Raises
    ------
    SystemExit
        In the end, if output was lost that somebody waits for; it has been said on standard error.
    """
    _open_closed_ones()
    output = _outlet("stdout")
    _outlet("stderr")
    try:
        yield
    finally:
        sys.stdout.flush()
        refusal = output and output.refusal
        if refusal and refusal.errno not in _HAS_LEFT:
            reason = system_reason(refusal)
            fix = "what the command wrote to files is whole; print elsewhere to see the rest"
            print(InputError("standard output", f"takes no more ({reason})", fix), file=sys.stderr)  # noqa: T201
            raise SystemExit(REFUSED)


def _open_closed_ones() -> None:
    """Nothing that is opened later may be taken for a stream, by a library or a child."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode)  # noqa: PTH123, SIM115
            os.set_inheritable(stream.fileno(), True)  # noqa: FBT003
            setattr(sys, name, stream)


def _outlet(name: str) -> _Outlet | None:
    stream = getattr(sys, name)
    if not isinstance(stream, io.TextIOWrapper):
        return None
    outlet = _Outlet(stream)
    is_buffered = isinstance(stream.buffer, io.BufferedWriter)
    patient = io.TextIOWrapper(
        io.BufferedWriter(outlet) if is_buffered else outlet,  # type: ignore[type-var]
        encoding=stream.encoding,
        # A file name need not be printable where it is printed.
        errors="backslashreplace",
        # A log is read while it grows.
        line_buffering=True,
        write_through=stream.write_through,
    )
    setattr(sys, name, patient)
    return outlet
