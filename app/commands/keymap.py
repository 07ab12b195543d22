"""Which keys run which command: the defaults, and a person's own keys."""

from __future__ import annotations

import json
from collections.abc import Mapping

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QAction, QKeySequence

from app.commands.actions import ACTIONS, collisions
from app.commands.menus import give_keys
from core.formats.files.checked import parsed_json

_SETTING = "keys"

Keys = dict[str, tuple[str, ...]]
DEFAULTS: Keys = {spec.id: spec.keys for spec in ACTIONS}
_SPECS = {spec.id: spec for spec in ACTIONS}


def portable(key: str) -> str:
    """One spelling for every key; empty if it is none."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def parsed(text: str) -> Keys:
    """Keys that differ from the defaults, as they were stored.

    Commands that are not known, of another version, are passed over.

    Raises
    ------
    ValueError
        If the text is nonsense, names no keys, or gives one key to two commands.
    """
    stored = parsed_json(text)
    if not isinstance(stored, dict):
        raise ValueError("not a table of keys")  # noqa: TRY004 (the text is wrong, not the type)
    changed: Keys = {}
    for name, keys in stored.items():
        if name not in DEFAULTS:
            continue
        if not isinstance(keys, list) or not all(isinstance(k, str) and portable(k) for k in keys):
            raise ValueError(name)
        changed[name] = tuple(portable(key) for key in keys)
    if collisions(DEFAULTS | changed):
        raise ValueError("a key is there twice")
    return changed


class KeyMap(QObject):
    """Gives the actions their keys.

    Parameters
    ----------
    actions : mapping of str to QAction
        By id.
    remembers : bool
        Whether changes come from the settings and go there.

    Attributes
    ----------
    is_wrong : bool
        The settings made no sense; all keys are the defaults.

    Signals
    -------
    changed()
        A command has other keys.
    """

    changed = Signal()

    def __init__(
        self,
        actions: Mapping[str, QAction],
        *,
        remembers: bool = True,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._remembers = remembers
        self._changed: Keys = {}
        self.is_wrong = False
        if remembers and QSettings().contains(_SETTING):
            try:
                self._changed = parsed(str(QSettings().value(_SETTING)))
            except ValueError:
                self.is_wrong = True
        self._apply(self._changed)

    @property
    def keys(self) -> Keys:
        """The keys of every command, portable names."""
        return DEFAULTS | self._changed

    def owner(self, key: str) -> str:
        """Id of the command that `key` runs; empty if it is free."""
        wanted = portable(key)
        return next((name for name, keys in self.keys.items() if wanted in map(portable, keys)), "")

    def give(self, name: str, key: str) -> None:
        """Let `key` alone run a command; whichever command had it loses it."""
        before = self.owner(key)
        keys = self.keys
        if before and before != name:
            keys[before] = tuple(k for k in keys[before] if portable(k) != portable(key))
        keys[name] = (portable(key),)
        self._put(keys)

    def clear(self, name: str) -> None:
        """Leave a command without keys."""
        self._put(self.keys | {name: ()})

    def reset(self, name: str) -> str:
        """Give a command its default keys, unless another has one of them: the id of that one."""
        for key in DEFAULTS[name]:
            owner = self.owner(key)
            if owner not in ("", name):
                return owner
        self._put(self.keys | {name: DEFAULTS[name]})
        return ""

    def reset_all(self) -> None:
        """All keys as they were at first."""
        self._put(dict(DEFAULTS))

    def _put(self, keys: Keys) -> None:
        before = self.keys
        self._changed = {n: k for n, k in keys.items() if k != DEFAULTS[n]}
        self._apply({n: k for n, k in keys.items() if k != before[n]})
        if self._remembers:
            self._save()
        self.changed.emit()

    def _apply(self, keys: Keys) -> None:
        for name in keys:
            # A key that changes hands is free before it is taken.
            self._actions[name].setShortcuts([])
        for name, new in keys.items():
            give_keys(self._actions[name], _SPECS[name], new)

    def _save(self) -> None:
        if self._changed:
            QSettings().setValue(_SETTING, json.dumps(self._changed))
        else:
            QSettings().remove(_SETTING)
