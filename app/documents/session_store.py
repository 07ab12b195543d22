"""Saves the open session: every change goes to disk as it happens."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from app.base.literal_text import literal
from app.base.messages import Kind, Message
from app.documents.crash_recovery import left_open, note_closed, note_open
from app.documents.session_writer import Writer
from app.session.session_model import SessionModel
from app.session.session_places import SUFFIX, SessionPlaces, folder_of
from core.session import Change, EarlierWork
from core.session.database.lock import is_held
from core.session.paths import is_there

_SHOWN_AFTER_MS = 2000


class SessionStore(QObject):
    """Keeps the open session in a file.

    Parameters
    ----------
    session : SessionModel
    places : SessionPlaces or None
        Where sessions are that nobody gave a place; without it nothing is kept.

    Attributes
    ----------
    path : Path or None
        Where the open session is.
    problem : str
        Why the last changes are not on disk; empty if they are.

    Signals
    -------
    message_posted(message)
        A `Message` for the person.
    opened(session)
        A `core.session.Session` was read.
    refused(path)
        A session could not be opened.
    homeless()
        There is no place for a new session; what is decided waits until it is given one.
    """

    message_posted = Signal(object)
    opened = Signal(object)
    refused = Signal(object)
    homeless = Signal()

    def __init__(
        self, session: SessionModel, places: SessionPlaces | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.places = places
        self.path: Path | None = None
        self.problem = ""
        self._recovering: Path | None = None
        self._is_moving = False
        self._writer = Writer(self)
        self._writer.opened.connect(self._on_opened)
        self._writer.not_opened.connect(self._on_not_opened)
        self._writer.not_created.connect(self._on_not_created)
        self._writer.written.connect(self._on_written)
        self._writer.refused.connect(self._on_refused)
        self._writer.moved.connect(self._on_moved)
        self._writer.not_moved.connect(self._on_not_moved)
        self._soon_shown = QTimer(self, singleShot=True, interval=_SHOWN_AFTER_MS)
        self._soon_shown.timeout.connect(self._note_shown)
        if places is not None:
            session.changed.connect(self._writer.put)
            session.changed.connect(self._note_added)
            session.selection.recording_changed.connect(self._soon_shown.start)
            session.selection.changed.connect(self._soon_shown.start)

    @property
    def keeps(self) -> bool:
        """Whether changes are kept at all."""
        return self.places is not None

    @property
    def awaits_place(self) -> bool:
        """Whether changes are to be kept, and nobody has tried where."""
        return self.keeps and self.path is None and not self.problem

    def is_open(self, path: Path) -> bool:
        """Whether a path is the session that is open."""
        return self.path is not None and path.resolve() == self.path.resolve()

    @property
    def suggested_path(self) -> Path | None:
        """Where a session of a person's choice is offered: with the recordings it is of."""
        entry = self._session.current
        return None if entry is None else entry.folder / f"{entry.folder.name}{SUFFIX}"

    @property
    def unwritten(self) -> int:
        """How many changes are not on disk yet."""
        return self._writer.unwritten

    @property
    def is_settled(self) -> bool:
        """Whether everything is on disk and where it is to be, or the disk refuses."""
        is_written = not self.keeps or self.unwritten == 0 or bool(self.problem)
        return is_written and not self._is_moving

    def note_place(self, folder: Path, session: Path) -> None:
        """The recordings of a folder are in a session from now on, whatever its name."""
        if self.places is not None and self.places.of(folder) != session:
            self.places.note([folder], session)

    @Slot(object)
    def note_taken(self, earlier: EarlierWork) -> None:
        """All that another session holds is in this one now, and found here again."""
        if self.places is not None and self.path is not None:
            folders = _folders(entry.folder for entry in self._session.entries)
            own = [folder for folder in folders if self.places.of(folder) == earlier.session]
            self.places.note(own, self.path)

    def open(self, path: Path, *, may_create: bool = False) -> None:
        """Open a session instead of the one that is open."""
        self._writer.open(path, may_create=may_create)

    def recover(self) -> bool:
        """Open the session that was open when FinchSync ended without closing it, if any."""
        left = [path for path in left_open() if is_there(path) and not is_held(path)]
        if not self.keeps or not left:
            return False
        self._recovering = left[0]
        self.open(left[0])
        return True

    def save_as(self, path: Path, *, overwrite: bool) -> None:
        """Go on in a file of the person's choice."""
        self._is_moving = True
        self._writer.move(path, overwrite=overwrite)

    def shut_down(self) -> None:
        """Write what is left and close the file."""
        self._soon_shown.stop()
        self._note_shown()
        self._writer.shut_down()
        if self.path is not None:
            note_closed(self.path)

    @Slot()
    def _note_shown(self) -> None:
        shown = self._session.selection.view
        if self.path is not None and shown is not None:
            self._writer.put(Change(shown=shown))

    def _is_at(self, path: Path) -> None:
        if self.path is not None:
            note_closed(self.path)
        self.path, self.problem = path.absolute(), ""
        note_open(self.path)

    @Slot(object, object)
    def _on_opened(self, path: Path, session: object) -> None:
        if path == self._recovering:
            text = "FinchSync was not closed the last time. All that you decided is here."
            self.message_posted.emit(Message(Kind.INFO, text))
        self._recovering = None
        self._is_at(path)
        self.opened.emit(session)

    @Slot(object, str)
    def _on_not_opened(self, path: Path, why: str) -> None:
        if path == self._recovering:
            # It is not tried again at every start.
            self._recovering = None
            note_closed(path)
            self.message_posted.emit(Message(Kind.INFO, f"The last session was not opened: {why}"))
        else:
            self.message_posted.emit(Message(Kind.ERROR, why))
        self.refused.emit(path)

    @Slot(str)
    def _on_not_created(self, why: str) -> None:
        self._on_refused(why)
        self.homeless.emit()

    @Slot(int)
    def _on_written(self, _waiting: int) -> None:
        if self.problem and not self.unwritten:
            self.problem = ""
            self.message_posted.emit(Message(Kind.INFO, "Everything is on disk again."))

    @Slot(str)
    def _on_refused(self, why: str) -> None:
        if why != self.problem:
            self.problem = why
            what = "Nothing is kept" if self.path is None else "Your last decisions are not"
            text = f"{what} on disk yet. {why}"
            self.message_posted.emit(
                Message(Kind.ERROR, text, "save_session_as", is_true=lambda: self.problem == why)
            )

    @Slot(object)
    def _note_added(self, change: Change) -> None:
        """Recordings of other folders join the open session, and are found in it again."""
        if self.places is None or self.path is None:
            return
        for folder in _folders(known.folder for _, known, _ in change.added):
            place = self.places.of(folder)
            if place == self.path:
                continue
            if is_there(place):
                after = "alone, it opens in its own session as before"
            else:
                after = "opened alone, it brings back all of them"
                self.places.note([folder], self.path)
            text = f"{folder.name} joined the recordings of this window; {after}."
            self.message_posted.emit(Message(Kind.INFO, text))

    def _note_moved(self, before: Path | None, after: Path) -> None:
        """The folders whose session it is are found at its new place."""
        assert self.places is not None
        folders = _folders(entry.folder for entry in self._session.entries)
        places = {folder: self.places.of(folder) for folder in folders}
        own = [f for f, place in places.items() if place == before or not is_there(place)]
        self.places.note(own, after)

    @Slot(object)
    def _on_moved(self, path: Path) -> None:
        self._is_moving = False
        self._note_moved(self.path, path)
        self._is_at(path)
        self.message_posted.emit(Message(Kind.INFO, f"The session is kept in {path} from now on."))

    @Slot(str)
    def _on_not_moved(self, why: str) -> None:
        self._is_moving = False
        what = (
            "Nothing is kept on disk yet" if self.path is None else "The session stays where it is"
        )
        self.message_posted.emit(Message(Kind.ERROR, f"{what}. {why}", "save_session_as"))


def _folders(folders: Iterable[Path]) -> set[Path]:
    # The disk is asked once for each, not for every recording.
    return {folder_of(folder) for folder in set(folders)}


def may_close(window: QWidget, store: SessionStore) -> bool:
    """Ask before a window closes whose last changes the disk refused."""
    if not (store.problem and store.unwritten):
        return True
    box = QMessageBox(window)
    box.setIcon(QMessageBox.Icon.Warning)
    count = store.unwritten
    box.setText(f"{count} change{'' if count == 1 else 's'} could not be written to disk.")
    how = "Cancel, and choose File > Save session as… to keep them elsewhere."
    box.setInformativeText(literal(f"{store.problem}\n\n{how}"))
    box.setStandardButtons(QMessageBox.StandardButton.Discard | QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(QMessageBox.StandardButton.Cancel)
    return box.exec() == QMessageBox.StandardButton.Discard
