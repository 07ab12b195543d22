"""Starting the window, and taking its picture without a screen."""

from __future__ import annotations

import gc
import os
import sys
import time
import traceback
from collections.abc import Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path
from types import TracebackType

import numpy as np
from pyqtgraph.util.garbage_collector import GarbageCollector
from PySide6.QtCore import (
    QCoreApplication,
    QEventLoop,
    QSize,
    QStandardPaths,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from app.base.messages import Kind, Message
from app.frame.application import Application
from app.frame.end_signals import end_signals_close_windows
from app.frame.main_window import FULL_SIZE, MainWindow
from app.look.keypoint_style import needs_look
from app.look.theme import Theme
from app.session.session_places import SessionPlaces
from core.align.alignment import Alignment
from core.errors import InputError
from core.keypoints import KeypointSet
from core.memory import keep_large_apart

_FRAME = QSize(16, 48)
"""Room for the frame and title that a window manager puts around a window."""
_LONGEST_WAIT_S = 60.0
_PICTURE_SPAN_S = 24.0
_LOUD_WITHIN_S = 0.3
_GIL_SWITCH_S = 0.0001
_A_LIBRARY = 20_000
"""More new objects than the window makes in a second; importing the aligner makes 50,000."""
_SOUND_AFTER_MS = 1500
"""The window and the first spectrogram come before the search for sound devices."""


def open_window(paths: Sequence[Path]) -> int:
    """Show the window, open `paths`, and run until it is closed.

    Parameters
    ----------
    paths : sequence of Path
        Folders in BioDCASE layout, stereo files, pairs of mono files, CSVs.

    Returns
    -------
    int
        Exit code.
    """
    app = make_app()
    room = app.primaryScreen().availableSize()
    window = MainWindow(size=FULL_SIZE.boundedTo(room), places=_places())
    sys.excepthook = partial(_tell_unexpected, window)
    show(window, room)
    QTimer.singleShot(0, window.shell.tell_wrong_settings)
    QTimer.singleShot(0, window, lambda: window.start_with(paths))
    app.files_given.connect(window.open)
    QTimer.singleShot(_SOUND_AFTER_MS, window.playback.prepare)
    # What is there now stays; later collections need not go through it.
    gc.freeze()
    with end_signals_close_windows():
        return app.exec()


def show(window: MainWindow, room: QSize) -> None:
    """Show a window; for the first time, and where there is little room, it fills the screen."""
    wanted = FULL_SIZE + _FRAME
    if window.docks.are_remembered or wanted.boundedTo(room) == wanted:
        window.show()
    else:
        window.showMaximized()


def make_app() -> Application:
    """The application, with FinchSync's name and look."""
    keep_large_apart()
    # The workers hand the interpreter back to the window sooner than Python's 5 ms.
    sys.setswitchinterval(_GIL_SWITCH_S)
    existing = QApplication.instance()
    if isinstance(existing, Application):
        return existing
    # Else Qt divides pictures among threads and waits for them, behind whatever a worker does.
    os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")
    app = Application(sys.argv[:1])
    if app.platformName() == "offscreen":
        qInstallMessageHandler(_without_size_hints)
    app.setWindowIcon(QIcon(str(files("resources").joinpath("icons", "finchsync.svg"))))
    Theme(app)
    _collect_here(app)
    return app


class _Collector(GarbageCollector):  # type: ignore[misc]
    """Collects garbage once a second, but for what came with a library that a worker loaded."""

    def check(self) -> None:
        """Collect; to look through a whole library would hold the window up."""
        if gc.get_count()[0] > _A_LIBRARY:
            gc.freeze()
        else:
            super().check()


def _collect_here(app: QApplication) -> None:
    """Collect garbage in the window's thread alone: freed by a worker, Qt's objects crash."""
    collector = _Collector()
    app.aboutToQuit.connect(collector.timer.stop)
    app.setProperty("collector", collector)


def _places() -> SessionPlaces:
    """Where sessions are kept that nobody gave a place.

    In the folder of this computer: Windows copies the other from one to the next, where they
    were before. Elsewhere both are the same.
    """
    local, roaming = (
        Path(QStandardPaths.writableLocation(place)) / "sessions"
        for place in (
            QStandardPaths.StandardLocation.AppLocalDataLocation,
            QStandardPaths.StandardLocation.AppDataLocation,
        )
    )
    return SessionPlaces(local, roaming)


def _tell_unexpected(
    window: MainWindow,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    """Say in the window what nobody foresaw, and go on."""
    sys.__excepthook__(kind, error, trace)
    text = (
        f"Something unexpected went wrong ({kind.__name__}: {error}). Your keypoints are as they "
        "were; copy the details for a bug report."
    )
    details = "".join(traceback.format_exception(kind, error, trace))
    window.messages.post(Message(Kind.ERROR, text, details=details))


def _without_size_hints(_kind: QtMsgType, _context: object, text: str) -> None:
    """Pass Qt's messages on, except that there is no window manager to take hints."""
    if "propagateSizeHints" not in text:
        print(text, file=sys.stderr)  # noqa: T201


def screenshot(
    recording_path: Path,
    alignment: Alignment | None,
    out: Path,
    size: tuple[int, int] = (1600, 1000),
) -> None:
    """Save a picture of the window with a recording open; needs no screen.

    Parameters
    ----------
    recording_path : Path
        What to open.
    alignment : Alignment or None
        What to show of it; without one the recording is shown unaligned.
    out : Path
        PNG to write.
    size : tuple of int
        Width and height, pixels.

    Raises
    ------
    InputError
        If the recording cannot be opened or the picture not be written.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    make_app()
    window = MainWindow(size=QSize(*size), remembers=False)
    window.workbench.aligns_on_open = False
    window.show()
    try:
        window.open([recording_path])
        _settle(window)
        if window.session.current is None:
            message = window.messages.message
            what = "cannot be shown" if message is None else f"cannot be shown ({message.text})"
            raise InputError(recording_path, what, "check the path")
        _pose(window, alignment)
        _settle(window)
        if not window.grab().save(str(out), "PNG"):
            raise InputError(out, "cannot be written", "choose another place")
    finally:
        window.close()
        window.deleteLater()
        _process_events()


def _pose(window: MainWindow, alignment: Alignment | None) -> None:
    """Show an instructive stretch with the most interesting keypoint selected."""
    session = window.session
    shown = session.selection.recording
    if alignment is not None and shown is not None:
        session.set_alignment(shown, alignment)
        session.propose_alignment(shown)
    keypoints = session.keypoints
    if keypoints is None or not len(keypoints):
        return
    index = _interesting(window, keypoints)
    window.review.go_to(index)
    middle_s = float(keypoints.time_0_s[index])
    span_s = min(_PICTURE_SPAN_S, window.time.duration_s)
    window.time.show_span(middle_s - 0.5 * span_s, middle_s + 0.5 * span_s)


def _interesting(window: MainWindow, keypoints: KeypointSet) -> int:
    """Of the uncertain keypoints away from the ends, or of all there, the loudest."""
    inner = np.arange(len(keypoints))
    inner = inner[len(inner) // 8 : max(len(inner) * 7 // 8, 1)]
    uncertain = inner[needs_look(keypoints)[inner]]
    chosen = uncertain if len(uncertain) else inner
    if window.workbench.spectrograms is None:
        return int(chosen[0])
    around_s = np.linspace(-_LOUD_WITHIN_S, _LOUD_WITHIN_S, 31)
    loudness = [
        [s.at(time_s + around_s).mean() for time_s in times_s[chosen]]
        for s, times_s in zip(
            window.workbench.spectrograms, (keypoints.time_0_s, keypoints.time_1_s), strict=True
        )
    ]
    return int(chosen[np.argmax(np.min(loudness, axis=0))])


def _settle(window: MainWindow) -> None:
    """Wait for background work and pictures."""
    until_s = time.monotonic() + _LONGEST_WAIT_S
    quiet = 0
    while quiet < 3 and time.monotonic() < until_s:
        _process_events()
        quiet = quiet + 1 if window.is_settled else 0
        time.sleep(0.02)


def _process_events() -> None:
    QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
