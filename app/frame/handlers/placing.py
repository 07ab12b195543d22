"""The commands that put keypoints elsewhere and bring in sync points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMainWindow

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.messages import Kind, Message
from app.base.time_view import TimeView
from app.session.edit_messages import open_first
from app.session.entries import Entry
from app.session.session_model import SessionModel
from core.align.limits import INTERVAL_S, INTERVALS_S
from core.formats.tables.sync_table import SyncTable, check_ends, read_sync_points
from core.sync_points import SyncPoints

_TABLES = "Tables of sync points (*.csv *.tsv *.txt);;All (*)"


class PlacingCommands(QObject):
    """Adds and removes keypoints, and imports sync points.

    Parameters
    ----------
    window : QMainWindow
        Dialogs stand over it.
    session, time
        What is open, and what of it is in view.

    Signals
    -------
    message_posted(message)
        A `Message` for the person.
    """

    message_posted = Signal(object)

    def __init__(self, window: QMainWindow, session: SessionModel, time: TimeView) -> None:
        super().__init__(window)
        self._window, self._session, self._time = window, session, time
        self._pointed: tuple[int | None, float] = (None, 0.0)
        session.placing.withdrawn.connect(self._on_withdrawn)
        self._reading = BackgroundRunner("sync points", self)
        self._reading.stepped.connect(self._on_sync)
        self._reading.ended.connect(self._on_sync_ended)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being read."""
        return not self._reading.is_running

    def shut_down(self) -> None:
        """Stop the thread."""
        self._reading.shut_down()

    @Slot(float)
    def point(self, time_0_s: float) -> None:
        """A person pointed at a moment of channel 0, seconds."""
        self._pointed = self._session.selection.recording, time_0_s

    @Slot()
    def add_keypoint(self) -> None:
        """Add a keypoint where the person pointed last, if that is in view, else in its middle."""
        time, (key, time_0_s) = self._time, self._pointed
        is_here = key == self._session.selection.recording
        if not (is_here and time.start_s <= time_0_s <= time.end_s):
            time_0_s = (time.start_s + time.end_s) / 2
        entry = self._session.current
        if self._session.placing.add(round(time_0_s, 3)) or entry is None:
            return
        if 0 <= time_0_s <= entry.recording.duration_s:
            self._say(f"There is a keypoint at {time_0_s:.3f} s already; it is selected.")
        else:
            self._say(f"Channel 0 does not run at {time_0_s:.3f} s; point at a moment within it.")

    @Slot()
    def remove_keypoint(self) -> None:
        """Remove the selected keypoint; undo brings it back."""
        selected = self._session.selection.keypoint
        if selected >= 0 and not self._session.placing.remove(selected):
            self._say("The last keypoint stays.")

    @Slot()
    def set_interval(self) -> None:
        """Ask for another interval of keypoints."""
        if self._session.current is None:
            self.message_posted.emit(open_first(self._session.selection))
            return
        step_s, is_wanted = QInputDialog.getDouble(
            self._window,
            "Keypoints at another interval",
            "Seconds from one keypoint to the next; those you decided on stay:",
            INTERVAL_S,
            *INTERVALS_S,
            3,
        )
        if is_wanted:
            self._session.placing.set_interval(step_s)

    @Slot()
    def import_sync(self) -> None:
        """Ask for a table of sync points, and take it."""
        if self._session.current is None:
            self.message_posted.emit(open_first(self._session.selection))
            return
        name, _kind = QFileDialog.getOpenFileName(
            self._window, "Import sync points", str(self._session.current.folder), _TABLES
        )
        if name:
            self.read_sync(Path(name))

    def read_sync(self, path: Path) -> None:
        """Take the sync points of a table for the recordings that it names, or the one shown."""
        shown = self._session.current
        if shown is not None:
            entries = [entry for entry in self._session.entries if not entry.is_out]
            self._reading.start(partial(_sync_steps, path, entries, shown))

    @Slot()
    def remove_sync(self) -> None:
        """Forget the sync points of the recording shown; undo brings them back."""
        key, entry = self._session.selection.recording, self._session.current
        if key is not None and entry is not None and len(entry.state.sync):
            self._session.placing.set_sync(key, SyncPoints.none(), "Remove the sync points")
        else:
            self._say("This recording has no sync points.")

    @Slot(object)
    def _on_sync(self, read: tuple[SyncTable, dict[str, SyncPoints]]) -> None:
        table, found = read
        keys = {entry.recording.name: key for key, entry in self._session.recordings.items()}
        for name, points in found.items():
            text = f"Import {_counted(len(points))} of {table.path.name}"
            self._session.placing.set_sync(keys[name], points, text)
        count = sum(map(len, found.values()))
        leads = "leads" if count == 1 else "lead"
        whose = f" of {next(iter(found))}" if len(found) == 1 else ""
        self._say(" ".join((f"{_counted(count)} {leads} the path{whose} now.", *table.notes)))

    @Slot(object)
    def _on_sync_ended(self, result: RunResult) -> None:
        if result.status is RunStatus.FAILED:
            text = f"No sync points were taken. {result.message}"
            self.message_posted.emit(Message(Kind.ERROR, text, details=result.details))

    @Slot(float)
    def _on_withdrawn(self, time_0_s: float) -> None:
        number = self._session.selection.keypoint + 1
        self._say(
            f"Keypoint {number} asks about another moment now, which nobody has decided on. What "
            f"you decided was about {time_0_s:.3f} s; undo brings it back."
        )

    def _say(self, text: str) -> None:
        is_true = self._session.selection.while_shown()
        self.message_posted.emit(Message(Kind.INFO, text, is_true=is_true))


def _counted(count: int) -> str:
    return f"{count} sync point{'' if count == 1 else 's'}"


def _sync_steps(
    path: Path, entries: Sequence[Entry], shown: Entry
) -> Iterator[tuple[SyncTable, dict[str, SyncPoints]]]:
    """Read a table, and see that it fits; runs in a worker thread."""
    table = read_sync_points(path)
    meant = entries if table.names_recordings else [shown]
    found = table.for_recordings([entry.recording.name for entry in meant])
    durations_s = {entry.recording.name: entry.leaving.durations_s for entry in entries}
    for name, points in found.items():
        check_ends(points, durations_s[name], str(path))
    yield table, found
