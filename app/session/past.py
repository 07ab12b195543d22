"""What was done, action by action: back and forth, and what counts as one action."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from PySide6.QtCore import QObject, Signal

from app.session.edits import middle_of
from app.session.open_session import Action, OpenSession
from app.session.preview import Preview
from app.session.selection import Selection
from core.session import Step, made_together

Steps = tuple[Step, ...]


class Past(QObject):
    """Steps that were made at once are undone at once.

    Parameters
    ----------
    opened : OpenSession
    selection, preview
        Follow.

    Signals
    -------
    decided(key)
        A decision on a recording was taken back, or made again.
    returned()
        It is shown where.
    """

    decided = Signal(int)
    returned = Signal()

    def __init__(
        self,
        opened: OpenSession,
        selection: Selection,
        preview: Preview,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._opened, self._selection, self._preview = opened, selection, preview

    @property
    def done(self) -> list[Steps]:
        """What can be undone, oldest first; the steps of each action."""
        return made_together(self._opened.value.done)

    @property
    def undone(self) -> list[Steps]:
        """What can be redone; the next one first."""
        return made_together(self._opened.value.undone)

    def together(self, action: Action) -> AbstractContextManager[None]:
        """Edits within are one action, also with those of the same action before."""
        return self._opened.together(action)

    def undo(self) -> None:
        """Take the last action back, and show where."""
        for steps in self.done[-1:]:
            self._take(steps, self._opened.undo)

    def redo(self) -> None:
        """Take the last undo back, and show where."""
        for steps in self.undone[:1]:
            self._take(steps, self._opened.redo)

    def _take(self, steps: Steps, go: Callable[[int], None]) -> None:
        """Go one action back or forth; of several recordings, that which is shown stays so."""
        self._preview.cancel()
        of = {step.edit.recording: step for step in steps}
        key = self._selection.recording
        if key is None or key not in of:
            key = steps[0].edit.recording
            self._selection.select_recording(key)
        go(len(steps))
        if of[key].edit.outs is not None:
            self._selection.show_near(key)
            return
        if len(of[key].edit.position):
            self._selection.select_keypoint(middle_of(of[key]))
        self.returned.emit()
        for each in of:
            self.decided.emit(each)
