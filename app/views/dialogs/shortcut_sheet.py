"""The ``?`` sheet: every command and its keys, as they are now, from the one list of actions."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app.commands.actions import ACTIONS, MENUS, shown_key
from app.commands.keymap import Keys
from app.look.keypoint_style import WORDS, Mark, colour_of
from app.look.theme import theme

_MOUSE = (
    ("Wheel", "Scroll in time"),
    ("Ctrl + wheel", "Zoom in time, at the cursor"),
    ("Shift + wheel, wheel over the left axis", "Zoom frequency, or offset"),
    ("Double click", "Whole frequency range, or offset axis that follows"),
    ("Drag a keypoint", "On channel 1 and in the drift plot, correct it"),
    ("Drag a keypoint on channel 0", "Ask for another moment; nobody has decided on that"),
    ("Drag elsewhere", "Select a region"),
    ("Shift + drag", "Select a region with its frequencies"),
    ("Drag an edge of the region", "Make it longer or shorter"),
    ("Click", "Select the keypoint; the region is none any more"),
    ("Right click, menu key", "What can be done with what is there"),
    ("Space + drag, middle button, drag of the time axis", "Scroll in time"),
)
_RANKED = "review.take_candidate"
_SHAPES = {
    Mark.MACHINE: "○",
    Mark.UNCERTAIN: "△",
    Mark.ACCEPTED: "●",
    Mark.CORRECTED: "◆",
    Mark.UNALIGNABLE: "✕",
}


Line = tuple[str, str, str]
"""Keys, what they do, and the colour of the keys."""


class ShortcutSheet(QDialog):
    """All commands, keys, mouse gestures and marks on one page, to be searched.

    Parameters
    ----------
    keys : dict of str to tuple of str
        The keys of every command, by id.
    """

    def __init__(self, keys: Keys, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        room = 700 if parent is None else min(700, parent.height() - 60)
        self.resize(900, room)
        self._keys = keys
        self._search = QLineEdit()
        self._search.setPlaceholderText("Search commands and keys")
        self._search.setAccessibleName("Search commands and keys")
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._show)
        self._page = QTextBrowser()
        self._page.setAccessibleName("Keyboard shortcuts")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._search)
        layout.addWidget(self._page)
        layout.addWidget(buttons)
        self._show("")

    @property
    def text(self) -> str:
        """What is on the page."""
        return self._page.toPlainText()

    @Slot(str)
    def _show(self, search: str) -> None:
        self._page.setHtml(sheet_html(self._keys, search))


def sheet_html(keys: Keys, search: str = "") -> str:
    """The sheet as HTML, two columns of tables; with `search`, only the lines that hold it."""
    accent = theme().palette.accent
    groups: list[tuple[str, list[Line]]] = [(menu, _commands(menu, keys)) for menu in MENUS]
    groups.append(("Mouse", [(gesture, words, accent) for gesture, words in _MOUSE]))
    marks = [
        (_SHAPES[m], WORDS[m].capitalize(), colour_of(m, theme().palette).name()) for m in Mark
    ]
    groups.append(("Marks", marks))
    wanted = search.casefold().strip()
    found = [
        (title, [line for line in lines if wanted in f"{line[0]} {line[1]}".casefold()])
        for title, lines in groups
    ]
    found = [group for group in found if group[1]]
    if not found:
        return f"<p>No command or key holds “{escape(search)}”.</p>"
    half = sum(len(lines) + 2 for _, lines in found) / 2
    columns: tuple[list[str], list[str]] = ([], [])
    filled = 0
    for title, lines in found:
        columns[filled >= half].append(_group(title, lines))
        filled += len(lines) + 2
    cells = "".join(f"<td width='50%'>{''.join(column)}</td>" for column in columns)
    return f"<table width='100%' cellspacing='0' cellpadding='6'><tr>{cells}</tr></table>"


def _commands(menu: str, keys: Keys) -> list[Line]:
    accent = theme().palette.accent
    specs = [spec for spec in ACTIONS if spec.menu == menu and keys[spec.id]]
    ranked = [spec for spec in specs if spec.slot == _RANKED]
    # As long as they are the digits in their order, one line says it.
    as_one = [keys[spec.id] for spec in ranked] == [(str(n + 1),) for n in range(len(ranked))]
    lines = [
        (" · ".join(map(shown_key, keys[spec.id])), spec.text.rstrip("…"), accent)
        for spec in specs
        if not (as_one and spec.slot == _RANKED)
    ]
    if as_one and ranked:
        lines.append((f"1 … {len(ranked)}", "Take the best, second-best, … candidate", accent))
    return lines


def _group(title: str, lines: list[Line]) -> str:
    rows = "".join(
        f"<tr><td style='color:{colour}' width='170'><b>{escape(keys)}</b></td>"
        f"<td>{escape(words)}</td></tr>"
        for keys, words, colour in lines
    )
    return f"<h3>{' › '.join(title.split('/'))}</h3><table cellpadding='2'>{rows}</table>"
