"""The recordings that are aligned in one go: how far that is, and what came of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from app.base.messages import Kind, Message
from app.look.keypoint_style import needs_look
from app.session.entries import Entry


@dataclass(slots=True)
class AlignBatch:
    """Counts recordings as they are done, weighted by their length.

    Parameters
    ----------
    seconds : callable
        A clock that only goes forward.

    Attributes
    ----------
    aligned, to_review : int
        How many could be aligned, and how many of them a person should look at.
    uncertain, alike : int
        Why: uncertain keypoints in all, and recordings that another alignment fits almost as well.
    failed : list of str
        Why the others could not.
    """

    seconds: Callable[[], float] = time.monotonic
    aligned: int = 0
    to_review: int = 0
    uncertain: int = 0
    alike: int = 0
    failed: list[str] = field(default_factory=list)
    _audio_s: float = 0.0
    _begun_s: float = 0.0
    _done_audio_s: float = 0.0
    _spent_s: float = 0.0

    @property
    def done(self) -> int:
        """How many recordings are done."""
        return self.aligned + len(self.failed)

    def begin(self, entry: Entry) -> None:
        """A recording is taken up."""
        self._audio_s, self._begun_s = entry.recording.duration_s, self.seconds()

    def end(self, entry: Entry) -> None:
        """It is done, or failed."""
        self._done_audio_s += self._audio_s
        self._spent_s += self.seconds() - self._begun_s
        if entry.problem:
            self.failed.append(entry.problem)
        else:
            self.aligned += 1
            uncertain = int(needs_look(entry.keypoints).sum())
            self.uncertain += uncertain
            self.alike += entry.verdict is not None and entry.verdict.alias is not None
            self.to_review += bool(uncertain or entry.concerns)

    def fraction(self, fraction: float, waiting_s: float) -> float:
        """Share of all that is done.

        Parameters
        ----------
        fraction : float
            Of the recording under way.
        waiting_s : float
            Length of those that wait, seconds.
        """
        whole_s = self._done_audio_s + self._audio_s + waiting_s
        return (self._done_audio_s + fraction * self._audio_s) / whole_s

    def left_s(self, left_s: float | None, waiting_s: float) -> float | None:
        """Seconds left for all; None while that cannot be said.

        Parameters
        ----------
        left_s : float or None
            For the recording under way.
        waiting_s : float
            Length of those that wait, seconds.
        """
        if left_s is None:
            return None
        cost_s = self._spent_s + self.seconds() - self._begun_s + left_s
        return left_s + waiting_s * cost_s / (self._done_audio_s + self._audio_s)

    def summary(self, is_true: Callable[[], bool]) -> Message | None:
        """What came of it; None where that was told already, of a single recording.

        Parameters
        ----------
        is_true : callable
            Whether that is of use still.
        """
        if self.done < 2:
            return None
        words = [f"{self.aligned:,} recording{'' if self.aligned == 1 else 's'} aligned"]
        if self.to_review:
            words.append(f"{self.to_review:,} to review{self._why()}")
        if self.failed:
            first = ", the first" if len(self.failed) > 1 else ""
            words.append(f"{len(self.failed):,} failed{first}: {self.failed[0]}")
        text = "; ".join(words).rstrip(".")
        kind = Kind.WARNING if self.failed else Kind.INFO
        details = "\n".join(self.failed)
        return Message(kind, f"{text}.", "next_uncertain", details, is_true=is_true)

    def _why(self) -> str:
        why = []
        if self.uncertain:
            why.append(f"{self.uncertain:,} uncertain keypoint{'' if self.uncertain == 1 else 's'}")
        if self.alike:
            why.append(f"{self.alike:,} alias-flagged")
        return f" ({', '.join(why)})" if why else ""
