"""Runs work in a thread of its own, step by step; a run can be stopped between any two steps."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from core.errors import InputError
from core.memory import is_shortage
from core.processes.priority import give_way

log = logging.getLogger(__name__)

Work = Callable[[], Iterable[object]]
"""Starts the work; called in the runner's thread, so that imports and files are paid for there."""


class RunStatus(StrEnum):
    """How a run ended."""

    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RunResult:
    """The last word of a run.

    Parameters
    ----------
    status : RunStatus
    message : str
        For a person; empty unless the run failed.
    details : str
        For a bug report, if nobody foresaw the failure.
    """

    status: RunStatus
    message: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class _Run:
    number: int
    work: Work
    stop: threading.Event


class _Worker(QObject):
    """Lives in the runner's thread; knows no widget."""

    stepped = Signal(int, object)
    ended = Signal(int, object)

    @Slot()
    def begin(self) -> None:
        """The window comes first, and these threads before the processes that they start."""
        give_way()

    @Slot(object)
    def run(self, run: _Run) -> None:
        """Take the steps of a run and always say how it ended."""
        self.ended.emit(run.number, self._take_steps(run))

    def _take_steps(self, run: _Run) -> RunResult:
        try:
            if run.stop.is_set():
                return RunResult(RunStatus.CANCELLED)
            for step in run.work():
                if run.stop.is_set():
                    return RunResult(RunStatus.CANCELLED)
                self.stepped.emit(run.number, step)
        except InputError as error:
            return RunResult(RunStatus.FAILED, str(error))
        except Exception as error:  # the thread's last line: a run must end in words
            if is_shortage(error):
                return RunResult(
                    RunStatus.FAILED, "Not enough memory for this recording; close others first."
                )
            log.exception("Background work failed")
            return RunResult(
                RunStatus.FAILED,
                f"Something unexpected went wrong ({type(error).__name__}: {error}). "
                "Your keypoints are safe; copy the details for a bug report.",
                traceback.format_exc(),
            )
        return RunResult(RunStatus.DONE)


class BackgroundRunner(QObject):
    """One thread for one kind of work; starting new work stops the old.

    A superseded run falls silent at once; every other run ends exactly once.

    Parameters
    ----------
    name : str
        Name of the thread, for debuggers.
    parent : QObject, optional

    Signals
    -------
    stepped(step)
        A step of the current run, in the GUI thread.
    ended(result)
        How the current run ended.
    """

    stepped = Signal(object)
    ended = Signal(object)
    _asked = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._current: _Run | None = None
        self._number = 0
        self._thread = QThread(self)
        self._thread.setObjectName(name)
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        queued = Qt.ConnectionType.QueuedConnection
        # In the thread, and before any work that was asked for while it started.
        self._thread.started.connect(self._worker.begin, Qt.ConnectionType.DirectConnection)
        self._asked.connect(self._worker.run, queued)
        self._worker.stepped.connect(self._on_stepped, queued)
        self._worker.ended.connect(self._on_ended, queued)

    @property
    def is_running(self) -> bool:
        """Whether a run has not ended yet."""
        return self._current is not None

    def start(self, work: Work) -> None:
        """Run `work` after stopping what runs now."""
        self.cancel()
        self._number += 1
        self._current = _Run(self._number, work, threading.Event())
        if not self._thread.isRunning():
            self._thread.start()
        self._asked.emit(self._current)

    def cancel(self) -> None:
        """Stop the current run before its next step."""
        if self._current is not None:
            self._current.stop.set()

    def shut_down(self) -> None:
        """Stop, wait for the thread and drop what it still had to say."""
        self.cancel()
        self._current = None
        self._thread.quit()
        self._thread.wait()

    @Slot(int, object)
    def _on_stepped(self, number: int, step: object) -> None:
        run = self._current
        if run is not None and run.number == number and not run.stop.is_set():
            self.stepped.emit(step)

    @Slot(int, object)
    def _on_ended(self, number: int, result: RunResult) -> None:
        run = self._current
        if run is not None and run.number == number:
            self._current = None
            self.ended.emit(RunResult(RunStatus.CANCELLED) if run.stop.is_set() else result)
