"""Recently opened files, in the File menu."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.base.background_runner import BackgroundRunner
from app.base.literal_text import literal, without_mnemonic
from app.base.messages import short_name
from app.settings.stored_json import is_name, store_json, stored_json

_SETTING = "recent"
_LONGEST = 12

Paths = tuple[Path, ...]


def _stored() -> list[Paths]:
    """What was opened, the last first; nonsense is passed over."""
    found = [
        tuple(map(Path, names))
        for names in stored_json(_SETTING, list)
        if isinstance(names, list) and names and all(map(is_name, names))
    ]
    return found[:_LONGEST]


def _which_exist(opened: Sequence[Paths]) -> Iterator[tuple[bool, ...]]:
    """A drive that sleeps or is gone is waited for in the worker's thread."""
    yield tuple(all(path.exists() for path in paths) for paths in opened)


class RecentMenu(QObject):
    """File > Open recent.

    Parameters
    ----------
    menu : QMenu
        To be filled; what is missing on the disk is greyed.
    remembers : bool
        Whether the list comes from the settings and goes there.

    Signals
    -------
    chosen(paths)
        A tuple of Path to open.
    """

    chosen = Signal(object)

    def __init__(
        self, menu: QMenu, *, remembers: bool = True, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.menu = menu
        self._remembers = remembers
        self.opened: list[Paths] = _stored() if remembers else []
        self._runner = BackgroundRunner("recent", self)
        self._runner.stepped.connect(self._grey)
        self._fill()
        menu.aboutToShow.connect(self._look)

    def add(self, paths: Sequence[Path]) -> None:
        """Something was opened."""
        new = tuple(path.absolute() for path in paths)
        self._put([new, *(one for one in self.opened if one != new)][:_LONGEST])

    def shut_down(self) -> None:
        """Stop the thread."""
        self._runner.shut_down()

    @property
    def is_looking(self) -> bool:
        """Whether the disk is being asked."""
        return self._runner.is_running

    @Slot()
    def clear(self) -> None:
        """Forget everything."""
        self._put([])

    def _put(self, opened: list[Paths]) -> None:
        self.opened = opened
        if self._remembers:
            store_json(_SETTING, [[str(path) for path in paths] for paths in opened])
        self._fill()

    def _fill(self) -> None:
        self.menu.clear()
        for number, paths in enumerate(self.opened, start=1):
            name = " + ".join(short_name(path.name or str(path)) for path in paths)
            place = short_name(paths[0].parent.name)
            text = f"{name}  –  {place}" if place else name
            action = QAction(f"&{number}  {without_mnemonic(text)}", self.menu)
            action.setToolTip(literal("\n".join(map(str, paths))))
            action.triggered.connect(partial(self._choose, paths))
            self.menu.addAction(action)
        self.menu.addSeparator()
        clear = QAction("Clear this list", self.menu)
        clear.setEnabled(bool(self.opened))
        clear.triggered.connect(self.clear)
        self.menu.addAction(clear)

    def _choose(self, paths: Paths, _checked: bool = False) -> None:
        self.chosen.emit(paths)

    @Slot()
    def _look(self) -> None:
        if self.opened:
            self._runner.start(partial(_which_exist, tuple(self.opened)))

    @Slot(object)
    def _grey(self, there: tuple[bool, ...]) -> None:
        for action, paths, is_there in zip(self.menu.actions(), self.opened, there, strict=False):
            action.setEnabled(is_there)
            missing = "" if is_there else "not there any more: "
            action.setToolTip(literal(missing + "\n".join(map(str, paths))))
