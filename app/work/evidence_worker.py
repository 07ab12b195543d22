"""Holds the networks that alignments use: opened once, kept between recordings."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from app.settings.evidence_preference import EvidencePreference
from core.align.alignment import Alignment, Progress
from core.errors import InputError
from core.evidence.choice import EvidenceChoice
from core.evidence.learned import Networks
from core.steps import reported

log = logging.getLogger(__name__)

Open = Callable[[EvidenceChoice], Iterator[Networks]]
"""Yields nothing while it opens networks, and then the networks."""
Align = Callable[..., Iterable[object]]
"""Aligns a recording step by step; takes networks as ``learned`` where there are any."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The network could not be opened; nothing was aligned.

    Parameters
    ----------
    why : str
        For a person.
    details : str
        For a bug report, if nobody foresaw it.
    """

    why: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know of how the network ran.

    Parameters
    ----------
    text : str
    """

    text: str


def open_learned(choice: EvidenceChoice) -> Iterator[Networks]:
    """Open networks step by step: one that needs torch in a process of its own."""
    if choice.name == "beats":
        from core.evidence.compact import open_compact
        from core.nets.remote_evidence import open_remote

        compact = open_compact()
        remote = yield from reported(open_remote(choice), lambda _: ())
        yield compact, remote
    else:
        from core.nets.evidence import open_evidence

        yield open_evidence(choice)


class EvidenceKeeper:
    """Holds the networks in use; but for `is_spent`, called in the thread that aligns.

    Parameters
    ----------
    opens : callable
        Opens networks step by step.
    """

    def __init__(self, opens: Open = open_learned) -> None:
        self._opens = opens
        self._kept: Networks = ()
        self._kept_for: tuple[EvidencePreference, object] | None = None
        self._said: set[str] = set()

    def is_spent(self, preference: EvidencePreference) -> bool:
        """Whether networks are held that are of no use for `preference`."""
        return bool(self._kept) and (self._kept_for is None or self._kept_for[0] != preference)

    def steps(self, preference: EvidencePreference, align: Align) -> Iterator[object]:
        """Align with what is wished for.

        Yields
        ------
        object
            The steps of `align`, and a `Notice` once for each thing the network has to say; or
            `Refused`, alone, if it cannot be opened.
        """
        try:
            yield from self._change_to(preference)
        except InputError as error:
            yield Refused(str(error))
            return
        except Exception as error:  # drivers fail in their own ways; the recording is not at fault
            log.exception("The network could not be opened")
            yield Refused(
                f"The network cannot be opened ({type(error).__name__}: {error}); choose other "
                "evidence, or copy the details for a bug report.",
                traceback.format_exc(),
            )
            return
        try:
            for step in align(learned=self._kept) if self._kept else align():
                for network in self._kept:
                    yield from self._new(network.notices)
                if isinstance(step, Alignment):
                    yield from self._new(step.evidence.notices)
                if isinstance(step, Notice):
                    yield from self._new((step.text,))
                else:
                    yield step
        except InputError:
            raise
        except Exception:
            # Nobody knows what state the network is in. It is closed later, because what failed
            # is not freed before this handler is left.
            self._kept_for = None
            raise

    def close_steps(self) -> Iterator[object]:
        """Give the memory of the network back, as work for a runner."""
        self.close()
        yield None

    def close(self) -> None:
        """Give the memory of the network back."""
        kept, self._kept, self._kept_for = self._kept, (), None
        self._said.clear()
        for network in kept:
            network.close()

    def _change_to(self, preference: EvidencePreference) -> Iterator[Progress]:
        choice = preference.choice()
        wanted = (preference, _stamps(choice))
        if wanted == self._kept_for:
            return
        self.close()
        if preference.is_learned:
            for opened in self._opens(choice):
                self._kept = opened
                yield Progress(f"opening {preference.words.name}", 0.0)
            self._kept_for = wanted

    def _new(self, notices: Iterable[str]) -> Iterator[Notice]:
        """Those not said since the network was opened."""
        new = [text for text in notices if text not in self._said]
        self._said.update(new)
        yield from map(Notice, new)


def _stamps(choice: EvidenceChoice) -> tuple[object, ...]:
    """Tells a file from another that was later put in its place."""
    found = [p.stat() for p in (choice.checkpoint, choice.scorer) if p is not None and p.is_file()]
    return tuple((stat.st_mtime_ns, stat.st_size) for stat in found)
