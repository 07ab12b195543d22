"""Keeping the frames of all recordings of a collection: what is there already is not made again."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from core.align.alignment import Progress
from core.errors import InputError
from core.find.collection import Collection, Searched
from core.find.frames import FrameEncoder
from core.find.index import SUFFIX, Label, RecordingFrames, open_frames, read_label, write_frames
from core.formats.files.atomic import check_writable, make_folder


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
    """

    collection: Collection
    frames: tuple[RecordingFrames, ...]
    notes: tuple[str, ...]


def is_indexed(collection: Collection, encoder: FrameEncoder, folder: Path | None = None) -> bool:
    """Whether the frames of all recordings are there; arguments as for `indexed`."""
    folder = folder or collection.index_folder
    labels = _labels(folder)
    return all(_path(folder, each, encoder) in labels for each in collection.recordings)


def indexed(
    collection: Collection, encoder: FrameEncoder, folder: Path | None = None
) -> Generator[Progress, None, Index]:
    """Open the frames of a collection; what is missing or of no use is made.

    Stopped, it goes on with the recording that it was at.

    Parameters
    ----------
    collection : Collection
    encoder : FrameEncoder
    folder : Path, optional
        Where they are kept; by default `Collection.index_folder`.

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
    found: list[tuple[Searched, RecordingFrames]] = []
    total_s = sum(sum(each.recording.durations_s) for each in collection.recordings)
    done_s = 0.0
    for each in collection.recordings:
        own_s = sum(each.recording.durations_s)
        stage = f"indexing {each.name}"
        yield Progress(stage, done_s / total_s)
        path = _path(folder, each, encoder)
        if path not in labels:
            notes += _why_again(each, encoder, labels, cut_short=path.exists())
            make_folder(folder)
            check_writable(path, overwrite=True)
            try:
                steps = write_frames(folder, each.recording, each.fingerprint, encoder)
                for share in steps:
                    yield Progress(stage, (done_s + share * own_s) / total_s)
            except InputError as error:
                if error.where == str(path):
                    raise
                notes.append(f"{each.name}: left out, {error.what}")
                total_s -= own_s
                continue
        found.append((each, open_frames(path)))
        done_s += own_s
    if not found:
        raise InputError(collection.place, "has no recording that can be read", "see its notes")
    kept = Collection(collection.place, tuple(each for each, _ in found), collection.notes)
    return Index(kept, tuple(frames for _, frames in found), tuple(notes))


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


def _why_again(
    each: Searched, encoder: FrameEncoder, labels: dict[Path, Label], *, cut_short: bool
) -> list[str]:
    """Why a recording is indexed that was indexed before; what is of no use any more goes."""
    if cut_short:
        return [f"{each.name}: its index was cut short and is made again"]
    same = [(p, x) for p, x in labels.items() if x.files == each.recording.labels]
    changed = [path for path, label in same if label.fingerprint != each.fingerprint]
    for path in changed:
        path.unlink(missing_ok=True)
        del labels[path]
    if changed:
        return [f"{each.name}: its audio has changed since it was indexed; it is indexed again"]
    if any(label.digest != encoder.digest for _, label in same):
        return [f"{each.name}: its index was made with another model and is made again"]
    return []
