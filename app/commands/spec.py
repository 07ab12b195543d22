"""One command, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_OF_A_REGION = ("regions", "finding")
_OF_A_RECORDING = ("review", "queue", "time", "placing", "keypoint", *_OF_A_REGION)


class Thing(StrEnum):
    """What a command can be about, and a right click can be on."""

    KEYPOINT = "keypoint"
    REGION = "region"
    PLOT = "plot"
    CANDIDATE = "candidate"
    RECORDING = "recording"
    HIT = "hit"


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One command.

    Parameters
    ----------
    id : str
        Stable name, for settings and tests.
    text : str
        As menus and the help sheet show it.
    slot : str
        ``target.method``; the targets are given to `app.commands.menus.connect_actions`.
    menu : str
        Menu it stands in; "View/Theme" is a menu in a menu.
    keys : tuple of str
        Default shortcuts, portable names; the first is shown.
    tip : str
        What it does, in a sentence.
    icon : str
        File in ``resources/icons``; with one it is in the toolbar.
    label : str
        Text in the toolbar; empty for the icon alone.
    argument : int, str or None
        Handed to the method.
    checkable : bool
        Whether it switches something; the method gets the new state.
    checked : bool
        The state at the start.
    group : str
        Of the checkable commands of one group, one is checked.
    separated : bool
        Whether a line stands before it.
    on : tuple of Thing
        On what a right click offers it.
    """

    id: str
    text: str
    slot: str
    menu: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    icon: str = ""
    label: str = ""
    argument: int | str | None = None
    checkable: bool = False
    checked: bool = False
    group: str = ""
    separated: bool = False
    on: tuple[Thing, ...] = ()

    @property
    def needs_recording(self) -> bool:
        """Whether it acts on the recording shown, and is greyed while there is none."""
        return self.slot.partition(".")[0] in _OF_A_RECORDING

    @property
    def needs_region(self) -> bool:
        """Whether it acts on the region, and is greyed while none is selected."""
        return self.slot.partition(".")[0] in _OF_A_REGION and self.on == (Thing.REGION,)
