"""Aligns recordings with networks that are opened once, and kept from one to the next."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.settings.evidence_preference import EvidencePreference
from app.work.model_files import model_in_use
from core.align.alignment import Alignment, Progress
from core.arrays import Floats
from core.audio.recording import Recording
from core.errors import InputError
from core.evidence.choice import EvidenceChoice
from core.evidence.learned import Networks
from core.memory import give_back
from core.sync_points import SyncPoints

log = logging.getLogger(__name__)

Open = Callable[[EvidenceChoice], Networks]
AlignSteps = Callable[..., Iterable[object]]
"""Called with a recording, its keypoints on channel 0 in seconds, settings by name, and networks
as ``learned`` where any takes part."""


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


def load_aligner() -> None:
    """Import what aligning takes, scipy among it."""
    import core.align.aligner
    import core.model.file
    import core.nets.evidence  # noqa: F401


def open_learned(choice: EvidenceChoice) -> Networks:
    """Open networks; imported late, as they take long to load."""
    from core.nets.evidence import open_evidence

    return open_evidence(choice)


def align_steps(
    recording: Recording,
    time_0_s: Floats,
    learned: Networks = (),
    prior: str = "",
    model: str = "",
    sync: SyncPoints | None = None,
    **settings: float,
) -> Iterator[object]:
    """Align with the default pipeline; imported late, as it takes scipy."""
    from core.align import aligner
    from core.formats.prior_file import read_prior

    usual = read_prior(Path(prior).expanduser()) if prior else None
    options = aligner.AlignOptions(**settings).at_spacing(recording.spacing_m)
    used, problem = model_in_use(model, learned)
    if problem:
        yield Notice(problem)
    tuning = None if used.is_shipped else used.tuning
    usual, heard_by = usual or used.prior, used.adapted(learned)
    yield from aligner.align_steps(recording, time_0_s, options, heard_by, usual, tuning, sync)
    give_back()


class Aligner:
    """Aligns, and holds the networks in use; called where it aligns, but for `is_spent`.

    Parameters
    ----------
    align : callable
        Aligns a recording, step by step.
    opens : callable
        Opens networks.
    """

    def __init__(self, align: AlignSteps = align_steps, opens: Open = open_learned) -> None:
        self._align, self._opens = align, opens
        self._kept: Networks = ()
        self._kept_for: tuple[EvidencePreference, object] | None = None
        self._said: set[str] = set()

    @property
    def is_ready(self) -> bool:
        """Whether there is nothing to prepare."""
        return True

    def prepare_steps(self) -> Iterator[object]:
        """Nothing, as work for a runner."""
        yield None

    def is_spent(self, preference: EvidencePreference) -> bool:
        """Whether networks are held that are of no use for `preference`."""
        return bool(self._kept) and (self._kept_for is None or self._kept_for[0] != preference)

    def steps(
        self,
        preference: EvidencePreference,
        recording: Recording,
        time_0_s: Floats,
        settings: Mapping[str, object],
    ) -> Iterator[object]:
        """Align a recording with what is wished for.

        Parameters
        ----------
        preference : EvidencePreference
        recording : Recording
        time_0_s : ndarray, shape (K,)
            Keypoints on channel 0, seconds.
        settings : mapping
            As `AlignSteps` take them, by name.

        Yields
        ------
        object
            What they yield, and a `Notice` once for each thing the network has to say; or
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
            networks = {"learned": self._kept} if self._kept else {}
            for step in self._align(recording, time_0_s, **networks, **settings):
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
            yield Progress(f"opening {preference.words.name}", 0.0)
            self._kept = self._opens(choice)
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
