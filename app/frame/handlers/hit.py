"""The commands on hits: show, play, mark right or wrong, write as labels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMainWindow

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.messages import Kind, Message
from app.base.time_view import TimeView
from app.playback.player import Playback
from app.session.session_model import SessionModel
from app.work.finding import Finding
from core.audio.recording import names_apart
from core.find.across import Hit
from core.find.collection import Searched
from core.find.leaving import write_hits
from core.formats.registry import Format, label_formats

_AROUND = 4.0
"""So many times its length is shown around a hit."""
_LEAST_S = 2.0


class HitCommands(QObject):
    """Acts on the hit that is chosen in the panel.

    Parameters
    ----------
    window : QMainWindow
        Dialogs stand over it.
    session, time
        Where a hit is shown.
    finding : Finding
    playback : Playback

    Attributes
    ----------
    chosen : Hit or None
    listed : tuple of Hit
        What the panel shows of the hits.

    Signals
    -------
    message_posted(message)
        A `Message` for the person.
    """

    message_posted = Signal(object)

    def __init__(
        self,
        window: QMainWindow,
        session: SessionModel,
        time: TimeView,
        finding: Finding,
        playback: Playback,
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._time = window, session, time
        self._finding, self._playback = finding, playback
        self.chosen: Hit | None = None
        self.listed: tuple[Hit, ...] = ()
        self._writing = BackgroundRunner("hits", self)
        self._writing.stepped.connect(self._on_step)
        self._writing.ended.connect(self._on_ended)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being written."""
        return not self._writing.is_running

    def shut_down(self) -> None:
        """Stop the thread."""
        self._writing.shut_down()

    @Slot()
    def show(self) -> None:
        """Show the hit as the selected region, with something around it."""
        if self.chosen is None:
            self._say("Choose a hit in the Find panel first.")
            return
        self._finding.show(self.chosen)
        region = self._session.selection.region
        if region is not None:
            length_s = max(_LEAST_S, _AROUND * (region.end_s - region.start_s))
            middle_s = (region.start_s + region.end_s) / 2
            self._time.show_span(middle_s - length_s / 2, middle_s + length_s / 2)

    @Slot()
    def play(self) -> None:
        """Show the hit and play it on both channels."""
        self.show()
        if self.chosen is not None:
            self._playback.stop()
            self._playback.play()

    @Slot()
    def mark_right(self) -> None:
        """The hit is what was looked for."""
        self._mark(is_right=True)

    @Slot()
    def mark_wrong(self) -> None:
        """The hit is something else."""
        self._mark(is_right=False)

    @Slot()
    def export(self) -> None:
        """Ask where to, and write the hits that are listed."""
        if not self.listed:
            self._say("There are no hits to write: find some first.")
            return
        kinds = {each.pattern: each for each in label_formats()}
        name, kind = QFileDialog.getSaveFileName(
            self._window, "Export hits as labels", "hits", ";;".join(kinds)
        )
        if name:
            chosen = kinds.get(kind, next(iter(kinds.values())))
            self._writing.start(partial(self._write, Path(name).with_suffix(""), chosen))

    def _write(self, folder: Path, chosen: Format) -> Iterator[str]:
        recordings = [self._session.recordings[key] for key in self._finding.found.keys]
        names = names_apart([entry.recording for entry in recordings])
        searched = [
            Searched(name, entry.recording, entry.known.fingerprint)
            for name, entry in zip(names, recordings, strict=True)
        ]
        paths, notes = write_hits(folder, chosen, searched, self.listed, "found")
        many = "s" * (len(paths) != 1)
        yield " ".join(
            [f"{len(self.listed)} labels in {len(paths)} file{many} in {folder}.", *notes]
        )

    def _mark(self, *, is_right: bool) -> None:
        if self.chosen is None:
            self._say("Choose a hit in the Find panel first.")
        else:
            self._finding.mark(self.chosen.found, is_right=is_right)

    @Slot(object)
    def _on_step(self, text: object) -> None:
        self._say(str(text))

    @Slot(object)
    def _on_ended(self, result: RunResult) -> None:
        if result.status is RunStatus.FAILED:
            message = Message(Kind.WARNING, result.message, details=result.details)
            self.message_posted.emit(message)

    def _say(self, text: str) -> None:
        self.message_posted.emit(Message(Kind.INFO, text))
