"""Aligned audio of recordings: what there is, and the writing of it, a file each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.audio.recording import Recording
from core.errors import InputError
from core.formats.aligned_audio import (
    AlignedAudio,
    refuse_originals,
    silences,
    write_aligned_audio,
)
from core.formats.files.atomic import make_folder
from core.formats.sidecar import Rows
from core.known_map import KnownMap
from core.session import Leaving
from core.steps import part_of


@dataclass(frozen=True, slots=True, eq=False)
class AudioPart:
    """What would go out of one recording.

    Parameters
    ----------
    name : str
        That no other recording has.
    recording : Recording
    asked : AlignedAudio
    """

    name: str
    recording: Recording
    asked: AlignedAudio

    @property
    def known_s(self) -> float:
        """In how much of it channel 1 is known, seconds."""
        known_s = self.asked.known.known_s
        return float((known_s[:, 1] - known_s[:, 0]).sum())


@dataclass(frozen=True, slots=True, eq=False)
class AudioOffer:
    """What would go out.

    Parameters
    ----------
    parts : tuple of AudioPart
        Recordings of which something is known.
    notes : tuple of str
        Where channel 1 is silent and why, and of which recordings nothing is known.
    """

    parts: tuple[AudioPart, ...]
    notes: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return not self.parts

    @property
    def said(self) -> str:
        """How much it is, a sentence."""
        if self.is_empty:
            return "Nothing is reviewed yet: accept or correct keypoints first."
        known_s = sum(part.known_s for part in self.parts)
        total_s = sum(part.recording.duration_s for part in self.parts)
        of = f"{len(self.parts):,} recordings: channel" if len(self.parts) > 1 else "Channel"
        return f"{of} 1 is known in {known_s:,.1f} of {total_s:,.1f} s."


@dataclass(frozen=True, slots=True)
class AudioFiles:
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
    leaving: Sequence[Leaving], ask: Callable[[KnownMap], AlignedAudio], *, with_unreviewed: bool
) -> Iterator[AudioOffer]:
    """Look at what is known of recordings; in a worker's thread, since a day has many keypoints.

    Parameters
    ----------
    leaving : sequence of Leaving
        With names that tell them apart.
    ask : callable
        Says how what is known is to be written.
    with_unreviewed : bool
        Whether keypoints count that nobody decided on.
    """
    rows = Rows.ALL if with_unreviewed else Rows.REVIEWED
    looked = [AudioPart(x.name, x.known.recording, ask(x.known_map(rows))) for x in leaving]
    parts = [part for part in looked if not part.asked.known.is_empty]
    notes = [f"{part.name}: left out, nothing of it is reviewed" for part in looked]
    notes = [note for note, part in zip(notes, looked, strict=True) if part not in parts]
    for part in parts:
        before = f"{part.name}: " if len(looked) > 1 else ""
        notes += [f"{before}{note}" for note in silences(part.recording, part.asked)]
    yield AudioOffer(tuple(parts), tuple(notes))


def audio_steps(
    offer: AudioOffer, places: Sequence[Path], *, overwrite: bool
) -> Iterator[float | AudioFiles]:
    """Write it; what cannot be written is named, and stops nothing else.

    Parameters
    ----------
    offer : AudioOffer
    places : sequence of Path
        One for each of its parts.
    overwrite : bool
        Whether existing files may be replaced.

    Yields
    ------
    float
        Share of all that is done.
    AudioFiles
        What is written, after every file.

    Raises
    ------
    InputError
        If nothing could be written: the reason of the first.
    """
    originals = [part.recording for part in offer.parts]
    done: list[Path] = []
    failed: list[InputError] = []
    notes: list[str] = []
    count = len(offer.parts)
    if count > 1:
        make_folder(places[0].parent)
    for number, (part, place) in enumerate(zip(offer.parts, places, strict=True)):
        try:
            refuse_originals(place, originals)
            writing = write_aligned_audio(place, part.recording, part.asked, overwrite=overwrite)
            with closing(part_of(writing, number / count, (number + 1) / count)) as steps:
                written = yield from steps
        except InputError as error:
            failed.append(error)
            continue
        done.append(place)
        notes += [f"{place.name}: {note}" if count > 1 else note for note in written.notes]
        yield AudioFiles(
            f"Written to {place}, at {written.rate_hz:,} Hz."
            if count == 1
            else f"{len(done):,} of {count:,} files are written to {place.parent}.",
            (*(f"Not written: {error}" for error in failed), *notes),
        )
    if not done:
        raise failed[0]
    if failed:
        yield AudioFiles(
            f"{len(done):,} of {count:,} files are written to {done[0].parent}, "
            f"{len(failed):,} could not be.",
            (*(f"Not written: {error}" for error in failed), *notes),
        )
