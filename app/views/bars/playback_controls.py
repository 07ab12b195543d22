"""Output devices in the Playback menu, and the state of the playback commands."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from app.commands.menus import allow
from app.look.icons import icon
from app.playback.player import Playback
from app.session.session_model import SessionModel

_NO_RECORDING = "open a recording first"


class PlaybackControls(QObject):
    """Keeps the commands and the menu in step with playback.

    Parameters
    ----------
    playback : Playback
    session : SessionModel
    actions : mapping of str to QAction
        By id.
    menu : QMenu
        Gets the choice of output device.
    """

    def __init__(
        self,
        playback: Playback,
        session: SessionModel,
        actions: Mapping[str, QAction],
        menu: QMenu,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._playback, self._session = playback, session
        self._play = actions["play"]
        self._starters = (self._play, actions["play_alternating"])
        self._tips: list[str] = []
        self._text = self._play.text()
        self._stops: bool | None = None
        for action in self._starters:
            # Held down, a key must not start and stop over and over.
            action.setAutoRepeat(False)
        self._actions = actions
        self._devices = QMenu("Output device", menu)
        menu.insertMenu(actions["find_devices"], self._devices)
        self._group: QActionGroup | None = None
        playback.changed.connect(self._refresh)
        playback.devices_changed.connect(self._show_devices)
        session.selection.recording_changed.connect(self._refresh)
        self._refresh()
        self._show_devices()

    @Slot()
    def _refresh(self) -> None:
        playback = self._playback
        for action in self._starters:
            # Without sound as well: pressed, it says what is wrong.
            allow(action, "" if self._session.current else _NO_RECORDING)
        self._say_problem(playback.problem)
        self._show_what_it_does(stops=playback.is_playing)
        self._actions[f"high_pass_{playback.settings.high_pass_hz}"].setChecked(True)

    def _show_what_it_does(self, *, stops: bool) -> None:
        # With every recording that is shown, drawing the icon anew would hold the window up.
        if stops != self._stops:
            self._stops = stops
            self._play.setText("Stop" if stops else self._text)
            self._play.setIcon(icon("stop" if stops else "play"))

    def _say_problem(self, problem: str) -> None:
        if problem and not self._tips:
            self._tips = [action.toolTip() for action in self._starters]
        tips = [problem] * len(self._starters) if problem else self._tips
        for action, tip in zip(self._starters, tips, strict=False):
            action.setToolTip(tip)
        self._tips = self._tips if problem else []

    @Slot()
    def _show_devices(self) -> None:
        playback, found = self._playback, self._playback.devices
        self._devices.clear()
        if self._group is not None:
            self._group.deleteLater()
        self._group = QActionGroup(self)
        default = f" ({found.default})" if found else ""
        self._offer(f"As the system{default}", "")
        for name in found.names if found else ():
            self._offer(name, name)
        if playback.is_missing:
            self._offer(f"{playback.device} (not connected)", playback.device).setEnabled(False)
        self._group.triggered.connect(self._on_device)
        self._devices.setEnabled(not playback.problem)

    def _offer(self, text: str, name: str) -> QAction:
        # An ampersand in a device's name is no mnemonic.
        action = QAction(text.replace("&", "&&"), self._devices, checkable=True)
        action.setData(name)
        action.setChecked(name == self._playback.device)
        self._devices.addAction(action)
        assert self._group is not None
        self._group.addAction(action)
        return action

    @Slot(QAction)
    def _on_device(self, action: QAction) -> None:
        self._playback.choose_device(action.data())
