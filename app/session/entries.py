"""An open recording: its keypoints, and the results of aligning it as far as they are known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.session.alignment_results import AlignmentResults
from core.align.alignment import Alignment
from core.align.claims.confidence import in_digits
from core.align.limits import CERTAIN
from core.align.rankings import RankedBy, Ranking, apart_s
from core.audio.recording import Recording
from core.audio.sequences.gaps import heard_grid
from core.evidence.surface import ScoreSurface
from core.formats.sidecar import SidecarRecording, Verdict, sidecar_path
from core.formats.tables.biodcase import BiodcaseTable, check_times
from core.keypoints import (
    KeypointSet,
    ReviewState,
    machine_keypoints,
)
from core.session import (
    Basis,
    ImportedTable,
    Leaving,
    RecordingState,
    Run,
    SessionRecording,
    identify,
    verdict_of,
)

Recorder = tuple[Path, int]
"""A channel of a file."""

_OUTDATED = "it was aligned on other audio than is there now; align it again"


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """A CSV that keypoints came from; it is never written to.

    Parameters
    ----------
    path : Path
    table : BiodcaseTable
    decided : mapping of str to SidecarRecording
        What its sidecar says of recordings, by name; empty without one.
    """

    path: Path
    table: BiodcaseTable
    decided: Mapping[str, SidecarRecording] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One open recording.

    Parameters
    ----------
    known : SessionRecording
    state : RecordingState
        Keypoints, and what those hold that nobody decided on.
    imported : Imported or None
        The CSV the keypoints came from.
    run : Run or None
        What was said by the aligner when it last ran, perhaps before the session was reopened.
    evidence : AlignmentResults
    lost : str
        Why the audio is not there as it was; empty if it is.
    other : SessionRecording or None
        Other audio that lies in the place of what is lost, if it can be read.
    contradiction : str
        What the ways round by other recorders say against it; empty if nothing.
    """

    known: SessionRecording
    state: RecordingState
    imported: Imported | None = None
    run: Run | None = None
    evidence: AlignmentResults = field(default_factory=AlignmentResults)
    lost: str = ""
    other: SessionRecording | None = None
    contradiction: str = ""

    def called(self, name: str) -> Entry:
        """The same under a name that no table has for it yet."""
        recording = replace(self.known.recording, name=name)
        return replace(self, known=replace(self.known, recording=recording), imported=None)

    @property
    def is_out(self) -> bool:
        """Whether it was taken out of the session."""
        return self.state.is_out

    @property
    def is_lost(self) -> bool:
        """Whether the audio is not there as it was."""
        return bool(self.lost)

    @property
    def has_other(self) -> bool:
        """Whether there is other audio in the place of what is lost."""
        return self.other is not None

    @property
    def recording(self) -> Recording:
        """Where the audio is."""
        return self.known.recording

    @property
    def recorders(self) -> tuple[Recorder, Recorder]:
        """The file and channel of channel 0, the reference, and of channel 1."""
        first, second = self.recording.channels
        return (first.path, first.channel), (second.path, second.channel)

    @property
    def identity(self) -> tuple[str, str]:
        """What makes two entries the same recording, wherever its audio lies."""
        return _identity(self.known)

    @property
    def other_identity(self) -> tuple[str, str] | None:
        """The identity of what lies in its place, if that is something else."""
        return None if self.other is None else _identity(self.other)

    @property
    def end_1_s(self) -> float:
        """Where channel 1 ends on its own clock, seconds."""
        return self.recording.channels[1].duration_s

    @property
    def folder(self) -> Path:
        """Where an export is offered first."""
        return self.known.folder

    @property
    def keypoints(self) -> KeypointSet:
        """All keypoints as they stand."""
        return self.state.keypoints

    @property
    def basis(self) -> Basis:
        """What the keypoints hold that nobody decided on.

        Only on the path do they follow corrections; imported times and the line of a candidate
        stand until the person asks for the path.
        """
        return self.state.basis

    @property
    def proposal(self) -> KeypointSet:
        """What a released keypoint goes back to."""
        return self.state.proposal.keypoints

    @property
    def surface(self) -> ScoreSurface | None:
        """The evidence, if it has been computed."""
        return self.evidence.surface

    def ranking(self, wish: RankedBy) -> Ranking | None:
        """Linear candidates scored so far, as wished for; by all evidence if no network is heard.

        Parameters
        ----------
        wish : RankedBy
        """
        found = {ranking.by: ranking for ranking in self.evidence.rankings}
        by_evidence = found.get(RankedBy.EVIDENCE)
        without_network = by_evidence is not None and not by_evidence.model
        return by_evidence if without_network else found.get(wish)

    @property
    def best_lines_apart_s(self) -> float | None:
        """Between those by the network alone and by all evidence, mean over the recording.

        Seconds; None unless both have ranked all.
        """
        made, ranked = self.machine, self.evidence.rankings
        if made is None or len(ranked) < 2 or ranked[-1].candidates is not made.candidates:
            return None
        return apart_s(ranked[0], ranked[1], self.recording.duration_s)

    @property
    def machine(self) -> Alignment | None:
        """The alignment before any decision."""
        return self.evidence.machine

    @property
    def alignment(self) -> Alignment | None:
        """The alignment led through what the person decided."""
        return self.evidence.alignment

    @property
    def last_run(self) -> Run | None:
        """What the aligner said when it last ran, if that was of the audio that is there now."""
        return None if self.is_outdated else self.run

    @property
    def verdict(self) -> Alignment | Verdict | Run | None:
        """Who speaks for the recording as a whole: the alignment, or the last run's record."""
        return self.alignment or self.evidence.said or self.last_run

    @property
    def is_outdated(self) -> bool:
        """Whether the last run was of other audio than is there now."""
        return self.run is not None and self.run.fingerprint != self.known.fingerprint

    @property
    def problem(self) -> str:
        """Why the recording cannot be aligned; empty if it can."""
        return self.lost or self.evidence.problem

    @property
    def is_unset(self) -> NDArray[np.bool_]:
        """Which keypoints stand at channel 0's time because nothing has set them, shape (K,).

        Only a recording that was never aligned has any. They are no times to accept or to export.
        """
        return self.leaving.is_unset

    @property
    def leaving(self) -> Leaving:
        """The recording as it is exported."""
        name = self.recording.name
        spelled = name if self.imported is None else self.imported.table.spelled.get(name, name)
        said = self.verdict
        return Leaving(
            spelled,
            self.known,
            self.state,
            self.run,
            None if said is None else verdict_of(said),
            self.alignment is not None,
        )

    @property
    def reviewed(self) -> int:
        """How many keypoints a person has decided on."""
        return len(self.keypoints) - self.keypoints.state.count(ReviewState.UNREVIEWED)

    @property
    def open_confidence(self) -> float:
        """Mean confidence of the keypoints that nobody decided on; NaN where none has one."""
        keypoints = self.keypoints
        known = keypoints.confidence[~keypoints.is_reviewed & np.isfinite(keypoints.confidence)]
        return float(known.mean()) if len(known) else math.nan

    @property
    def concerns(self) -> tuple[str, ...]:
        """Why a person should look at the recording as a whole; empty once all is reviewed."""
        verdict = self.verdict
        if self.reviewed == len(self.keypoints):
            return ()
        if verdict is None:
            return (_OUTDATED,) if self.is_outdated else ()
        found = list(verdict.warnings)
        if verdict.alias is not None:
            sentence = verdict.alias.sentence()
            found = [sentence, *(text for text in found if sentence not in text)]
        if self.contradiction:
            found.insert(0, self.contradiction)
        if not found and (low := self._low_confidence(verdict)) is not None:
            left = " of what is left" if self.reviewed else ""
            found.append(f"the mean confidence{left} is only {in_digits(low)}")
        return tuple(found)

    def _low_confidence(self, verdict: Alignment | Verdict | Run) -> float | None:
        """The mean confidence where it is too low; what was decided does not raise it."""
        left = self.open_confidence
        if math.isnan(left):
            return verdict.mean_confidence if verdict.needs_review else None
        return left if left < CERTAIN else None


def _identity(known: SessionRecording) -> tuple[str, str]:
    return known.fingerprint, known.recording.name


def new_entry(
    recording: Recording,
    folder: Path,
    keypoints: KeypointSet | None = None,
    imported: Imported | None = None,
) -> Entry:
    """A recording as it is opened first; reads a little of its audio.

    Parameters
    ----------
    recording : Recording
    folder : Path
    keypoints : KeypointSet, optional
        By default the 1-s grid, not aligned yet.
    imported : Imported, optional
        Where they come from. Times that differ from those of channel 0 stand until the
        person asks for the path. Its sidecar knows more than the table, if it is of this audio.

    Raises
    ------
    InputError
        If the audio cannot be read, or the sidecar has times past its end.
    """
    if keypoints is None:
        time_0_s = heard_grid(recording)
        end_s = recording.channels[1].duration_s
        keypoints = machine_keypoints(time_0_s, np.minimum(time_0_s, end_s))
    table = None if imported is None else ImportedTable.of(imported.path)
    known = identify(recording, folder, table)
    decided = None if imported is None else imported.decided.get(recording.name)
    if imported and decided and decided.fingerprint == known.fingerprint:
        check_times(decided.keypoints, recording, sidecar_path(imported.path))
        state = RecordingState.new(decided.keypoints, Basis(decided.basis))
        state = replace(state, sync=decided.sync)
    else:
        stands = imported is not None and bool(np.any(keypoints.offset_s != 0))
        state = RecordingState.new(keypoints, Basis.IMPORTED if stands else Basis.PATH)
    return Entry(known, state, imported)
