"""Which keypoints of a recording leave, and what the sidecar says of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.align.alignment import Alignment
from core.audio.recording import Recording
from core.audio.sequences.gaps import Gaps
from core.formats.sidecar import Rows, SidecarRecording, Verdict
from core.keypoints import KeypointSet, Source
from core.known_map import KnownMap
from core.session.edits.state import Basis, RecordingState
from core.session.recordings import SessionRecording
from core.session.run import Run


def known_map_of(keypoints: KeypointSet, recording: Recording | None, rows: Rows) -> KnownMap:
    """What is known of a time map from keypoints that leave.

    Parameters
    ----------
    keypoints : KeypointSet
        All that something has set.
    recording : Recording or None
        None if nobody knows its audio: then both channels end with the last keypoint.
    rows : Rows
        Which leave.

    Raises
    ------
    InputError
        If a folder of consecutive files cannot be read.
    """
    if recording is None:
        return KnownMap.of(keypoints, *keypoints.ends_s, with_unreviewed=rows is Rows.ALL)
    return KnownMap.of(
        keypoints,
        *recording.durations_s,
        with_unreviewed=rows is Rows.ALL,
        gaps_s=Gaps.of(recording).spans_s,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Leaving:
    """A recording whose keypoints leave.

    Parameters
    ----------
    name : str
        As its table writes it.
    known : SessionRecording
    state : RecordingState
    run : Run or None
        When the aligner last ran, of whatever audio.
    verdict : Verdict or None
        What was said of the audio that is there.
    is_aligned : bool
        Whether something was aligned, even if no run tells of it.
    """

    name: str
    known: SessionRecording
    state: RecordingState
    run: Run | None = None
    verdict: Verdict | None = None
    is_aligned: bool = False

    @classmethod
    def of_session(cls, known: SessionRecording, state: RecordingState, run: Run | None) -> Leaving:
        """A recording as its session holds it."""
        is_of_it = run is not None and run.fingerprint == known.fingerprint
        verdict = verdict_of(run) if run is not None and is_of_it else None
        return cls(known.recording.name, known, state, run, verdict)

    @property
    def keypoints(self) -> KeypointSet:
        """All that there are."""
        return self.state.keypoints

    @property
    def durations_s(self) -> tuple[float, float]:
        """Length of channel 0 and 1, seconds."""
        return self.known.recording.durations_s

    @property
    def is_unset(self) -> NDArray[np.bool_]:
        """Which keypoints stand at channel 0's time because nothing has set them, shape (K,).

        Only a recording that was never aligned has any. They are no times to accept or to export.
        """
        keypoints = self.keypoints
        if self.is_aligned or self.run is not None or self.state.basis is not Basis.PATH:
            return np.zeros(len(keypoints), dtype=bool)
        by_machine = np.array([s is Source.MACHINE for s in keypoints.source], dtype=bool)
        stays = keypoints.time_1_s == np.minimum(keypoints.time_0_s, self.durations_s[1])
        return np.asarray(by_machine & stays & np.isnan(keypoints.confidence), dtype=bool)

    def known_map(self, rows: Rows) -> KnownMap:
        """What is known of the time map from the keypoints that leave."""
        return known_map_of(self.keypoints.kept(~self.is_unset), self.known.recording, rows)

    def asked_for(self, rows: Rows) -> NDArray[np.bool_]:
        """Which keypoints would leave, were they all set, shape (K,)."""
        keypoints = self.keypoints
        alignable = keypoints.is_alignable
        return alignable & keypoints.is_reviewed if rows is Rows.REVIEWED else alignable

    def chosen(self, rows: Rows) -> NDArray[np.bool_]:
        """Which keypoints leave, shape (K,)."""
        return self.asked_for(rows) & ~self.is_unset

    def sidecar(self, rows: Rows) -> SidecarRecording:
        """What the sidecar of a table says of the recording."""
        made = None if self.run is None else self.run.made
        imported = self.known.imported
        return SidecarRecording(
            self.name,
            self.known.fingerprint,
            self.keypoints,
            tuple(self.chosen(rows).tolist()),
            str(self.state.basis),
            None if imported is None else imported.path.name,
            None
            if made is None
            else {
                "finchsync": made.finchsync,
                "evidence": made.evidence,
                "model": made.model,
                "device": made.device,
                "settings": dict(made.settings),
                "started_at": made.started_at.isoformat(timespec="seconds"),
                "duration_s": round(made.duration_s, 3),
            },
            self.verdict,
            self.known.recording.labels,
            self.state.sync,
            self.known.recording.places,
        )


def verdict_of(said: Alignment | Verdict | Run) -> Verdict:
    """What was said of a recording as a whole, without what it was concluded from."""
    return Verdict(
        said.mean_confidence, said.tolerance_s, said.needs_review, said.alias, said.warnings
    )
