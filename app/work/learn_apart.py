"""Learning in a process of its own: decoding and fitting would hold the window up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.settings.evidence_preference import EvidencePreference
from app.work.align.aligner import Notice
from app.work.model_files import model_in_use
from core.errors import InputError
from core.evidence.choice import EvidenceChoice
from core.processes.child_process import ChildEndedError, steps_of_child

if TYPE_CHECKING:
    from core.learn.corrections import Corrections


def learn_apart(
    corrections: Corrections, model: str, preference: EvidencePreference, tier: int, work: Path
) -> Iterator[object]:
    """Learn, and compare with the model in use; arguments as `app.work.learning.Learning.learn`.

    Raises
    ------
    InputError
        Also if the process ended by itself.
    """
    asked = corrections, model, preference.choice(), tier, work
    try:
        yield from steps_of_child("the learning's", _learn_steps, *asked)
    except ChildEndedError as error:
        raise InputError(
            "corrections",
            f"were not learned from to the end, because {error}",
            "close other programs if memory is short, and learn again: it goes on from there",
        ) from error


def _learn_steps(
    corrections: Corrections, model: str, choice: EvidenceChoice, tier: int, work: Path
) -> Iterator[object]:
    from core.learn.kept import KeptSteps
    from core.learn.learning import learn_steps
    from core.nets.evidence import open_evidence

    learned = open_evidence(choice)
    in_use, problem = model_in_use(model, learned)
    if problem:
        yield Notice(problem)
    yield (yield from learn_steps(corrections, learned, in_use, tier, KeptSteps(work)))
