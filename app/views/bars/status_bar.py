"""The status bar."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QToolButton, QWidget

from app.base.announcement import announce
from app.base.messages import RunProgress
from app.review.confidence_text import band_text, tolerance_ms
from app.review.review_pace import run_left_text
from app.review.review_progress import ReviewProgress
from app.session.session_model import SessionModel
from app.views.parts.elided_label import ElidedLabel
from core.align.claims.confidence import in_digits
from core.keypoints import ReviewState

_NOTE_MS = 6000
_REFRESH_MS = 50
"""Not when other views show new evidence: all at once they would hold the window up."""
_BAR_PX = 170
_PADDING_PX = 20


class StatusBar(QStatusBar):
    """Selected keypoint, review count, detail of the spectrograms, and the run under way.

    Parameters
    ----------
    session : SessionModel
    progress : ReviewProgress
    cancel : QAction
        Stops the run.
    """

    def __init__(
        self,
        session: SessionModel,
        progress: ReviewProgress,
        cancel: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._progress = progress
        self.setSizeGripEnabled(False)
        self._keypoint = QLabel()
        self._reviewed = ElidedLabel(Qt.AlignmentFlag.AlignLeft)
        self._level = ElidedLabel(Qt.AlignmentFlag.AlignLeft)
        self._cleaning = QLabel("cleaned for listening")
        self._cleaning.setProperty("role", "badge")
        self._cleaning.setToolTip("What you hear has its noise turned down; C switches that off")
        self._cleaning.hide()
        self._run = ElidedLabel(Qt.AlignmentFlag.AlignRight)
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setFixedWidth(_BAR_PX)
        self._bar.setAccessibleName("Progress")
        self._cancel = QToolButton()
        self._cancel.setText("Cancel")
        self._cancel.setToolTip(cancel.toolTip())
        self._cancel.clicked.connect(cancel.trigger)
        for label, stretch in ((self._keypoint, 0), (self._reviewed, 3), (self._level, 3)):
            label.setProperty("role", "status")
            self.addWidget(label, stretch)
        self.addPermanentWidget(self._run, 5)
        self.addPermanentWidget(self._cleaning)
        for widget in (self._bar, self._cancel):
            self.addPermanentWidget(widget)
        self._note = ElidedLabel(Qt.AlignmentFlag.AlignLeft)
        self._note.setProperty("role", "note")
        self.addWidget(self._note, 4)
        self._note_away = QTimer(self, singleShot=True, interval=_NOTE_MS)
        self._note_away.timeout.connect(self._note.clear)
        session.selection.recording_changed.connect(self._note.clear)
        self.show_progress(None)
        progress.changed.connect(self._show_review)
        for signal in (
            session.selection.recording_changed,
            session.selection.changed,
            session.keypoints_changed,
        ):
            signal.connect(self._refresh)
        # Candidates arrive faster than anyone can read.
        self._soon = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._soon.timeout.connect(self._refresh)
        session.evidence_changed.connect(self._soon.start)

    @property
    def keypoint_text(self) -> str:
        """Where the selected keypoint stands, and how sure that is."""
        return self._keypoint.text()

    @property
    def progress_text(self) -> str:
        """What is said about the run; empty when nothing runs."""
        return " · ".join(filter(None, (self._run.text(), self._left)))

    @property
    def review_text(self) -> str:
        """How much is reviewed, and how long the rest will take."""
        return self._reviewed.text()

    @property
    def note_text(self) -> str:
        """What came of the last decision; empty after a while."""
        return self._note.text()

    @Slot(str)
    def note(self, text: str) -> None:
        """Say for a while what came of a decision."""
        self._note.setText(text)
        self._note_away.start()
        announce(self, text)

    @Slot(object)
    def show_progress(self, progress: RunProgress | None) -> None:
        """Show how far the run is, or that there is none."""
        for widget in (self._run, self._bar, self._cancel):
            widget.setVisible(progress is not None)
        self._left = ""
        if progress is None:
            self._run.clear()
            return
        self._run.setText(progress.text)
        if progress.left_s is not None:
            self._left = f"{run_left_text(progress.left_s)} left"
        self._bar.setFormat(f"%p % · {self._left}" if self._left else "%p %")
        self._bar.setValue(round(1000 * progress.fraction))

    @Slot(bool)
    def show_cleaning(self, cleans: bool) -> None:
        """Show as long as it is so that what is heard is not what was recorded."""
        self._cleaning.setVisible(cleans)

    def show_level(self, level: int | None) -> None:
        """Show how far the spectrograms are downsampled; nothing for None."""
        if level is None:
            self._level.clear()
            return
        self._level.setText(*_level_wordings(level))

    @Slot()
    def _show_review(self) -> None:
        self._reviewed.setText(self._progress.text, *self._progress.shorter)

    @Slot()
    def _refresh(self) -> None:
        keypoints, selected = self._session.keypoints, self._session.selection.keypoint
        if keypoints is None or selected < 0:
            self._keypoint.clear()
            return
        words = [f"keypoint {selected + 1}/{len(keypoints)}"]
        offset = f"{float(keypoints.offset_s[selected]):+.3f} s"
        confidence = float(keypoints.confidence[selected])
        if keypoints.state[selected] is ReviewState.CORRECTED:
            words.append(f"{offset}, set by you")
        else:
            words.append(f"{offset} {band_text(self._session)}".rstrip())
            if math.isfinite(confidence):
                words.append(f"p(≤{tolerance_ms(self._session)} ms) {in_digits(confidence)}")
        text = " · ".join(words)
        wanted_px = self._keypoint.fontMetrics().horizontalAdvance(text) + _PADDING_PX
        if wanted_px > self._keypoint.minimumWidth():
            # Of a fixed size, it can change without the window being laid out anew.
            self._keypoint.setFixedSize(wanted_px, self._keypoint.sizeHint().height())
        self._keypoint.setText(text)


def _level_wordings(level: int) -> tuple[str, ...]:
    """How much of the spectrograms can be seen, for who does not know how they are kept."""
    if not level:
        return ("every column shown",)
    short = f"zoomed out: loudest of {1 << level}"
    return f"{short} columns shown", short, "zoomed out", ""
