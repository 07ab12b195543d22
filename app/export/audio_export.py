"""Aligned audio of a recording: what there is, and the writing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.audio.recording import Recording
from core.formats.aligned_audio import AlignedAudio, silences, write_aligned_audio
from core.formats.sidecar import Rows
from core.known_map import KnownMap
from core.session import Leaving


@dataclass(frozen=True, slots=True, eq=False)
class AudioOffer:
    """What would go out.

    Parameters
    ----------
    recording : Recording
    asked : AlignedAudio
    notes : tuple of str
        Where channel 1 is silent, and why.
    """

    recording: Recording
    asked: AlignedAudio
    notes: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return self.asked.known.is_empty

    @property
    def said(self) -> str:
        """How much it is, a sentence."""
        if self.is_empty:
            return "Nothing is reviewed yet: accept or correct keypoints first."
        known_s = self.asked.known.known_s
        total_s = float((known_s[:, 1] - known_s[:, 0]).sum())
        return f"Channel 1 is known in {total_s:,.1f} of {self.recording.duration_s:,.1f} s."


@dataclass(frozen=True, slots=True)
class AudioFile:
    """What went out.

    Parameters
    ----------
    said : str
        What is where, a sentence.
    notes : tuple of str
    """

    said: str
    notes: tuple[str, ...]


def audio_offer_steps(
    leaving: Leaving, ask: Callable[[KnownMap], AlignedAudio], *, with_unreviewed: bool
) -> Iterator[AudioOffer]:
    """Look at what is known of a recording; in a worker's thread, since a day has many keypoints.

    Parameters
    ----------
    leaving : Leaving
    ask : callable
        Says how what is known is to be written.
    with_unreviewed : bool
        Whether keypoints count that nobody decided on.
    """
    known = leaving.known_map(Rows.ALL if with_unreviewed else Rows.REVIEWED)
    recording, asked = leaving.known.recording, ask(known)
    yield AudioOffer(recording, asked, silences(recording, asked))


def audio_steps(offer: AudioOffer, path: Path, *, overwrite: bool) -> Iterator[float | AudioFile]:
    """Write it, whole or not at all; yields the share of it that is written."""
    written = yield from write_aligned_audio(
        path, offer.recording, offer.asked, overwrite=overwrite
    )
    yield AudioFile(f"Written to {written.path}, at {written.rate_hz:,} Hz.", written.notes)
