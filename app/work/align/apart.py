"""Aligning in a process of its own: whatever happens there holds no window up and ends none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.settings.evidence_preference import EvidencePreference
from app.work.align.aligner import Aligner, load_aligner
from core.arrays import Floats
from core.audio.recording import Recording
from core.errors import InputError
from core.processes.child_process import Child, ChildEndedError


class AlignerApart:
    """As `Aligner`, in another process, which is kept for the next recording."""

    def __init__(self) -> None:
        self._child = Child("the aligner's", Aligner().steps, load_aligner)
        self._last: EvidencePreference | None = None

    @property
    def is_ready(self) -> bool:
        """Whether the process was started."""
        return self._child.is_running

    def prepare_steps(self) -> Iterator[object]:
        """Start the process, as work for a runner."""
        self._child.start()
        yield None

    def is_spent(self, preference: EvidencePreference) -> bool:
        """Whether networks are held that are of no use for `preference`."""
        last = self._last
        return last is not None and last.is_learned and last != preference

    def steps(
        self,
        preference: EvidencePreference,
        recording: Recording,
        time_0_s: Floats,
        settings: Mapping[str, object],
    ) -> Iterator[object]:
        """Align a recording; parameters and steps as `Aligner.steps`, and None between them.

        Raises
        ------
        InputError
            Also if the process ended by itself.
        """
        self._last = preference
        try:
            yield from self._child.steps(preference, recording, time_0_s, settings)
        except ChildEndedError as error:
            raise InputError(
                recording.name,
                f"was not aligned, because {error}",
                "close other programs if memory is short, and align it again",
            ) from error

    def close_steps(self) -> Iterator[object]:
        """Give all memory back, as work for a runner."""
        self.close()
        yield None

    def close(self) -> None:
        """End the process."""
        self._last = None
        self._child.close()
