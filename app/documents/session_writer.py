"""The thread that writes the session file, change by change, in the order made."""

from __future__ import annotations

import logging
from collections import deque
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot

from core.errors import InputError, system_reason
from core.session import Change, SessionFile
from core.session.paths import is_there

log = logging.getLogger(__name__)

_RETRY_MS = 5000


class _FileWorker(QObject):
    """Lives in the writer's thread; owns the file."""

    opened = Signal(object, object)
    not_opened = Signal(object, str)
    not_created = Signal(str)
    written = Signal(int)
    refused = Signal(str)
    moved = Signal(object)
    not_moved = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._file: SessionFile | None = None
        self._waiting: deque[Change] = deque()

    @Slot(object, bool)
    def open(self, path: Path, may_create: bool) -> None:
        """Read a session and write to it from now on; the one before is closed."""
        self.write()
        if self._waiting:
            why = "changes of the open session are not on disk yet; save it elsewhere first"
            self.not_opened.emit(path, f"{path.name} was not opened: {why}.")
            return
        try:
            if may_create and not is_there(path):
                file = self._created(path)
                if file is None:
                    return
            else:
                file = SessionFile.open(path)
            try:
                session = file.read()
            except BaseException:
                file.close()
                raise
        except (InputError, OSError) as error:
            self.not_opened.emit(path, str(error))
        except Exception as error:  # the thread's last line
            log.exception("The session could not be opened")
            self.not_opened.emit(path, f"{path.name}: {type(error).__name__}: {error}")
        else:
            self._use(file)
            self.opened.emit(path, session)

    def _created(self, path: Path) -> SessionFile | None:
        try:
            _make_folder(path.parent)
            return SessionFile.create(path)
        except InputError as error:
            self.not_created.emit(str(error))
            return None

    @Slot(object)
    def put(self, change: Change) -> None:
        """Write a change after all before it."""
        self._waiting.append(change)
        self.write()

    @Slot()
    def write(self) -> None:
        """Write what waits; what is refused waits on."""
        try:
            while self._waiting and self._file is not None:
                self._file.commit(self._waiting[0])
                self._waiting.popleft()
                self.written.emit(len(self._waiting))
        except InputError as error:
            self.refused.emit(str(error))
        except Exception as error:  # the thread's last line: what waits must not be lost
            log.exception("The session could not be written")
            self.refused.emit(f"Something unexpected went wrong ({type(error).__name__}: {error})")

    @Slot(object, bool)
    def move(self, path: Path, overwrite: bool) -> None:
        """Go on in a copy at `path`."""
        try:
            if self._file is None:
                file = SessionFile.create(path)
            else:
                self._file.save_as(path, overwrite=overwrite)
                file = SessionFile.open(path)
        except InputError as error:
            self.not_moved.emit(str(error))
            return
        self._use(file)
        self.moved.emit(path)

    @Slot()
    def close(self) -> None:
        """Write what can be written and close the file."""
        self.write()
        self._let_go()

    def _use(self, file: SessionFile) -> None:
        self._let_go()
        self._file = file
        self.write()

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"cannot be made ({system_reason(error)})"
        raise InputError(folder, why, "save the session elsewhere") from error


class Writer(QObject):
    """Hands changes to the thread that writes them.

    Parameters
    ----------
    parent : QObject, optional

    Signals
    -------
    opened(path, session)
        A session was read and is written to from now on.
    not_opened(path, why)
        It was refused, in words; what was open before is open still.
    not_created(why)
        A new session could not be made, in words; what is put waits for a place.
    written(waiting)
        A change is on disk; how many wait still.
    refused(why)
        The disk refused, in words; nothing is lost, and it is tried again by and by.
    moved(path)
        The session is a file elsewhere now.
    not_moved(why)
        It is where it was, in words.
    """

    opened = Signal(object, object)
    not_opened = Signal(object, str)
    not_created = Signal(str)
    written = Signal(int)
    refused = Signal(str)
    moved = Signal(object)
    not_moved = Signal(str)
    _open = Signal(object, bool)
    _put = Signal(object)
    _move = Signal(object, bool)
    _retry = Signal()
    _close = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._unwritten = 0
        self._thread = QThread(self)
        self._thread.setObjectName("session")
        self._scribe = scribe = _FileWorker()
        scribe.moveToThread(self._thread)
        self._again = QTimer(self, singleShot=True, interval=_RETRY_MS)
        self._again.timeout.connect(self.retry)
        queued = Qt.ConnectionType.QueuedConnection
        for asked, done in (
            (self._open, scribe.open),
            (self._put, scribe.put),
            (self._move, scribe.move),
            (self._retry, scribe.write),
            (scribe.opened, self.opened),
            (scribe.not_opened, self.not_opened),
            (scribe.not_created, self.not_created),
            (scribe.written, self._on_written),
            (scribe.refused, self._on_refused),
            (scribe.moved, self.moved),
            (scribe.not_moved, self.not_moved),
        ):
            asked.connect(done, queued)
        self._close.connect(scribe.close, Qt.ConnectionType.BlockingQueuedConnection)

    @property
    def unwritten(self) -> int:
        """How many changes are not known to be on disk."""
        return self._unwritten

    def open(self, path: Path, *, may_create: bool = False) -> None:
        """Read the session at `path` and write to it from now on.

        Parameters
        ----------
        path : Path
        may_create : bool
            Whether an empty session is made where there is none.
        """
        self._start()
        self._open.emit(path, may_create)

    @Slot(object)
    def put(self, change: Change) -> None:
        """Write a change down."""
        self._unwritten += 1
        self._start()
        self._put.emit(change)

    def move(self, path: Path, *, overwrite: bool) -> None:
        """Go on in a file at `path`, with all that the session holds."""
        self._start()
        self._move.emit(path, overwrite)

    @Slot()
    def retry(self) -> None:
        """Try again to write what was refused."""
        self._retry.emit()

    def shut_down(self) -> None:
        """Write everything that can be written, close the file and stop the thread."""
        self._again.stop()
        if self._thread.isRunning():
            self._close.emit()
            self._thread.quit()
            self._thread.wait()

    def _start(self) -> None:
        if not self._thread.isRunning():
            self._thread.start()

    @Slot(int)
    def _on_written(self, waiting: int) -> None:
        self._unwritten -= 1
        self.written.emit(waiting)

    @Slot(str)
    def _on_refused(self, why: str) -> None:
        self._again.start()
        self.refused.emit(why)
