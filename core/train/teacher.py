"""Learning from a scorer that was trained before: its averaged predictions, and its weights."""

from __future__ import annotations

from pathlib import Path

from core.errors import InputError
from core.nets.heads.making import sizes_of
from core.nets.heads.pair import PairScorer
from core.nets.heads.probe import GatedScorer
from core.nets.heads.scorer_file import ScorerFile, load_scorer
from core.nets.heads.similarity import Ensemble


def taught_by(path: Path, encoder_digest: str, student: PairScorer) -> ScorerFile:
    """Read a teacher; a student that is one of its systems starts from that one's weights.

    Parameters
    ----------
    path : Path
        Of the teacher.
    encoder_digest : str
        Of the student's encoder.
    student : PairScorer
        Is changed.

    Returns
    -------
    ScorerFile

    Raises
    ------
    InputError
        If it cannot be read, was trained on another encoder or along with it, hears other layers
        than the student, or if one of both does not rank similarities.
    """
    teacher = load_scorer(path, encoder_digest)
    fix = "give what the same --encoder and --layers made of --head retrieval, place or probe"
    if not (teacher.scorer.ranks and student.ranks):
        raise InputError(path, "only heads that rank similarities teach each other", fix)
    if teacher.tuned or teacher.scorer.heard != student.heard:
        raise InputError(path, "hears other tokens than the new head", fix)
    _start_from(teacher.scorer, student)
    return teacher


def _start_from(teacher: PairScorer, student: PairScorer) -> None:
    """Give the student the weights of what has its shape."""
    if sizes_of(teacher) == sizes_of(student):
        student.load_state_dict(teacher.state_dict())
        return
    if isinstance(teacher, GatedScorer) and isinstance(student, GatedScorer):
        student.gate.load_state_dict(teacher.gate.state_dict())
        _start_from(teacher.scorer, student.scorer)
    elif isinstance(teacher, Ensemble):
        parts = student.members if isinstance(student, Ensemble) else [student]
        for part in parts:
            for member in teacher.members:
                if sizes_of(member) == sizes_of(part):  # type: ignore[arg-type]
                    part.load_state_dict(member.state_dict())
