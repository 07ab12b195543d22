"""Sessions and folders in, what a person corrected out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from core.errors import InputError
from core.formats.folder_recordings import audio_beside
from core.formats.tables.reviewed import ReviewedTable, read_reviewed
from core.learn.corrections import Corrected, Corrections
from core.session import Basis, Located, Place, Session, locate, read_snapshot
from core.session.kept import SESSION_SUFFIX, opened_beside


def read_corrections(paths: Sequence[Path], *, include_imported: bool) -> Corrections:
    """What a person corrected in sessions and folders, pooled.

    Parameters
    ----------
    paths : sequence of Path
        Session files, folders in BioDCASE layout, tables.
    include_imported : bool
        Whether times that came from elsewhere count as reviewed.

    Returns
    -------
    Corrections
        Of audio that is in several of them, that with most keypoints.

    Raises
    ------
    InputError
        If one of them cannot be read.
    """
    found: list[Corrected] = []
    notes: list[str] = []
    for path in dict.fromkeys(path.resolve() for path in paths):
        if path.suffix == SESSION_SUFFIX and not path.is_dir():
            some = of_session(read_snapshot(path), include_imported=include_imported)
        else:
            some = _of_table(read_reviewed(path), include_imported=include_imported)
        found += some.recordings
        notes += some.notes
    return pooled(found, notes)


def pooled(recordings: Iterable[Corrected], notes: Iterable[str] = ()) -> Corrections:
    """Corrections of several places, each audio once: where most of its keypoints are settled.

    Parameters
    ----------
    recordings : iterable of Corrected
    notes : iterable of str
        What is known already of what was left out.

    Returns
    -------
    Corrections
    """
    most: dict[str, Corrected] = {}
    told = list(notes)
    for each in recordings:
        other = most.setdefault(each.fingerprint, each)
        if other is not each:
            told.append(f"{each.recording.name}: there twice, the one with most keypoints counts")
            if len(each.keypoints) > len(other.keypoints):
                most[each.fingerprint] = each
    return Corrections(tuple(most.values()), tuple(told))


def of_session(session: Session, *, include_imported: bool) -> Corrections:
    """What a person corrected in a session.

    Parameters
    ----------
    session : Session
    include_imported : bool
        As in `read_corrections`.

    Returns
    -------
    Corrections
        Recordings whose audio is lost or was changed are named in its notes.
    """
    wanted = {}
    for key, state in session.states.items():
        counts_all = include_imported and state.basis is Basis.IMPORTED
        kept = state.keypoints.settled(with_unreviewed=counts_all)
        if len(kept) and not state.is_out:
            wanted[key] = kept
    found, notes = [], []
    for located in locate({key: session.recordings[key] for key in wanted}):
        if not isinstance(located, Located):
            continue
        known = located.known
        if located.place in (Place.FOUND, Place.MOVED):
            kept = wanted[located.recording]
            is_imported = session.states[located.recording].basis is Basis.IMPORTED
            found.append(Corrected(known.recording, known.fingerprint, kept, is_imported))
        else:
            notes.append(f"{known.recording.name}: left out, {located.problem}")
    return Corrections(tuple(found), tuple(notes))


def _of_table(table: ReviewedTable, *, include_imported: bool) -> Corrections:
    """What a person corrected in a table, the audio of which lies in its folder."""
    if not table.is_ours and not include_imported:
        raise InputError(
            table.path,
            "came from elsewhere, and nobody knows who set its times",
            "add --include-imported if a person did",
        )
    audio = audio_beside(table.path)
    found, notes = [], list(table.notes)
    for name, each in table.recordings.items():
        kept = each.keypoints.settled(with_unreviewed=include_imported and each.is_imported)
        if not len(kept):
            continue
        try:
            recording = opened_beside(each, audio)
            fingerprint = recording.fingerprint()
        except KeyError as missing:
            notes.append(
                f"{name}: left out, {missing} is neither where it was nor beside {table.path.name}"
            )
        except InputError as error:
            notes.append(f"{name}: left out, {error.what}")
        else:
            if each.fingerprint in ("", fingerprint):
                found.append(Corrected(recording, fingerprint, kept, each.is_imported))
            else:
                notes.append(f"{name}: left out, its audio has changed since it was reviewed")
    return Corrections(tuple(found), tuple(notes))
