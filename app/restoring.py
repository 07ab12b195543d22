"""From a session that was read to recordings on the screen; runs in a worker thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.entries import Entry, Imported
from app.opening import Opened, Skipped, open_paths
from core.align.alignment import Progress
from core.errors import InputError
from core.formats.biodcase import read_csv
from core.session import ImportedTable, Located, Place, Session, SessionRecording, locate

_SAFE = "Your keypoints are safe; File > Find audio… says where it is now."


@dataclass(frozen=True, slots=True, eq=False)
class Restored:
    """A session with all that is shown of it.

    Parameters
    ----------
    session : Session
    entries : tuple of Entry
        One for each of its recordings, in their order.
    moved : mapping of int to SessionRecording
        By key, recordings whose audio was found somewhere else.
    """

    session: Session
    entries: tuple[Entry, ...]
    moved: Mapping[int, SessionRecording]


@dataclass(frozen=True, slots=True, eq=False)
class Relocated:
    """Recordings by key whose audio was found again."""

    found: Mapping[int, SessionRecording]


def reopen_steps(
    session: Session, paths: Sequence[Path]
) -> Iterator[Progress | Restored | Opened | Skipped]:
    """Restore a session, then open paths into it; errors as in `open_paths`.

    Yields
    ------
    Progress
    Restored
        Once.
    Opened
        Recordings of `paths`.
    Skipped
        What is missing, has changed or could not be opened.
    """
    yield from _restore(session)
    if paths:
        yield from open_paths(paths)


def find_steps(
    lost: Mapping[int, SessionRecording], folder: Path
) -> Iterator[Progress | Relocated | Skipped]:
    """Look in a folder and all inside for recordings, given by key.

    Yields
    ------
    Progress
    Relocated
        Once, if any was found.
    Skipped
        Which were not.
    """
    located: list[Located] = []
    for step in locate(lost, (folder,)):
        if isinstance(step, Located):
            located.append(step)
        else:
            yield step
    found = {w.recording: w.known for w in located if w.place in (Place.FOUND, Place.MOVED)}
    if found:
        yield Relocated(found)
    left = [where.problem for where in located if where.recording not in found]
    if left:
        yield _told(left)


def _restore(session: Session) -> Iterator[Progress | Restored | Skipped]:
    located: dict[int, Located] = {}
    for step in locate(session.recordings):
        if isinstance(step, Located):
            located[step.recording] = step
        else:
            yield step
    problems = [where.problem for where in located.values() if where.problem]
    tables: dict[Path, Imported | None] = {}
    entries = []
    for key in session.recordings:
        where = located[key]
        known = where.known if where.place is Place.MOVED else session.recordings[key]
        _number, run = session.runs.get(key, (0, None))
        table = _table(known.imported, tables, problems)
        entries.append(Entry(known, session.states[key], table, run, lost=where.problem))
    moved = {key: w.known for key, w in located.items() if w.place is Place.MOVED}
    yield Restored(session, tuple(entries), moved)
    if problems:
        yield _told(problems)


def _table(
    known: ImportedTable | None, tables: dict[Path, Imported | None], problems: list[str]
) -> Imported | None:
    """The CSV as it was imported, or None if it is not the same any more."""
    if known is None:
        return None
    if known.path not in tables:
        tables[known.path] = None
        try:
            if ImportedTable.of(known.path).fingerprint == known.fingerprint:
                tables[known.path] = Imported(known.path, read_csv(known.path))
            else:
                problems.append(f"{known.path} has changed since its keypoints were imported")
        except InputError as error:
            problems.append(str(error))
    return tables[known.path]


def _told(problems: Sequence[str]) -> Skipped:
    if len(problems) == 1:
        text = f"{problems[0]}. {_SAFE}"
        return Skipped(text, problems[0], "find_audio")
    text = (
        f"{len(problems)} files of this session are not as they were; the first: {problems[0]}. "
        f"{_SAFE}"
    )
    return Skipped(text, "\n".join(problems), "find_audio")
