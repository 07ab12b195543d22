"""The ``?`` sheet: every command and its keys, from the one list of actions."""

from __future__ import annotations

from html import escape

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from app.actions import ACTIONS, MENUS, shown_key
from app.marks import COLOURS, WORDS, Mark
from app.theme import DARK

_MOUSE = (
    ("wheel", "scroll in time"),
    ("Ctrl + wheel", "zoom in time, at the cursor"),
    ("Shift + wheel", "zoom frequency, or offset"),
    ("double click", "whole frequency range, or offset axis that follows"),
    ("drag the selected keypoint", "correct it"),
    ("drag elsewhere", "scroll in time"),
)
_RANKED = "review.take_candidate"
_SHAPES = {
    Mark.MACHINE: "○",
    Mark.UNCERTAIN: "△",
    Mark.ACCEPTED: "●",
    Mark.CORRECTED: "◆",
    Mark.UNALIGNABLE: "✕",
}


class ShortcutSheet(QDialog):
    """All commands, keys, mouse gestures and marks on one page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(900, 700)
        text = QTextBrowser()
        text.setAccessibleName("Keyboard shortcuts")
        text.setHtml(sheet_html())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(text)
        layout.addWidget(buttons)


def sheet_html() -> str:
    """The sheet as HTML, two columns of tables."""
    groups = [(menu, _commands(menu)) for menu in MENUS]
    marks = [(_SHAPES[m], WORDS[m], COLOURS[m].name()) for m in Mark]
    groups.append(("Mouse", [(keys, words, DARK.accent) for keys, words in _MOUSE]))
    groups.append(("Marks", marks))
    left = [group for group in groups if group[0] in ("File", "Keypoint", "Mouse", "Marks")]
    right = [group for group in groups if group not in left]
    cells = "".join(f"<td width='50%'>{''.join(map(_group, half))}</td>" for half in (left, right))
    return f"<table width='100%' cellspacing='0' cellpadding='6'><tr>{cells}</tr></table>"


def _commands(menu: str) -> list[tuple[str, str, str]]:
    lines = [
        (" · ".join(map(shown_key, spec.keys)), spec.text.rstrip("…"), DARK.accent)
        for spec in ACTIONS
        if spec.menu == menu and spec.keys and spec.slot != _RANKED
    ]
    ranked = [spec for spec in ACTIONS if spec.menu == menu and spec.slot == _RANKED]
    if ranked:
        keys = f"{ranked[0].keys[0]} … {ranked[-1].keys[0]}"
        lines.append((keys, "Take the best, second-best, … candidate", DARK.accent))
    return lines


def _group(group: tuple[str, list[tuple[str, str, str]]]) -> str:
    title, lines = group
    rows = "".join(
        f"<tr><td style='color:{colour}' width='170'><b>{escape(keys)}</b></td>"
        f"<td>{escape(words)}</td></tr>"
        for keys, words, colour in lines
    )
    return f"<h3>{title}</h3><table cellpadding='2'>{rows}</table>"
