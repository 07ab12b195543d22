"""What a right click offers: those of all commands that are about what is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.commands.actions import ACTIONS
from app.commands.menus import why_not
from app.commands.spec import ActionSpec, Thing

_FILES = "File"


def context_menu(
    actions: Mapping[str, QAction],
    things: Iterable[tuple[Thing, str]],
    not_here: Mapping[str, str],
    parent: QWidget,
) -> QMenu:
    """A menu of commands in a section for each thing; what cannot be done says why.

    What is about files comes last in a section, and the view is a menu of its own beside others.

    Parameters
    ----------
    actions : mapping of str to QAction
        By id.
    things : iterable of (Thing, str)
        What is there, the smallest first, and what to call it. A command stands where it comes
        first.
    not_here : mapping of str to str
        Why commands, by id, would do nothing to what is there, as clauses.
    parent : QWidget
    """
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    left = list(ACTIONS)
    for thing, title in things:
        section = [spec for spec in left if thing in spec.on]
        left = [spec for spec in left if thing not in spec.on]
        place, is_first = menu, menu.isEmpty()
        if not is_first:
            menu.addSeparator()
        if thing is Thing.PLOT and not is_first:
            place = menu.addMenu(title)
        else:
            _add_title(menu, title)
        _fill(place, sorted(section, key=lambda spec: spec.menu == _FILES), actions, not_here)
    return menu


def _add_title(menu: QMenu, title: str) -> None:
    # Qt's own title of a section is not drawn in every style.
    action = menu.addAction(title.replace("&", "&&"))
    action.setEnabled(False)
    bold = action.font()
    bold.setBold(True)
    action.setFont(bold)


def _fill(
    menu: QMenu,
    section: Iterable[ActionSpec],
    actions: Mapping[str, QAction],
    not_here: Mapping[str, str],
) -> None:
    inner: dict[str, QMenu] = {}
    for spec in section:
        _, _, title = spec.menu.rpartition("/")
        is_inner = title != spec.menu
        if is_inner and title not in inner:
            inner[title] = menu.addMenu(title)
        place = inner[title] if is_inner else menu
        if spec.separated:
            place.addSeparator()
        action = actions[spec.id]
        reason = why_not(action) or not_here.get(spec.id, "")
        if reason:
            greyed = place.addAction(f"{action.text()} – {reason}")
            greyed.setEnabled(False)
        else:
            place.addAction(action)
