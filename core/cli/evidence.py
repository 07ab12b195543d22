"""The evidence that a command was asked to align with."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from core.align.decoding.prior import DriftPrior
from core.align.rankings import RankedBy
from core.align.tuning import Tuning
from core.errors import InputError
from core.evidence.choice import EvidenceChoice
from core.evidence.learned import Networks, model_id
from core.nets.evidence import open_evidence


def choice_from_args(args: argparse.Namespace) -> EvidenceChoice:
    """What the arguments say.

    Raises
    ------
    InputError
        If something is missing, or given that this evidence has no use for.
    """
    given = {
        "--checkpoint": args.checkpoint is not None,
        "--scorer": args.scorer is not None,
        "--device": args.device != "auto",
        "--precision": args.precision != "float32",
        "--exact": args.exact,
    }
    if args.evidence != "beats" and any(given.values()):
        name = next(name for name, is_given in given.items() if is_given)
        raise InputError(
            name, f"is of no use with {args.evidence} evidence", "add --evidence beats or leave it"
        )
    if args.evidence == "spectral" and args.rank == RankedBy.MODEL:
        raise InputError(
            "--rank model", "has no model with spectral evidence", "choose another --evidence"
        )
    return EvidenceChoice(args.evidence, args.checkpoint, args.scorer, args.device, args.precision)


@contextmanager
def opened_evidence(choice: EvidenceChoice) -> Iterator[Networks]:
    """Networks that give back their memory in the end; errors as `open_evidence`."""
    learned = open_evidence(choice)
    try:
        yield learned
    finally:
        close_all(learned)


def close_all(learned: Networks) -> None:
    """Give back the memory of networks."""
    for network in learned:
        network.close()


@cache
def opened_here(choice: EvidenceChoice, processes: int) -> Networks:
    """Networks that last as long as this process, one of several; errors as `open_evidence`."""
    return open_evidence(choice, processes)


def identity(
    learned: Networks, prior: DriftPrior | None = None, tuning: Tuning | None = None
) -> str:
    """Tells apart what may come to other results on the same recording."""
    heard = f"{learned[-1].name} {model_id(learned)}" if learned else "spectral"
    if prior is not None:
        heard += f" prior {prior.digest}"
    return heard if tuning is None else f"{heard} tuned by {tuning.name} {tuning.digest}"
