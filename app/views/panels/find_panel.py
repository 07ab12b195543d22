"""Where else a sound occurs: what is looked for, hits, and what to do with one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.base.messages import RunProgress, short_name
from app.review.triage import shown_names
from app.session.session_model import SessionModel
from app.settings.preferences import PreferenceStore
from app.views.parts.action_button import ActionButton
from app.views.parts.fixed_label import FixedLabel
from app.views.parts.listener_choice import ListenerChoice
from app.views.parts.plain_table import PlainTable
from app.views.parts.search_line import SearchLine
from app.views.parts.side_by_side import SideBySide
from app.work.comparing import Comparing, SoundPlace
from app.work.finding import Finding
from app.work.looking import Example
from core.find.across import Hit

_HEADINGS = ("Recording", "Ch", "Start, s", "Score", "Other", "")
_NOTHING = "Select a region of a spectrogram, then find sounds like it; or say what happens."
_COLUMNS = 3
_NARROW_PX = 40
_OTHER = _HEADINGS.index("Other")
_BUTTONS = (
    ("find_like", "Find"),
    ("play_hit", "Play"),
    ("export_hits", "Export…"),
    ("mark_hit_right", "Right"),
    ("mark_hit_wrong", "Wrong"),
)


class Hits(Protocol):
    """Acts on hits; see `app.frame.handlers.hit.HitCommands`."""

    chosen: Hit | None
    listed: tuple[Hit, ...]

    def show(self) -> None:
        """Show the chosen hit."""
        ...


class FindPanel(QWidget):
    """What is looked for, how far the search is, and the hits.

    Parameters
    ----------
    session : SessionModel
    finding : Finding
    comparing : Comparing
        Makes pictures of the example and the chosen hit.
    hits : Hits
        Is told what is listed and chosen.
    preferences : PreferenceStore
        Keeps what listens.
    actions : mapping of str to QAction
        The commands behind the buttons.

    Attributes
    ----------
    words : SearchLine
        What happens, in words.
    listener : ListenerChoice
        What the next search goes by.
    table : PlainTable
    pictures : SideBySide
    """

    def __init__(
        self,
        session: SessionModel,
        finding: Finding,
        comparing: Comparing,
        hits: Hits,
        preferences: PreferenceStore,
        actions: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._finding, self._hits = session, finding, hits
        self._comparing = comparing
        self.words = SearchLine(placeholderText="two distance calls, then song")
        self.words.setAccessibleName("What happens, in words, or a label of yours")
        self.words.setToolTip("Find by words: what happens, or the name of a label; press Return")
        self.words.setClearButtonEnabled(True)
        self.words.entered.connect(self._on_words)
        self.listener = ListenerChoice(preferences)
        self._said = FixedLabel("muted", wraps=True)
        self.table = PlainTable("Hits, best first", _HEADINGS)
        self.words.left.connect(self.table.setFocus)
        heading = self.table.horizontalHeaderItem(_OTHER)
        assert heading is not None
        heading.setToolTip("Whether the other channel has it where the time map says that it must")
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.pictures = SideBySide()
        comparing.made.connect(self.pictures.show_pictures)
        self.only_apart = QCheckBox("Only disagreements")
        self.only_apart.setToolTip(
            "List hits that the other channel has not where the time map says that it must"
        )
        self._bar = QProgressBar(maximum=1000, textVisible=False)
        self._bar.setAccessibleName("How far the search is")
        self._stop = QPushButton("Stop")
        self._stop.clicked.connect(finding.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        layout.addWidget(self.words)
        listening = QHBoxLayout()
        label = QLabel("Listen with")
        listening.addWidget(label)
        listening.addWidget(self.listener, 1)
        layout.addLayout(listening)
        layout.addWidget(self._said)
        running = QGridLayout()
        running.addWidget(self._bar, 0, 0)
        running.addWidget(self._stop, 0, 1)
        layout.addLayout(running)
        layout.addWidget(self.only_apart)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.pictures)
        buttons = QGridLayout()
        for place, (name, words) in enumerate(_BUTTONS):
            buttons.addWidget(ActionButton(actions[name], words), *divmod(place, _COLUMNS))
        layout.addLayout(buttons)
        self.table.setMinimumHeight(_NARROW_PX)
        # A narrow panel cuts words off rather than make the window wider.
        narrow = (label, self.listener, self._stop, self._bar, self.only_apart)
        for each in (*self.findChildren(ActionButton), *narrow):
            each.setMinimumWidth(_NARROW_PX)
        self.setFocusProxy(self.table)
        self.only_apart.toggled.connect(self._refresh)
        self.table.currentCellChanged.connect(self._on_chosen)
        self.table.cellDoubleClicked.connect(actions["play_hit"].trigger)
        finding.changed.connect(self._refresh)
        finding.progressed.connect(self._on_progress)
        self._on_progress(None)
        self._refresh()

    @property
    def said(self) -> str:
        """What is said of the search."""
        return self._said.text()

    @Slot()
    def _refresh(self) -> None:
        found = self._finding.found
        before, was_at = self._hits.chosen, self.table.currentRow()
        self._hits.listed = found.apart if self.only_apart.isChecked() else found.hits
        at = self._row_of(before)
        self._hits.chosen = self._hits.listed[at] if at >= 0 else None
        with QSignalBlocker(self.table):
            entries = self._session.recordings
            titles = [entry.recording.title for entry in entries.values()]
            names = dict(zip(entries, shown_names(titles), strict=True))
            self.table.fill([self._row(hit, names) for hit in self._hits.listed])
            for row, hit in enumerate(self._hits.listed):
                cell = self.table.item(row, _OTHER)
                if cell is not None:
                    cell.setToolTip(_where(hit))
            self.table.setCurrentCell(at, 0)
        if at < 0:
            self.pictures.show_pictures(())
            if before is not None and before.found in self._finding.marks:
                # What was marked wrong is gone: the next one is judged.
                self.table.setCurrentCell(min(was_at, len(self._hits.listed) - 1), 0)
        self._said.setText(self._sentence())

    def _row_of(self, hit: Hit | None) -> int:
        """Where a hit is listed; -1 if it is not."""
        if hit is None:
            return -1
        listed = enumerate(self._hits.listed)
        return next((n for n, each in listed if each.found.is_same(hit.found.stretch)), -1)

    def _row(self, hit: Hit, names: Mapping[int, str]) -> tuple[str, ...]:
        stretch = hit.found.stretch
        key = self._finding.found.keys[stretch.recording]
        mark = self._finding.marks.get(hit.found)
        return (
            names.get(key, ""),
            str(stretch.channel),
            f"{stretch.start_s:.2f}",
            f"{hit.found.score:.2f}",
            "–" if hit.other is None else ("yes" if hit.other.agrees else "no"),
            "" if mark is None else ("✓" if mark else "✗"),
        )

    def _sentence(self) -> str:
        example = self._finding.sought
        listed = len(self._hits.listed)
        many = f"{listed} hit{'s' * (listed != 1)}."
        if isinstance(example, str):
            return f"“{example}”: {many}"
        if example is None or example.key not in self._session.recordings:
            return _NOTHING
        name = short_name(self._session.recordings[example.key].recording.title)
        stretch = example.stretch
        what = f"{name}, channel {stretch.channel}, {stretch.start_s:.2f} to {stretch.end_s:.2f} s"
        return f"Like {what}: {many}"

    @Slot(object)
    def _on_progress(self, progress: RunProgress | None) -> None:
        self._bar.setVisible(progress is not None)
        self._stop.setVisible(progress is not None)
        if progress is not None:
            self._bar.setValue(round(1000 * progress.fraction))
            self._said.setText(f"{progress.text[:1].upper()}{progress.text[1:]}…")
        else:
            self._said.setText(self._sentence())

    @Slot()
    def _on_words(self) -> None:
        self._finding.told(self.words.text())

    @Slot(int, int, int, int)
    def _on_chosen(self, row: int, *_: int) -> None:
        listed = self._hits.listed
        self._hits.chosen = listed[row] if 0 <= row < len(listed) else None
        if self._hits.chosen is not None:
            self._hits.show()
            self._compare(self._hits.chosen)

    def _compare(self, hit: Hit) -> None:
        """Have the example, a hit and its other side drawn side by side."""
        example, key = self._finding.sought, self._finding.found.keys[hit.found.stretch.recording]
        sounds = [("hit", key, hit.found.stretch)]
        if isinstance(example, Example):
            sounds.insert(0, ("example", example.key, example.stretch))
        if hit.other is not None:
            sounds.append(("other channel", key, hit.other.stretch))
        places = [
            SoundPlace(word, self._session.recordings[key].recording, *stretch[1:])
            for word, key, stretch in sounds
            if key in self._session.recordings
        ]
        self._comparing.compare(places)


def _where(hit: Hit) -> str:
    """Where the other channel must have a hit, in words."""
    if hit.other is None:
        return "Where it is on the other channel is not known"
    stretch, there = hit.other.stretch, "it is there" if hit.other.agrees else "it is not there"
    return f"On channel {stretch.channel} at {stretch.start_s:.2f} s, {there}"
