"""Makes menus and their actions (QAction) from the list of commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from app.commands.actions import ACTIONS, MENUS, shown_key
from app.commands.spec import ActionSpec
from app.look.icons import icon

_ROLES = {
    "about": QAction.MenuRole.AboutRole,
    "preferences": QAction.MenuRole.PreferencesRole,
    "quit": QAction.MenuRole.QuitRole,
}
"""Commands that macOS has in a menu of its own; it would guess by their names which they are."""
_WHY_NOT = "why_not"
_NO_RECORDING = "open a recording first"
_NO_REGION = "drag over a spectrogram to select a region first"


def build_actions(window: QMainWindow) -> tuple[dict[str, QMenu], dict[str, QAction]]:
    """Make the actions and fill the menu bar of `window`; `connect_actions` lets them act.

    Parameters
    ----------
    window : QMainWindow

    Returns
    -------
    menus : dict of str to QMenu
        By name.
    actions : dict of str to QAction
        By id.
    """
    menus: dict[str, QMenu] = {}
    letters: set[str] = set()
    for name in MENUS:
        if "/" not in name:
            # Alt and its first letter that no other has open it.
            letter = next(letter for letter in name if letter.upper() not in letters)
            letters.add(letter.upper())
            menus[name] = window.menuBar().addMenu(name.replace(letter, f"&{letter}", 1))
            menus[name].setToolTipsVisible(True)
    groups: dict[str, QActionGroup] = {}
    actions: dict[str, QAction] = {}
    for spec in ACTIONS:
        action = actions[spec.id] = _action(spec, window)
        if spec.group:
            groups.setdefault(spec.group, QActionGroup(window)).addAction(action)
        menu = _menu(spec, menus)
        if spec.separated:
            menu.addSeparator()
        menu.addAction(action)
    return menus, actions


def connect_actions(actions: Mapping[str, QAction], targets: Mapping[str, QObject]) -> None:
    """Let every action call the slot that its command names.

    Parameters
    ----------
    actions : mapping of str to QAction
        By id.
    targets : mapping of str to QObject
        The objects that `ActionSpec.slot` names.
    """
    for spec in ACTIONS:
        target, method = spec.slot.split(".")
        call, action = getattr(targets[target], method), actions[spec.id]
        if spec.argument is not None:
            action.triggered.connect(partial(_call_with, call, spec.argument))
        elif spec.checkable:
            action.toggled.connect(call)
        else:
            action.triggered.connect(partial(_call, call))


def _menu(spec: ActionSpec, menus: dict[str, QMenu]) -> QMenu:
    if spec.menu not in menus:
        parent, _, title = spec.menu.rpartition("/")
        menus[spec.menu] = menus[parent].addMenu(title)
        menus[spec.menu].setToolTipsVisible(True)
    return menus[spec.menu]


def _action(spec: ActionSpec, window: QMainWindow) -> QAction:
    action = QAction(spec.text, window, checkable=spec.checkable, checked=spec.checked)
    action.setObjectName(spec.id)
    action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    action.setStatusTip(spec.tip)
    action.setMenuRole(_ROLES.get(spec.id, QAction.MenuRole.NoRole))
    give_keys(action, spec, spec.keys)
    if spec.label:
        action.setIconText(f" {spec.label}")
    if spec.icon:
        action.setIcon(icon(spec.icon))
    # In a menu an icon would stand where the tick is.
    action.setIconVisibleInMenu(not spec.checkable)
    return action


def give_keys(action: QAction, spec: ActionSpec, keys: tuple[str, ...]) -> None:
    """Let other keys run an action, and its tip say so."""
    action.setShortcuts([QKeySequence(key) for key in keys])
    shown = f" ({shown_key(keys[0])})" if keys else ""
    action.setToolTip((spec.tip or spec.text) + shown)


def repaint_icons(actions: Mapping[str, QAction]) -> None:
    """Draw all icons in the colours in use."""
    for spec in ACTIONS:
        if spec.icon:
            actions[spec.id].setIcon(icon(spec.icon))


def allow(action: QAction, why_not: str = "") -> None:
    """Enable an action, or grey it with the reason.

    Parameters
    ----------
    action : QAction
    why_not : str
        What has to be done first, as a clause ("open a recording first"); empty to enable.
    """
    action.setProperty(_WHY_NOT, why_not)
    action.setEnabled(not why_not)


def why_not(action: QAction) -> str:
    """Why an action is greyed; empty if it is not."""
    return "" if action.isEnabled() else str(action.property(_WHY_NOT) or "not possible now")


def allow_what_can_be(actions: Mapping[str, QAction], *, is_open: bool, has_region: bool) -> None:
    """Grey what needs a recording or a region that there is not."""
    for spec in ACTIONS:
        if spec.needs_region and is_open and not has_region:
            allow(actions[spec.id], _NO_REGION)
        elif spec.needs_recording:
            allow(actions[spec.id], "" if is_open else _NO_RECORDING)


def _call_with(call: Callable[[object], object], argument: object, _checked: bool = False) -> None:
    call(argument)


def _call(call: Callable[[], object], _checked: bool = False) -> None:
    call()
