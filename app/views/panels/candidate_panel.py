"""Linear candidates by the network alone or by all evidence, and whether the two agree."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.session.session_model import SessionModel
from app.views.panels.candidate_table import CandidateTable
from app.views.parts.action_button import ActionButton
from app.views.parts.fixed_label import FixedLabel
from core.align.rankings import DISAGREE_S, RankedBy

_REFRESH_MS = 60
_WORDS = {RankedBy.MODEL: "Model alone", RankedBy.EVIDENCE: "All evidence"}


class CandidatePanel(QWidget):
    """A switch between both rankings, what is to be said of them, and the table.

    Parameters
    ----------
    session : SessionModel
    actions : mapping of str to QAction
        The commands behind the buttons.

    Attributes
    ----------
    table : CandidateTable
    """

    def __init__(
        self,
        session: SessionModel,
        actions: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.table = CandidateTable(session)
        self._switch = QWidget()
        switch = _row(self._switch)
        for ranked_by, words in _WORDS.items():
            switch.addWidget(ActionButton(actions[f"rank_by_{ranked_by}"], words), 1)
        above = QWidget()
        top = _row(above)
        top.setContentsMargins(4, 4, 4, 0)
        top.addWidget(self._switch, 2)
        top.addWidget(ActionButton(actions["score_parts"], "Parts"), 1)
        self._said = FixedLabel("muted", wraps=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for widget in (above, self._said, self.table):
            layout.addWidget(widget, int(widget is self.table))
        self.setFocusProxy(self.table)
        actions["score_parts"].toggled.connect(self.table.show_parts)
        self.table.show_parts(actions["score_parts"].isChecked())
        self._soon = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._soon.timeout.connect(self._refresh)
        session.evidence_changed.connect(self._soon.start)
        session.selection.recording_changed.connect(self._refresh)
        self._refresh()

    @property
    def said(self) -> str:
        """What is said of the rankings."""
        return self._said.text()

    @Slot()
    def _refresh(self) -> None:
        entry = self._session.current
        ranked = () if entry is None else entry.evidence.rankings
        has_model = any(ranking.by is RankedBy.MODEL for ranking in ranked)
        self._switch.setEnabled(has_model or not ranked)
        said = ""
        if ranked and not has_model:
            said = "No network was heard: lines are ranked by all evidence there is."
        elif entry is not None and (apart_s := entry.best_lines_apart_s) is not None:
            said = _compared(apart_s)
        elif has_model and self._session.selection.ranking is None:
            said = (
                f"All evidence ranks last; see {_WORDS[RankedBy.MODEL]} for what is known already."
            )
        self._said.setText(said)


def _row(widget: QWidget) -> QHBoxLayout:
    layout = QHBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    return layout


def _compared(apart_s: float) -> str:
    """Whether both rankings have about the same best line."""
    if apart_s > DISAGREE_S:
        return f"The rankings disagree: best lines {apart_s:.2f} s apart on average."
    return f"Both rankings agree within {max(1e3 * apart_s, 1.0):.0f} ms."
