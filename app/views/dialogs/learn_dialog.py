"""Learning from corrections: what there is, how far it is, what came of it, whether to use it."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.base.messages import RunProgress
from app.base.placing import corner_within
from app.review.review_pace import run_left_text
from app.session.session_model import SessionModel
from app.settings.preferences import PreferenceStore
from app.views.parts.learning.comparison_view import ComparisonView
from app.views.parts.learning.loss_curve import LossCurve
from app.views.parts.learning.tier_choice import TierChoice
from app.views.parts.sentence_label import SentenceLabel
from app.work.learning import Learning, Looked
from core.learn.curve import LossPoint

if TYPE_CHECKING:
    from core.learn.learning import Learned

_LOOK_AGAIN_MS = 1000
_FEW_NOTES = 4
_WITH_CURVE = QSize(760, 420)
_WITH_RESULT = QSize(1000, 640)


class _State(Enum):
    LOOKING = auto()
    READY = auto()
    LEARNING = auto()
    LEARNED = auto()


class LearnDialog(QDialog):
    """Stays open beside the window, which can be used meanwhile; closing it stops learning.

    Parameters
    ----------
    learning : Learning
    session : SessionModel
        Whose corrections are learned from.
    store : PreferenceStore
        Says which model and evidence are in use.
    work : Path
        Folder for finished steps of learning.

    Signals
    -------
    use_asked(model)
        The person wants the learned model to be used.
    save_asked(model)
        The person wants it in a file.
    """

    use_asked = Signal(object)
    save_asked = Signal(object)

    def __init__(
        self,
        learning: Learning,
        session: SessionModel,
        store: PreferenceStore,
        work: Path,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Learn from my corrections")
        self.resize(760, 220)
        self._learning, self._session, self._store = learning, session, store
        self._work = work
        self._state = _State.LOOKING
        self._looked: Looked | None = None
        self._learned: Learned | None = None
        self._said = SentenceLabel()
        self._notes = SentenceLabel("muted")
        self.imported = QCheckBox("Count imported times as reviewed: a person set them")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setAccessibleName("Progress of learning")
        self._stage = SentenceLabel("muted")
        self.tiers = TierChoice()
        self.curve: LossCurve | None = None
        self.comparison: ComparisonView | None = None
        self._verdict = SentenceLabel()
        self.start = QPushButton("Learn")
        self.stop = QPushButton("Stop")
        self.use = QPushButton("Use it")
        self.save = QPushButton("Save…")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for button in (self.start, self.stop, self.use, self.save):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        layout = QVBoxLayout(self)
        for widget in (self._said, self._notes, self.imported, self.tiers, self._bar, self._stage):
            layout.addWidget(widget)
        layout.addWidget(self._verdict)
        layout.addStretch(1)
        layout.addWidget(buttons)
        # Decisions come one after the other.
        self._again = QTimer(self, singleShot=True, interval=_LOOK_AGAIN_MS)
        self._again.timeout.connect(self._look)
        session.decided.connect(self._again.start)
        self.imported.toggled.connect(self._look)
        self.start.clicked.connect(self._start)
        self.stop.clicked.connect(learning.cancel)
        self.use.clicked.connect(self._use)
        self.save.clicked.connect(self._save)
        buttons.rejected.connect(self.reject)
        learning.looked.connect(self._on_looked)
        learning.progressed.connect(self._on_progress)
        learning.taught.connect(self._on_taught)
        learning.noticed.connect(self._stage.setText)
        learning.learned.connect(self._on_learned)
        learning.failed.connect(self._on_failed)
        self._look()

    @property
    def said(self) -> str:
        """What there is to learn from, and whether it is enough."""
        return self._said.text()

    @property
    def stage(self) -> str:
        """What is being done, and the time left."""
        return self._stage.text()

    @property
    def verdict(self) -> str:
        """What came of it, in a sentence; empty before."""
        return self._verdict.text()

    def tell(self, text: str) -> None:
        """Say what became of the model."""
        self._verdict.setText(text)
        self._verdict.setVisible(bool(text))

    def done(self, result: int) -> None:
        """Learning stops; what was neither used nor saved is gone."""
        self._again.stop()
        self._learning.cancel()
        super().done(result)

    @Slot()
    def _look(self) -> None:
        if self._state in {_State.LEARNING, _State.LEARNED}:
            return
        self._said.setText("Looking at what was corrected…")
        self._learning.look(self._session.value, include_imported=self.imported.isChecked())
        self._enter(_State.LOOKING)

    @Slot(object)
    def _on_looked(self, found: Looked) -> None:
        self._looked = found
        self._said.setText("\n".join(filter(None, (f"{found.sentence}.", found.obstacle))))
        notes = list(found.notes[:_FEW_NOTES])
        if len(found.notes) > _FEW_NOTES:
            notes.append(f"… and {len(found.notes) - _FEW_NOTES:,} more")
        self._notes.setText("\n".join(notes))
        self._enter(_State.READY)

    @Slot()
    def _start(self) -> None:
        assert self._looked is not None
        assert self._looked.corrections is not None
        value = self._store.value
        self._bar.setValue(0)
        self._stage.setText("starting")
        self.tell("")
        self._enter(_State.LEARNING)
        self._learning.learn(
            self._looked.corrections, value.model, value.evidence, self.tiers.tier, self._work
        )

    @Slot(object)
    def _on_progress(self, progress: RunProgress) -> None:
        self._bar.setValue(round(1000 * progress.fraction))
        left = "" if progress.left_s is None else f" · {run_left_text(progress.left_s)} left"
        self._stage.setText(f"{progress.text}{left}")

    @Slot(object)
    def _on_taught(self, point: LossPoint) -> None:
        if self.curve is None:
            self.curve = LossCurve()
            self._insert(self.curve)
            self._grow(_WITH_CURVE)
        self.curve.add(point)

    @Slot(object)
    def _on_learned(self, learned: Learned) -> None:
        self._learned = learned
        self.comparison = ComparisonView()
        self._insert(self.comparison)
        self.comparison.show_comparison(learned.comparison)
        if learned.obstacle:
            said = f"Not offered: {learned.obstacle}. The model in use stays."
        else:
            said = "Better on recordings that it was not learned from."
        beside = learned.beside and f"{learned.beside[0].upper()}{learned.beside[1:]}."
        self.tell(f"{said} {beside}".rstrip())
        self._grow(_WITH_RESULT)
        self._enter(_State.LEARNED)

    @Slot(str)
    def _on_failed(self, why: str) -> None:
        self.tell(why or "Stopped; nothing was changed.")
        self._enter(_State.READY)

    @Slot()
    def _use(self) -> None:
        assert self._learned is not None
        self.use_asked.emit(self._learned.model)

    @Slot()
    def _save(self) -> None:
        assert self._learned is not None
        self.save_asked.emit(self._learned.model)

    def _insert(self, plots: QWidget) -> None:
        """Show plots, which are made when they are needed: all at once they hold the window up."""
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(layout.indexOf(self._verdict), plots, 100)

    def _grow(self, wanted: QSize) -> None:
        """Be as large as wanted, and all on the screen: the buttons are at the foot."""
        room = self.screen().availableGeometry()
        frame = self.frameGeometry().size() - self.size()
        self.resize(self.size().expandedTo(wanted).boundedTo(room.size() - frame))
        self.move(corner_within(room, self.frameGeometry()))

    def _enter(self, state: _State) -> None:
        self._state = state
        is_learning, has_learned = state is _State.LEARNING, state is _State.LEARNED
        can_learn = self._looked is not None and self._looked.corrections is not None
        is_offered = self._learned is not None and not self._learned.obstacle
        if state is _State.READY:
            self.tiers.offer(self._store.value.evidence.name)
        asks: tuple[QWidget, ...] = (self.imported, self.tiers, self.start)
        for asked in asks:
            asked.setVisible(not (is_learning or has_learned))
        if self.curve is not None and not is_learning:
            self.curve.deleteLater()
            self.curve = None
        self.start.setEnabled(state is _State.READY and can_learn)
        shown: dict[QWidget, bool] = dict.fromkeys((self._bar, self._stage, self.stop), is_learning)
        shown |= dict.fromkeys((self.use, self.save), has_learned)
        for widget, is_shown in shown.items():
            widget.setVisible(is_shown)
        self.use.setEnabled(is_offered)
        if has_learned and is_offered:
            self.use.setDefault(True)
            self.use.setFocus()
        else:
            self.start.setDefault(True)
        self._notes.setVisible(bool(self._notes.text()))
