"""What the window says to the person, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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


def some_names(names: Sequence[str], shown: int = 3) -> str:
    """The first few file names, and how many more there are."""
    more = f" and {len(names) - shown:,} more" if len(names) > shown else ""
    return ", ".join(map(short_name, names[:shown])) + more


@dataclass(frozen=True, slots=True, eq=False)
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
    otherwise : str
        Id of another action, for who does not want the first; empty for none.
    is_true : callable, optional
        For what is said of a condition: whether it still is so. Asked several times a second, in
        the window's thread. Without it, the message is about a moment, and stays true.
    """

    kind: Kind
    text: str
    action: str = ""
    details: str = ""
    otherwise: str = ""
    is_true: Callable[[], bool] | None = None

    @property
    def is_of_a_moment(self) -> bool:
        """Whether it says what happened, not how things are."""
        return self.is_true is None

    @property
    def stays(self) -> bool:
        """Whether it waits for the person: a remark without an offer does not."""
        return self.kind is not Kind.INFO or bool(self.action)

    def holds(self) -> bool:
        """Whether it is true now."""
        return self.is_true is None or self.is_true()


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
    shares : mapping of int to float or None
        How far each recording is that is worked on, by its key, 0 to 1; None where it waits.
    """

    text: str
    fraction: float
    left_s: float | None = None
    shares: Mapping[int, float | None] = field(default_factory=dict)
