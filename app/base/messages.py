"""What the window says to the person, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How serious a message is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


_LONGEST_NAME = 40


def short_name(name: str) -> str:
    """A file name that fits on a line, its middle left out if need be."""
    if len(name) <= _LONGEST_NAME:
        return name
    half = _LONGEST_NAME // 2
    return f"{name[:half]}…{name[-half:]}"


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Parameters
    ----------
    kind : Kind
    text : str
        A sentence: what happened and what to do.
    action : str
        Id of an action offered as a button; empty for none.
    details : str
        More, for the clipboard.
    passes : bool
        Whether it is about the recording shown, and of no use once another one is.
    otherwise : str
        Id of another action, for who does not want the first; empty for none.
    """

    kind: Kind
    text: str
    action: str = ""
    details: str = ""
    passes: bool = False
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is.

    Parameters
    ----------
    text : str
        What is being done to what.
    fraction : float
        0 to 1.
    left_s : float or None
        Seconds left, once that can be said.
    """

    text: str
    fraction: float
    left_s: float | None = None
