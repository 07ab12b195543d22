"""What was reviewed leaves as a folder to train on: what there is, and the writing of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.session import Basis, Session

if TYPE_CHECKING:
    from core.learn.corrections import Corrections


@dataclass(frozen=True, slots=True, eq=False)
class TrainingOffer:
    """What would go out.

    Parameters
    ----------
    corrections : Corrections
        Recordings with what a person settled of them.
    notes : tuple of str
        What stays out, and why.
    """

    corrections: Corrections
    notes: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing would go out."""
        return not self.corrections.recordings

    @property
    def said(self) -> str:
        """How much it is, a sentence."""
        nothing = "Nothing is reviewed yet: accept or correct keypoints first."
        return nothing if self.is_empty else f"{self.amount}."

    @property
    def amount(self) -> str:
        """How much it is, as "2 recordings with 40 reviewed keypoints"."""
        recordings = self.corrections.recordings
        keypoints = sum(len(each.keypoints) for each in recordings)
        return (
            f"{_count(len(recordings), 'recording')} with {_count(keypoints, 'reviewed keypoint')}"
        )


@dataclass(frozen=True, slots=True)
class TrainingFolder:
    """What went out.

    Parameters
    ----------
    path : Path
    amount : str
        How much it is.
    notes : tuple of str
        What is called otherwise there, and what stayed out.
    """

    path: Path
    amount: str
    notes: tuple[str, ...]

    @property
    def said(self) -> str:
        """What is where, a sentence."""
        return f"Written to {self.path}: {self.amount}."


def offer_steps(session: Session, *, include_imported: bool) -> Iterator[TrainingOffer]:
    """Look at what would go out; imported late, in the worker's thread."""
    from core.learn.sources import of_session

    found = of_session(session, include_imported=include_imported)
    notes = (*_left_out(session, include_imported=include_imported), *found.notes)
    yield TrainingOffer(found, notes)


def folder_steps(
    offer: TrainingOffer, out: Path, *, copies: bool
) -> Iterator[float | TrainingFolder]:
    """Write the folder, whole or not at all; yields the share of it that is written."""
    from core.learn.training_folder import write_training_folder

    renamed = yield from write_training_folder(out, offer.corrections, copies=copies)
    yield TrainingFolder(out, offer.amount, (*renamed, *offer.notes))


def _left_out(session: Session, *, include_imported: bool) -> Iterator[str]:
    """How many keypoints are no truth, by what became of them."""
    nobodys = unalignable = 0
    for state in session.states.values():
        if state.is_out:
            continue
        unalignable += int((~state.keypoints.is_alignable).sum())
        if not (include_imported and state.basis is Basis.IMPORTED):
            nobodys += int((~state.keypoints.is_reviewed).sum())
    if nobodys:
        yield f"{_count(nobodys, 'keypoint')} that nobody reviewed: left out"
    if unalignable:
        yield f"{_count(unalignable, 'unalignable keypoint')}: left out"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
