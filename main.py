"""Start FinchSync."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.align.alignment import Alignment


ENVIRONMENT = {
    # The matrices are small: more threads take longer, twice the processor time, and make the
    # last digits depend on the machine. Networks gain by threads: OMP_NUM_THREADS stays as it is.
    "OPENBLAS_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    # Clearing pages of 2 MB took a tenth of the time of an hour's alignment on a virtual machine
    # (a development script).
    "NUMPY_MADVISE_HUGEPAGE": "0",
}
"""What NumPy reads when it is first imported; what is set already stays."""

CHILDREN = {
    # A process that this one starts imports nothing from the folder it is started in: a
    # random.py beside the recordings is not Python's.
    "PYTHONSAFEPATH": "1",
}
"""What processes read that this one starts."""


def main() -> int:
    """Run the command line, with the window behind it."""
    # Until a command is at work there is nothing to tidy up; it says itself what Ctrl-C does.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)
    for name, value in (ENVIRONMENT | CHILDREN).items():
        os.environ.setdefault(name, value)
    from core import cli
    from core.cli.terminal.streams import standard_streams
    from core.extras import use_learning_pack

    use_learning_pack()
    with standard_streams():
        return cli.main(sys.argv[1:], screen=_Screen())


def _end(*_: object) -> None:
    os._exit(130)  # as core.cli.codes says, which is not loaded yet


class _Screen:
    """The window as the command line sees it; Qt is imported only when it is used."""

    def open(self, paths: Sequence[Path]) -> int:
        _need_display()
        # Nothing that starting makes can be thrown away yet; `make_app` says who collects later.
        gc.disable()
        from app.launch import open_window

        return open_window(paths)

    def screenshot(self, recording: Path, alignment: Alignment | None, out: Path) -> None:
        from app.launch import screenshot

        screenshot(recording, alignment, out)

    def probe(self, part: str) -> Mapping[str, str]:
        from app.frame.screen_probe import probe

        return probe(part)


def _need_display() -> None:
    """Say so in one line where Qt would end the process."""
    from core.errors import InputError

    told = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(map(os.environ.get, told)):
        raise InputError(
            "finchsync",
            "there is no display to open a window on",
            "use 'finchsync align' or 'finchsync demo --headless'",
        )


if __name__ == "__main__":
    # The bundled program is its own interpreter: started to work for another one, it ends here.
    if getattr(sys, "frozen", False):
        from multiprocessing import freeze_support

        freeze_support()
    # Python does so only where PYTHONSAFEPATH is not set.
    sys.path.insert(0, str(Path(__file__).parent))
    raise SystemExit(main())
