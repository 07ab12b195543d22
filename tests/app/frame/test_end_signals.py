"""Ctrl-C in the terminal closes the window, whatever is open in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.frame.end_signals import end_signals_close_windows
from core.session import SessionFile

_WINDOW = """
import signal, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from app import launch
from app.frame.main_window import MainWindow

app = launch.make_app()
looks = QTimer(interval=50)


def look():
    (window,) = [w for w in app.topLevelWidgets() if isinstance(w, MainWindow)]
    if window.session.current is None or not window.store.is_settled:
        return
    looks.stop()
    print(window.store.path)
    window.workbench.stop()
    window.review.unalignable()
    QTimer.singleShot(300, lambda: signal.raise_signal(signal.SIGINT))
    if dialog := sys.argv[2]:
        window.commands[dialog].trigger()


looks.timeout.connect(look)
looks.start()
sys.exit(launch.open_window([Path(sys.argv[1])]))
"""


@pytest.mark.parametrize("dialog", ["", "about"])
def test_ctrl_c_closes_the_window_and_its_session(
    stereo: Path, tmp_path: Path, dialog: str
) -> None:
    home = {name: str(tmp_path) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    done = subprocess.run(
        [sys.executable, "-c", _WINDOW, stereo, dialog],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | home,
    )
    assert (done.returncode, done.stderr) == (0, "")
    session = Path(done.stdout.strip())
    assert list(session.parent.glob(f"{session.name}*")) == [session]
    with SessionFile.open(session) as file:
        assert len(file.read().done) == 1


def test_signals_are_as_they_were_once_the_window_is_closed() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    handler = signal.getsignal(signal.SIGINT)
    try:
        with end_signals_close_windows():
            # As nohup and a shell in the background leave them.
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGINT) is not handler
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGTERM, before)
