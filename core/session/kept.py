"""Keypoints of recordings as a session or a table holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.audio.recording import Recording, names_apart, open_recording
from core.errors import InputError
from core.formats.files.names import name_key
from core.formats.folder_recordings import audio_beside, sources_of
from core.formats.keypoint_labels import CHANNELS, keypoints_of, partner_of
from core.formats.registry import label_format, read_labels
from core.formats.sidecar import Rows, SidecarRecording
from core.formats.tables.keypoint_rows import why_no_table
from core.formats.tables.reviewed import TableRecording, read_reviewed
from core.keypoints import KeypointSet
from core.known_map import KnownMap
from core.session.database.earlier import read_snapshot
from core.session.edits.state import Basis
from core.session.leaving import Leaving, known_map_of
from core.session.locate import Located, Place, locate
from core.sync_points import SyncPoints

SESSION_SUFFIX = ".finchsync"


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A recording and its keypoints.

    Parameters
    ----------
    name : str
        As the table writes it, or the session calls it.
    keypoints : KeypointSet
        All of them that something has set.
    recording : Recording or None
        Its audio, where a session last knew it or a table has it beside it; None if nobody knows.
    fingerprint : str
        Of the audio that the keypoints are of; empty if nobody knows.
    sync : SyncPoints
    leaving : Leaving or None
        What else a session knows of it.
    why_no_audio : str
        What is in the way of its audio, where a table has none.
    files : tuple of str
    places : tuple of Path
        What a table's sidecar says of its audio, as `core.formats.sidecar.SidecarRecording`.
    """

    name: str
    keypoints: KeypointSet
    recording: Recording | None
    fingerprint: str = ""
    sync: SyncPoints = field(default_factory=SyncPoints.none)
    leaving: Leaving | None = None
    why_no_audio: str = "labels do not tell whose they are"
    files: tuple[str, ...] = ()
    places: tuple[Path, ...] = ()

    @property
    def durations_s(self) -> tuple[float, float] | None:
        """Length of channel 0 and 1, seconds; None if nobody knows."""
        return None if self.recording is None else self.recording.durations_s

    @property
    def file_names(self) -> tuple[str, ...]:
        """What its files are called, as far as anybody knows, and it itself."""
        paths = () if self.recording is None else self.recording.paths
        return tuple(dict.fromkeys((*self.files, *(path.name for path in paths), self.name)))

    def known_map(self, rows: Rows) -> KnownMap:
        """What is known of its time map from the keypoints that leave."""
        return known_map_of(self.keypoints, self.recording, rows)

    def audio(self) -> Recording:
        """Its audio, wherever it is now.

        Raises
        ------
        InputError
            If it is not there, cannot be read, or has changed since.
        """
        if self.leaving is not None:
            found = next(x for x in locate({0: self.leaving.known}) if isinstance(x, Located))
            if found.place not in (Place.FOUND, Place.MOVED):
                raise InputError(self.name, f"cannot be read: {found.problem}", "put it back")
            return found.known.recording
        if self.recording is None:
            fix = "put the table and the audio into one folder"
            raise InputError(self.name, self.why_no_audio, fix)
        if self.fingerprint not in ("", self.recording.fingerprint()):
            what = "its audio has changed since it was aligned"
            raise InputError(self.name, what, "align it again")
        return self.recording

    def sidecar(self, rows: Rows) -> SidecarRecording:
        """What the sidecar of a table says of the recording."""
        if self.leaving is not None:
            return self.leaving.sidecar(rows)
        wanted = _wanted(self.keypoints, rows)
        return SidecarRecording(
            self.name,
            self.fingerprint,
            self.keypoints,
            tuple(wanted.tolist()),
            str(Basis.IMPORTED),
            files=self.files if self.recording is None else self.recording.labels,
            sync=self.sync,
            places=self.places if self.recording is None else self.recording.places,
        )

    def chosen(self, rows: Rows) -> KeypointSet:
        """The keypoints that leave."""
        return self.keypoints.kept(_wanted(self.keypoints, rows))


def read_kept(path: Path) -> tuple[tuple[Kept, ...], tuple[str, ...]]:
    """The recordings of a session, of a table or the folder of one, or of keypoints as labels.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of Kept
        Recordings that were taken out of the session are left out, and those in which nothing
        was ever set.
    tuple of str
        What was taken for granted, a sentence each.

    Raises
    ------
    InputError
        If it cannot be read, or holds no keypoints.
    """
    if path.is_dir():
        found, notes = _of_table(path)
    elif path.suffix == SESSION_SUFFIX:
        found, notes = _of_session(path)
    elif (as_labels := _of_labels(path)) is not None:
        found, notes = as_labels
    else:
        found, notes = _of_table(path)
    if not found:
        raise InputError(path, "holds no keypoints that anything has set", "align first")
    return found, notes


def the_one(found: Sequence[Kept], name: str | None, likely: Path, where: Path) -> Kept:
    """The recording that is meant.

    Parameters
    ----------
    found : sequence of Kept
    name : str, optional
        As a person gave it.
    likely : Path
        A file whose name begins as that of the recording, if nobody named it.
    where : Path
        The session or table, for the message.

    Raises
    ------
    InputError
        If it cannot be told.
    """
    if name is not None:
        spelled = [each for each in found if name_key(each.name) == name_key(name)]
        meant = [each for each in found if each.name == name] or spelled
    elif len(found) == 1:
        meant = list(found)
    else:
        begins = [each for each in found if _begins(name_key(likely.name), each)]
        longest = max((len(each.name) for each in begins), default=0)
        meant = [each for each in begins if len(each.name) == longest]
    if len(meant) != 1:
        names = ", ".join(each.name for each in found[:5]) + (", …" if len(found) > 5 else "")
        what = (
            f"holds no recording {name!r}"
            if name
            else f"does not say which is that of {likely.name}"
        )
        raise InputError(where, what, f"give --recording with one of {names}")
    return meant[0]


def _wanted(keypoints: KeypointSet, rows: Rows) -> NDArray[np.bool_]:
    alignable = keypoints.is_alignable
    return alignable & keypoints.is_reviewed if rows is Rows.REVIEWED else alignable


def _begins(name: str, kept: Kept) -> bool:
    """Whether a name is that of a recording, with another ending: Raven adds words to it."""
    stem = Path(name_key(kept.name)).stem
    return name.startswith(stem) and not name[len(stem) :][:1].isalnum()


def _of_session(path: Path) -> tuple[tuple[Kept, ...], tuple[str, ...]]:
    session = read_snapshot(path)
    found = []
    there = {k: known for k, known in session.recordings.items() if not session.states[k].is_out}
    names = names_apart([known.recording for known in there.values()])
    for (key, known), name in zip(there.items(), names, strict=True):
        state = session.states[key]
        run = session.runs[key][1] if key in session.runs else None
        leaving = replace(Leaving.of_session(known, state, run), name=name)
        keypoints = state.keypoints.kept(~leaving.is_unset)
        if len(keypoints):
            found.append(
                Kept(
                    *(leaving.name, keypoints, known.recording, known.fingerprint),
                    *(state.sync, leaving),
                )
            )
    return tuple(found), ()


def _of_labels(path: Path) -> tuple[tuple[Kept, ...], tuple[str, ...]] | None:
    """Keypoints that left as labels of both channels; None if a file is something else."""
    if why_no_table(path) is None or label_format(path) is None:
        return None
    _, labels = read_labels(path)
    partner = partner_of(path)
    if partner is not None:
        _, others = read_labels(partner)
        tiers = (
            replace(each.tiers[0], name=name)
            for name, each in zip(CHANNELS, (labels, others), strict=True)
        )
        labels = replace(labels, tiers=tuple(tiers))
    keypoints = keypoints_of(labels)
    if keypoints is None:
        what = (
            f"holds labels, and no keypoints: these are numbered, in tiers {' and '.join(CHANNELS)}"
        )
        raise InputError(path, what, "give a session or a table of keypoints")
    return (Kept(path.stem, keypoints, None),), labels.notes


def _of_table(path: Path) -> tuple[tuple[Kept, ...], tuple[str, ...]]:
    table = read_reviewed(path)
    audio = audio_beside(table.path)
    found = tuple(
        _kept(name, each, audio, table.path.parent) for name, each in table.recordings.items()
    )
    return found, table.notes


def _kept(name: str, each: TableRecording, audio: Mapping[str, Path], folder: Path) -> Kept:
    """With the audio beside its table, or why there is none."""
    recording, why = None, ""
    try:
        recording = opened_beside(each, audio)
    except KeyError:
        why = f"its audio is not beside the table ({' and '.join(each.files)} in {folder})"
        if each.places:
            was = " and ".join(map(str, each.places))
            why = f"its audio is neither where it was ({was}) nor beside the table"
    except InputError as error:
        why = f"its audio is of no use ({error.where} {error.what})"
    return Kept(
        *(name, each.keypoints, recording, each.fingerprint, each.sync),
        why_no_audio=why,
        files=each.files,
        places=each.places,
    )


def opened_beside(recording: TableRecording, audio: Mapping[str, Path]) -> Recording:
    """The audio of a recording of a table.

    Parameters
    ----------
    recording : TableRecording
    audio : mapping of str to Path
        As of `audio_beside`.

    Raises
    ------
    KeyError
        Naming the file that is not there.
    InputError
        If it cannot be opened.
    """
    return open_recording(*sources_of(recording.files, recording.places, audio))
