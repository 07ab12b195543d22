"""How much a command tells on its way; light, and the same for all that it calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum


class Verbosity(Enum):
    """Only what is wrong; how far it is; every step."""

    QUIET = "quiet"
    USUAL = "usual"
    VERBOSE = "verbose"


_CHOSEN = ContextVar("verbosity", default=Verbosity.USUAL)


def verbosity() -> Verbosity:
    """How much is to be told now."""
    return _CHOSEN.get()


@contextmanager
def telling(*, quiet: bool, verbose: bool) -> Iterator[None]:
    """Tell less or more while a command runs."""
    usual = Verbosity.VERBOSE if verbose else Verbosity.USUAL
    token = _CHOSEN.set(Verbosity.QUIET if quiet else usual)
    try:
        yield
    finally:
        _CHOSEN.reset(token)
