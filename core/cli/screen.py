"""What the command line asks of a screen; `core` itself knows none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from core.align.alignment import Alignment


class Screen(Protocol):
    """The window, as far as commands need it; nothing is loaded before it is asked."""

    def open(self, paths: Sequence[Path]) -> int:
        """Open the window on files and folders; blocks until it is closed.

        Returns
        -------
        int
            The exit code.
        """
        ...

    def screenshot(self, recording: Path, alignment: Alignment | None, out: Path) -> None:
        """Save a picture of the window showing a recording; needs no display.

        Parameters
        ----------
        recording : Path
        alignment : Alignment or None
            What the window shows as its result.
        out : Path
            PNG file, replaced if it is there.

        Raises
        ------
        InputError
            If the recording cannot be read or the picture cannot be saved.
        """
        ...

    def probe(self, part: str) -> Mapping[str, str]:
        """Versions and devices of ``screen`` or ``sound``, for a bug report.

        May end the process: Qt does so when it finds no usable display, and a broken sound
        driver can.
        """
        ...
