"""The recordings of a session or folder that are searched, and what is known of their clocks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.audio.recording import Recording, names_apart, open_sources
from core.errors import InputError
from core.formats.files.names import name_key
from core.formats.folder_recordings import recordings_in
from core.formats.sidecar import Rows
from core.formats.tables.folder_tables import tables_of
from core.formats.tables.reviewed import TableRecording, read_reviewed
from core.known_map import KnownMap
from core.session import Located, Place, locate, read_snapshot
from core.session.kept import SESSION_SUFFIX
from core.session.leaving import Leaving, known_map_of


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """A recording that is searched.

    Parameters
    ----------
    name : str
    recording : Recording
    fingerprint : str
        Of its audio.
    known : KnownMap or None
        What is known of its time map; None if it was never aligned.
    """

    name: str
    recording: Recording
    fingerprint: str
    known: KnownMap | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """What is searched.

    Parameters
    ----------
    place : Path
        The session or folder.
    recordings : tuple of Searched
    notes : tuple of str
        What was left out, a sentence each.
    """

    place: Path
    recordings: tuple[Searched, ...]
    notes: tuple[str, ...] = ()

    @property
    def index_folder(self) -> Path:
        """Where the frames of its recordings are kept: beside the session, or in the folder."""
        if self.place.is_dir():
            return self.place / "finchsync.frames"
        return self.place.with_suffix(".frames")

    def named(self, text: str) -> tuple[int, int | None]:
        """The recording that a person means, and the channel if a file tells it.

        Parameters
        ----------
        text : str
            Its name, or that or the path of one of its files.

        Raises
        ------
        InputError
            If none or several are called so.
        """
        wanted = name_key(Path(text).name)
        found: list[tuple[int, int | None]] = []
        for number, each in enumerate(self.recordings):
            files = [path.name for path in each.recording.paths]
            channels = [c for c, name in enumerate(files) if name_key(name) == wanted]
            if text == each.name:
                found = [(number, None)]
                break
            if channels:
                found.append((number, channels[0] if len(files) > 1 else None))
            elif wanted == name_key(each.name):
                found.append((number, None))
        if len(found) != 1:
            names = ", ".join(each.name for each in self.recordings[:5])
            what = f"holds no recording {text!r}" if not found else f"holds several {text!r}"
            more = ", …" if len(self.recordings) > 5 else ""
            raise InputError(self.place, what, f"give one of {names}{more}")
        return found[0]


def collection_of(place: Path) -> Collection:
    """The recordings of a session file or of a folder in BioDCASE layout.

    Parameters
    ----------
    place : Path

    Returns
    -------
    Collection

    Raises
    ------
    InputError
        If it cannot be read, or holds no recording that can.
    """
    if place.is_dir():
        found = _of_folder(place)
    elif place.suffix == SESSION_SUFFIX:
        found = _of_session(place)
    else:
        raise InputError(place, "is neither a session nor a folder", "give one of them")
    if not found.recordings:
        why = f": {found.notes[0]}" if found.notes else ""
        raise InputError(place, f"holds no recording that can be searched{why}", "add some")
    return found


def _of_session(place: Path) -> Collection:
    session = read_snapshot(place)
    there = {k: known for k, known in session.recordings.items() if not session.states[k].is_out}
    names = dict(zip(there, names_apart([x.recording for x in there.values()]), strict=True))
    found, notes = [], []
    for located in locate(there):
        if not isinstance(located, Located):
            continue
        key, known = located.recording, located.known
        if located.place not in (Place.FOUND, Place.MOVED):
            notes.append(f"{names[key]}: left out, {located.problem}")
            continue
        run = session.runs[key][1] if key in session.runs else None
        leaving = Leaving.of_session(known, session.states[key], run)
        is_set = bool((~leaving.is_unset).any())
        known_map = leaving.known_map(Rows.ALL) if is_set else None
        found.append(Searched(names[key], known.recording, known.fingerprint, known_map))
    return Collection(place, tuple(found), tuple(notes))


def _of_folder(place: Path) -> Collection:
    tables = tables_of(place, takes_result=True)
    sources = recordings_in(place, tables.table, tables.pair_lists)
    keypoints: Mapping[str, TableRecording] = {}
    with suppress(InputError):
        keypoints = read_reviewed(place).recordings
    found, notes = [], []
    for each in sources:
        try:
            recording = open_sources(each)
            fingerprint = recording.fingerprint()
        except InputError as error:
            notes.append(f"{each.own_name}: left out, {error.what}")
            continue
        table = keypoints.get(each.own_name)
        known = None
        if table is not None and len(table.keypoints):
            if table.fingerprint in ("", fingerprint):
                known = known_map_of(table.keypoints, recording, Rows.ALL)
            else:
                notes.append(f"{each.own_name}: has changed since its keypoints were made")
        found.append(Searched(each.own_name, recording, fingerprint, known))
    return Collection(place, tuple(found), tuple(notes))
