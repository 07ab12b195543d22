"""Tells screen readers what is selected."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from app.base.announcement import announce
from app.session.session_model import SessionModel
from app.views.panels.keypoint_panel import KeypointPanel

_REST_MS = 250
"""Who steps on faster than this hears the last one only."""


class SelectionAnnouncer(QObject):
    """Has a keypoint spoken that was selected, after the name of its recording if that is new.

    Parameters
    ----------
    session : SessionModel
    panel : KeypointPanel
        Knows the words for it, and owns this.
    """

    def __init__(self, session: SessionModel, panel: KeypointPanel) -> None:
        super().__init__(panel)
        self._session, self._panel = session, panel
        self._recording: int | None = None
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._announce)
        session.selection.changed.connect(self._rest.start)
        session.selection.recording_changed.connect(self._rest.start)

    @Slot()
    def _announce(self) -> None:
        entry = self._session.current
        if entry is None:
            return
        is_new = self._session.selection.recording != self._recording
        self._recording = self._session.selection.recording
        title = entry.recording.title if is_new else ""
        announce(self._panel, ", ".join(filter(None, (title, self._panel.said))))
