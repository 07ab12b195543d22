"""Which session goes on when recordings are opened, and which others know them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from app.documents.opening import Opened, Skipped, ToPair
from app.session.entries import Entry
from app.session.session_places import SessionPlaces, folder_of
from core.session import EarlierWork, Whereabouts, find_earlier
from core.session.paths import is_there

Step = Opened | Skipped | ToPair

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """The session to open, and what is opened into it then.

    Parameters
    ----------
    session : Path
        Perhaps there is none yet.
    rest : iterator of Opened, Skipped or ToPair
        To be taken in the thread that it came from.
    moved_to : Path or None
        Where the audio of the session is now, if it is not where it was.
    note : str
        What to tell the person; empty for nothing.
    is_warning : bool
        Whether something is missing.
    """

    session: Path
    rest: Iterator[Step]
    moved_to: Path | None = None
    note: str = ""
    is_warning: bool = False


def place_steps(
    places: SessionPlaces, path: Path, work: Callable[[], Iterator[Step]]
) -> Iterator[Placed | Skipped | ToPair]:
    """Find the session of the folder that a path is in; runs in a worker thread.

    Where none is known by the folder, it is found by the audio: the folder was renamed or moved,
    or is opened by another way.

    Parameters
    ----------
    places : SessionPlaces
    path : Path
        The first of what is opened.
    work : callable
        Gives the steps of opening it.

    Yields
    ------
    Placed
        Once, if anything could be opened.
    Skipped, ToPair
        What is wrong, and what is to be paired, if nothing could.
    """
    steps = work()
    place, elsewhere = places.of(path), places.elsewhere(path)
    is_gone = elsewhere not in (None, place)
    if is_there(place) and not is_gone:
        yield Placed(place, steps)
        return
    first: list[Step] = []
    for step in steps:
        first.append(step)
        if isinstance(step, Opened):
            break
    else:
        yield from (step for step in first if not isinstance(step, Opened))
        return
    rest = chain(first, steps)
    entries = tuple(entry for step in first if isinstance(step, Opened) for entry in step.entries)
    goes_on = _that_goes_on(places, path, entries)
    placed = Placed(place, rest) if goes_on is None else _going_on(goes_on, path, entries, rest)
    if is_gone and elsewhere is not None and elsewhere.name != placed.session.name:
        note = (
            f"What was decided on {folder_of(path).name} is in {elsewhere}, which is not there "
            "now. It is shown without that; open that session once it is there again."
        )
        placed = replace(placed, note=note, is_warning=True)
    yield placed


def then_earlier(
    work: Callable[[], Iterable[object]], places: SessionPlaces, path: Path, current: Path | None
) -> Iterator[object]:
    """Open things, and look then which other sessions know them; runs in a worker thread.

    Parameters
    ----------
    work : callable
        Gives the steps.
    places : SessionPlaces
    path : Path
        What was opened.
    current : Path or None
        The session that is open.

    Yields
    ------
    object
        The steps, and an `EarlierWork` for each other session with decisions.
    """
    fingerprints: set[str] = set()
    for step in work():
        if isinstance(step, Opened):
            fingerprints.update(entry.known.fingerprint for entry in step.entries)
        yield step
    others = (place for place in places.all_for(path) if place != current)
    for earlier in find_earlier(others, fingerprints) if fingerprints else ():
        if any(earlier.reviewed.values()):
            yield earlier


def _that_goes_on(
    places: SessionPlaces, path: Path, entries: Sequence[Entry]
) -> EarlierWork | None:
    """Of the sessions whose only audio this is the one with the newest decisions."""
    opened = [entry.recording for entry in entries]
    prints = {entry.known.fingerprint for entry in entries}
    known = list(find_earlier(places.all_for(path), prints))
    for wanted in (Whereabouts.HERE, Whereabouts.MOVED):
        found = [earlier for earlier in known if earlier.whereabouts(opened) is wanted]
        if wanted is Whereabouts.MOVED:
            found = [earlier for earlier in found if earlier.has_decisions]
        if found:
            return max(found, key=lambda earlier: earlier.decided_at or _LONG_AGO)
    return None


def _going_on(
    earlier: EarlierWork,
    path: Path,
    entries: Sequence[Entry],
    rest: Iterator[Step],
) -> Placed:
    folder = folder_of(path)
    if earlier.whereabouts([entry.recording for entry in entries]) is Whereabouts.MOVED:
        before = earlier.known[next(iter(earlier.reviewed))].folder
        note = (
            f"The recordings of {folder.name} were in {before} before; what you decided on them "
            "goes on here."
        )
        return Placed(earlier.session, rest, folder, note)
    is_inside = earlier.session.parent == folder
    note = f"{earlier.session.name}, the session in this folder, goes on." if is_inside else ""
    return Placed(earlier.session, rest, note=note)
