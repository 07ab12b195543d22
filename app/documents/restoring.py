"""Opens a saved session: from the file to recordings on screen; runs in a worker thread."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.documents.opening import Opened, Skipped, ToPair
from app.session.entries import Entry, Imported
from core.align.alignment import Progress
from core.errors import InputError
from core.formats.tables.biodcase import END_SLACK_S, read_csv
from core.session import ImportedTable, Located, Place, Session, SessionRecording, locate

_SAFE = "Your keypoints are safe; File > Find audio… says where it is now."
_OR_OTHER = (
    "Your keypoints are safe: say where their audio is, or use what is there now in its place."
)


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
    """Recordings by key whose audio was found again.

    Parameters
    ----------
    found : mapping of int to SessionRecording
    is_other : bool
        Whether it is other audio that was found in its place.
    """

    found: Mapping[int, SessionRecording]
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """Recordings whose audio is not there as it was, in a sentence.

    Parameters
    ----------
    text, details : str
        The first of them, and all.
    has_other : bool
        Whether other audio lies in the place of some.
    """

    text: str
    details: str
    has_other: bool


def reopen_steps(
    session: Session, then: Iterable[Opened | Skipped | ToPair] = (), moved_to: Path | None = None
) -> Iterator[Progress | Restored | Opened | Lost | Skipped | ToPair]:
    """Restore a session, then open more into it.

    Parameters
    ----------
    session : Session
    then : iterable of Opened, Skipped or ToPair
    moved_to : Path, optional
        Where else audio may be, with all folders inside.

    Yields
    ------
    Progress
    Restored
        Once.
    Opened
    Lost
        What is missing or has changed.
    Skipped
        What could not be opened.
    ToPair
        As it comes.
    """
    yield from _restore(session, () if moved_to is None else (moved_to,))
    yield from then


def find_steps(
    lost: Mapping[int, SessionRecording], folder: Path
) -> Iterator[Progress | Relocated | Lost]:
    """Look in a folder and all inside for recordings, given by key.

    Yields
    ------
    Progress
    Relocated
        Once, if any was found.
    Lost
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
    left = [w for w in located if w.recording not in found]
    if left:
        yield _told([w.problem for w in left], has_other=any(map(_has_other, left)))


def other_steps(
    entries: Mapping[int, Entry], open_now: Collection[tuple[str, str]]
) -> Iterator[Progress | Relocated | Lost]:
    """Look what lies now in the place of recordings, for use instead.

    Parameters
    ----------
    entries : mapping of int to Entry
        By key.
    open_now : collection of (str, str)
        Identities of what is open; no two recordings can have the same audio.

    Yields
    ------
    Progress
    Relocated
        Once, if any can be used.
    Lost
        Which cannot.
    """
    found: dict[int, SessionRecording] = {}
    problems: list[str] = []
    for step in locate({key: entry.known for key, entry in entries.items()}):
        if not isinstance(step, Located):
            yield step
        elif not step.is_readable:
            problems.append(step.problem)
        elif problem := _unfit(step.known, entries[step.recording], open_now):
            problems.append(problem)
        else:
            found[step.recording] = step.known
    if found:
        yield Relocated(found, is_other=True)
    if problems:
        yield _told(problems, has_other=False)


def _has_other(where: Located) -> bool:
    return where.place is Place.CHANGED and where.is_readable


def _unfit(known: SessionRecording, entry: Entry, open_now: Collection[tuple[str, str]]) -> str:
    """Why keypoints cannot be put on other audio; empty if they can."""
    name = known.recording.name
    if (known.fingerprint, name) in open_now:
        return f"what lies in the place of {name} is open as a recording of its own"
    columns = entry.keypoints.time_0_s, entry.keypoints.time_1_s
    for source, times_s in zip(known.recording.channels, columns, strict=True):
        last_s = float(times_s.max(initial=0.0))
        if last_s > source.duration_s + END_SLACK_S:
            return (
                f"{source.path} ends at {source.duration_s:g} s, and its last keypoint is at "
                f"{last_s:g} s; open it as a recording of its own"
            )
    return ""


def _restore(
    session: Session, folders: Sequence[Path]
) -> Iterator[Progress | Restored | Lost | Skipped]:
    located: dict[int, Located] = {}
    for step in locate(session.recordings, folders):
        if isinstance(step, Located):
            located[step.recording] = step
        else:
            yield step
    lost = [w for w in located.values() if w.problem and not session.states[w.recording].is_out]
    problems: list[str] = []
    names = [known.recording.name for known in session.recordings.values()]
    tables: dict[Path, Imported | None] = {}
    entries = []
    for key in session.recordings:
        where = located[key]
        known = where.known if where.place is Place.MOVED else session.recordings[key]
        _number, run = session.runs.get(key, (0, None))
        table = _table(known.imported, names, tables, problems)
        other = where.known if _has_other(where) else None
        state = session.states[key]
        entries.append(Entry(known, state, table, run, lost=where.problem, other=other))
    moved = {key: w.known for key, w in located.items() if w.place is Place.MOVED}
    yield Restored(session, tuple(entries), moved)
    if problems:
        yield Skipped(f"{problems[0]}. Its keypoints stand as they were.", "\n".join(problems))
    if lost:
        yield _told([where.problem for where in lost], has_other=any(map(_has_other, lost)))


def _table(
    known: ImportedTable | None,
    names: Sequence[str],
    tables: dict[Path, Imported | None],
    problems: list[str],
) -> Imported | None:
    """The CSV as it was imported, or None if it is not the same any more."""
    if known is None:
        return None
    if known.path not in tables:
        tables[known.path] = None
        try:
            if ImportedTable.of(known.path).fingerprint == known.fingerprint:
                table = read_csv(known.path).for_recordings(names, known.path)
                tables[known.path] = Imported(known.path, table)
            else:
                problems.append(f"{known.path} has changed since its keypoints were imported")
        except InputError as error:
            problems.append(str(error).rstrip("."))
    return tables[known.path]


def _told(problems: Sequence[str], *, has_other: bool) -> Lost:
    what = problems[0].rstrip(".")
    if len(problems) > 1:
        what = f"{len(problems)} files of this session are not as they were; the first: {what}"
    text = f"{what}. {_OR_OTHER if has_other else _SAFE}"
    return Lost(text, "\n".join(problems), has_other)
