"""Which recordings wait for the aligner, and for what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum


class Purpose(Enum):
    """Why the aligner runs.

    Evidence is not kept on disk: of a recording that was aligned before, it is computed again.
    """

    ALIGN = "align"
    SHOW_EVIDENCE = "show evidence"
    FOLLOW_DECISIONS = "follow decisions"

    @property
    def is_again(self) -> bool:
        """Whether only the evidence of the last alignment is wanted."""
        return self is not Purpose.ALIGN


@dataclass(frozen=True, slots=True)
class Task:
    """One run of the aligner.

    Parameters
    ----------
    key : int
        Of the recording, in the session.
    purpose : Purpose
    """

    key: int
    purpose: Purpose


class AlignQueue:
    """Tasks in the order in which they are taken up, at most one a recording."""

    def __init__(self) -> None:
        self._tasks: list[Task] = []

    @property
    def to_align(self) -> list[int]:
        """Recordings that wait to be aligned, by their keys."""
        return [task.key for task in self._tasks if not task.purpose.is_again]

    def align(self, keys: Sequence[int], *, first: bool) -> None:
        """Let recordings wait behind the others, or before them."""
        waiting = set() if first else set(self.to_align)
        new = {key: Task(key, Purpose.ALIGN) for key in keys if key not in waiting}
        rest = [task for task in self._tasks if task.key not in new]
        self._tasks = [*new.values(), *rest] if first else [*rest, *new.values()]

    def compute_again(self, key: int, purpose: Purpose) -> None:
        """Want the evidence of a recording as the next thing; aligning it brings that too."""
        if key in self.to_align:
            self.prefer(key)
            return
        known = [task for task in self._tasks if task.key == key]
        owed = Purpose.FOLLOW_DECISIONS
        wanted = owed if Task(key, owed) in known else purpose
        rest = [task for task in self._tasks if task.key != key]
        self._tasks = [Task(key, wanted), *rest]

    def prefer(self, key: int) -> None:
        """Take up a recording next, if it waits."""
        self._tasks.sort(key=lambda task: task.key != key)

    def keep(self, is_wanted: Callable[[int], bool]) -> None:
        """Drop recordings that are not wanted any more."""
        self._tasks = [task for task in self._tasks if is_wanted(task.key)]

    def clear(self) -> None:
        """Drop all."""
        self._tasks.clear()

    def take(self, shown: int | None) -> Task | None:
        """The next task, if any; what was to be shown is passed over once another one is."""
        while self._tasks:
            task = self._tasks.pop(0)
            if task.purpose is not Purpose.SHOW_EVIDENCE or task.key == shown:
                return task
        return None
