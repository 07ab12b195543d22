"""What is said of alignments that did not go as wished."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.base.background_runner import RunResult
from app.base.messages import Kind, Message, short_name, some_names
from app.session.entries import Entry
from app.session.session_model import SessionModel
from core.session import Basis


def failed(session: SessionModel, key: int, result: RunResult) -> Message:
    """A recording could not be aligned."""
    is_true = session.while_so(key, lambda entry: entry.problem == result.message)
    text = f"Not aligned. {result.message}"
    return Message(Kind.ERROR, text, details=result.details, is_true=is_true)


def cancelled(session: SessionModel, is_idle: Callable[[], bool]) -> Message:
    """The person stopped the aligner."""
    is_shown = session.selection.while_shown()
    text = "Alignment cancelled; nothing was changed."
    return Message(Kind.INFO, text, "align", is_true=lambda: is_shown() and is_idle())


def while_some_wait(session: SessionModel) -> Callable[[], bool]:
    """Whether a person has not decided on all keypoints of what is open now.

    What is said of that is dropped when it is over: a recording that is done is not asked again.
    """
    recordings = session.recordings
    left = list(recordings)

    def some_wait() -> bool:
        while left and _is_done(recordings[left[-1]]):
            left.pop()
        return bool(left)

    return some_wait


def _is_done(entry: Entry) -> bool:
    return entry.is_out or entry.reviewed == len(entry.keypoints)


def no_evidence(session: SessionModel, key: int, why: str, details: str) -> Message:
    """What a recording was aligned with cannot be opened now."""
    entry = session.recordings[key]
    is_so = session.while_so(key, lambda entry: entry.machine is None)
    is_shown = session.selection.while_shown()
    text = (
        f"{short_name(entry.recording.title)} stands as it was aligned, but no keypoint follows "
        f"your decisions until it is aligned again. {why}"
    )
    return Message(Kind.WARNING, text, "align", details, is_true=lambda: is_shown() and is_so())


def offer_to_compare(session: SessionModel, keys: Sequence[int]) -> Message:
    """Times of a table are shown, and nobody knows yet whether they are what is heard."""
    recordings = session.recordings
    tables = (recordings[key].known.imported for key in keys)
    names = dict.fromkeys(table.path.name for table in tables if table is not None)
    text = (
        f"These times come from {some_names(list(names))}; they stand until you decide otherwise."
    )
    is_so = session.while_so(keys[0], lambda entry: entry.run is None and not entry.reviewed)
    return Message(Kind.INFO, text, "compare", is_true=is_so)


def imported_stand(session: SessionModel, key: int) -> Message:
    """A recording with imported times has a path now; it is offered where it can be taken."""
    entry = session.recordings[key]
    stand = session.while_so(key, lambda entry: entry.basis is Basis.IMPORTED)
    text = "the imported times stand until you take the path."
    if entry is not session.current:
        name = short_name(entry.recording.title)
        return Message(Kind.INFO, f"{name}: aligned. {text.capitalize()}", is_true=stand)
    is_shown = session.selection.while_shown()
    return Message(
        Kind.INFO,
        f"Aligned. {text.capitalize()}",
        "take_alignment",
        is_true=lambda: is_shown() and stand(),
    )
