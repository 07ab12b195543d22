"""Keeping the frames of all recordings of a collection: what is there already is not made again."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, pairwise
from pathlib import Path

from core.align.alignment import Progress
from core.errors import InputError
from core.find.collection import Collection, Searched
from core.find.frames import FrameEncoder
from core.find.index import SUFFIX, Label, RecordingFrames, open_frames, read_label, write_frames
from core.formats.files.atomic import check_writable, make_folder
from core.processes.engine import Engine, results_of
from core.steps import part_of, reported


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """The frames of a collection, mapped into memory.

    Parameters
    ----------
    collection : Collection
    frames : tuple of RecordingFrames
        One a recording, in their order.
    notes : tuple of str
        What was left out or made again, and why, a sentence each.
    folder : Path
        Where they are kept.
    """

    collection: Collection
    frames: tuple[RecordingFrames, ...]
    notes: tuple[str, ...]
    folder: Path


def is_indexed(collection: Collection, encoder: FrameEncoder, folder: Path | None = None) -> bool:
    """Whether the frames of all recordings are there; arguments as for `indexed`."""
    folder = folder or collection.index_folder
    labels = _labels(folder)
    return all(_path(folder, each, encoder) in labels for each in collection.recordings)


def indexed(
    collection: Collection,
    encoder: FrameEncoder,
    folder: Path | None = None,
    engine: Engine | None = None,
) -> Generator[Progress, None, Index]:
    """Open the frames of a collection; what is missing or of no use is made.

    Stopped, it goes on with the recording that it was at.

    Parameters
    ----------
    collection : Collection
    encoder : FrameEncoder
    folder : Path, optional
        Where they are kept; by default `Collection.index_folder`.
    engine : Engine, optional
        What makes frames of several recordings at a time.

    Yields
    ------
    Progress

    Returns
    -------
    Index
        Without recordings whose audio cannot be read.

    Raises
    ------
    InputError
        If the folder cannot be written, or no recording can be read.
    """
    folder = folder or collection.index_folder
    labels, notes = _labels(folder), list(collection.notes)
    missing: dict[Path, Searched] = {}
    for each in collection.recordings:
        path = _path(folder, each, encoder)
        if path not in labels:
            notes += _why_again(each, path, labels)
            make_folder(folder)
            check_writable(path, overwrite=True)
            missing[path] = each
    made = yield from results_of(
        partial(_made, encoder),
        _tasks(missing),
        engine,
        lambda done: Progress(f"{done} of {len(missing)} indexed", done / len(missing)),
    )
    gave_up = engine.gave_up if engine else ""
    why_not = {
        path: gave_up if why is None else why for path, why in zip(missing, made, strict=True)
    }
    found: list[tuple[Searched, RecordingFrames]] = []
    for each in collection.recordings:
        path = _path(folder, each, encoder)
        why = why_not.get(path, "")
        if why == "":
            found.append((each, open_frames(path)))
        else:
            notes.append(f"{each.name}: left out, {why}")
    if not found:
        raise InputError(collection.place, "has no recording that can be read", "see its notes")
    kept = Collection(collection.place, tuple(each for each, _ in found), collection.notes)
    return Index(kept, tuple(frames for _, frames in found), tuple(notes), folder)


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    """A recording to index.

    Parameters
    ----------
    searched : Searched
    path : Path
        Of its frames.
    start, end : float
        Shares of all work that are done before and after it.
    """

    searched: Searched
    path: Path
    start: float
    end: float


def _tasks(missing: Mapping[Path, Searched]) -> list[_Task]:
    lengths_s = [sum(each.recording.durations_s) for each in missing.values()]
    ends = list(accumulate(lengths_s, initial=0.0))
    shares = [end_s / ends[-1] for end_s in ends] if missing else []
    return [
        _Task(each, path, *span)
        for (path, each), span in zip(missing.items(), pairwise(shares), strict=True)
    ]


def _made(encoder: FrameEncoder, task: _Task) -> Generator[Progress, None, str]:
    """Make the frames of a recording; returns why it cannot be read, empty where it can."""
    each, stage = task.searched, f"indexing {task.searched.name}"
    yield Progress(stage, task.start)
    frames = write_frames(task.path.parent, each.recording, each.fingerprint, encoder)
    try:
        yield from reported(part_of(frames, task.start, task.end), partial(Progress, stage))
    except InputError as error:
        if error.where == str(task.path):
            raise
        return error.what
    return ""


def _path(folder: Path, each: Searched, encoder: FrameEncoder) -> Path:
    return folder / f"{each.fingerprint}-{encoder.digest}{SUFFIX}"


def _labels(folder: Path) -> dict[Path, Label]:
    """Files of frames that can be used; others count as not being there."""
    labels: dict[Path, Label] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            label = read_label(path)
        except InputError:
            continue
        if label.file_name == path.name:
            labels[path] = label
    return labels


def _why_again(each: Searched, wanted: Path, labels: dict[Path, Label]) -> list[str]:
    """Why a recording is indexed that was indexed before; what is of no use any more goes."""
    if wanted.exists():
        return [f"{each.name}: its index was damaged or cut short and is made again"]
    same = [(p, x) for p, x in labels.items() if x.files == each.recording.labels]
    changed = [path for path, label in same if label.fingerprint != each.fingerprint]
    for path in changed:
        path.unlink(missing_ok=True)
        del labels[path]
    if changed:
        return [f"{each.name}: its audio has changed since it was indexed; it is indexed again"]
    if any(wanted.parent.glob(f"{each.fingerprint}-*{SUFFIX}")):
        return [f"{each.name}: its index was made with another model and is made again"]
    return []
