"""Recordings with known keypoints: what is learned from, and what is measured on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.audio.folder import find_audio
from core.audio.recording import open_recording
from core.errors import InputError
from core.formats.files.names import match_names
from core.formats.tables.biodcase import check_names, check_times
from core.formats.tables.reviewed import read_reviewed
from core.keypoints import KeypointSet
from core.nets.clips import CLIP_S, ChannelClips, ReadClips


@dataclass(frozen=True, slots=True, eq=False)
class LabelledRecording:
    """A recording and its true keypoints.

    Parameters
    ----------
    name : str
        File name, as in the table.
    clips : tuple of two ReadClips or ChannelClips
        Both channels at 16 kHz.
    truth : KeypointSet
    """

    name: str
    clips: tuple[ReadClips | ChannelClips, ReadClips | ChannelClips]
    truth: KeypointSet

    @property
    def duration_s(self) -> tuple[float, float]:
        """Lengths of both channels, seconds."""
        return self.clips[0].duration_s, self.clips[1].duration_s

    def usable(self) -> NDArray[np.intp]:
        """Keypoints to learn from, shape (U,): whole clips, and none cut off at an end.

        Tables move keypoints that lie outside channel 1 to its ends; these, and
        repeated ones, show no moment that both channels heard.
        """
        time_0_s, time_1_s = self.truth.time_0_s, self.truth.time_1_s
        longest_0_s, longest_1_s = self.duration_s
        fits = (time_0_s + CLIP_S <= longest_0_s) & (time_1_s + CLIP_S <= longest_1_s)
        alone = np.ones(len(time_0_s), dtype=bool)
        for times_s in (time_0_s, time_1_s):
            same = np.diff(times_s) <= 0
            alone[1:] &= ~same
            alone[:-1] &= ~same
        return np.flatnonzero(fits & alone & (time_1_s > 0))


def read_labelled(
    folder: Path,
    table: Path | None = None,
    *,
    takes_unreviewed: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[LabelledRecording, ...]:
    """The recordings of a folder in BioDCASE layout that its table knows; sound is read later.

    Parameters
    ----------
    folder : Path
        With ``audio/`` and ``annotations.csv``.
    table : Path, optional
        By default as `core.formats.tables.reviewed.read_reviewed` finds it.
    takes_unreviewed : bool
        Whether keypoints of a table that FinchSync wrote count although nobody reviewed them.
    tell : callable
        Is told which table was read, and what was left out.

    Returns
    -------
    tuple of LabelledRecording
        In the order of their names.

    Raises
    ------
    InputError
        If there is no folder, audio or table, the table names a file that is not
        there or times past its end, or nothing in it can be learned from.
    """
    audio = {path.name: path for path in find_audio(folder)}
    read = read_reviewed(table or folder)
    for line in (*read.notes, f"keypoints come from {read.path}"):
        tell(line)
    files = [file for each in read.recordings.values() for file in each.files]
    ours = match_names(files, audio, read.path)
    check_names((ours.get(file, file) for file in files), audio, read.path)
    found, unreviewed = [], 0
    for each in read.recordings.values():
        paths = [audio[ours[file]] for file in each.files]
        counts_all = takes_unreviewed or not read.is_ours
        truth = each.keypoints.settled(with_unreviewed=counts_all)
        unreviewed += int(each.keypoints.is_alignable.sum()) - len(truth)
        if not len(truth):
            continue
        recording = open_recording(*paths)
        check_times(truth, recording, read.path)
        content = recording.fingerprint()
        clips = ReadClips(recording, 0, content), ReadClips(recording, 1, content)
        found.append(LabelledRecording(recording.name, clips, truth))
    if unreviewed and not found:
        raise InputError(
            read.path,
            "holds nothing but keypoints that nobody reviewed: what a machine guessed is no truth",
            "review them, or add --include-unreviewed",
        )
    if unreviewed:
        tell(f"{unreviewed} keypoints were not reviewed and are left out (--include-unreviewed)")
    if not any(len(recording.usable()) for recording in found):
        raise InputError(
            read.path,
            "has no keypoint with a second of sound after it on both channels",
            "give longer recordings or more keypoints",
        )
    return tuple(sorted(found, key=lambda recording: recording.name))


def digest(recordings: Sequence[LabelledRecording]) -> str:
    """Of names, audio and keypoints: 32 hexadecimal digits."""
    found = hashlib.blake2b(digest_size=16)
    for recording in recordings:
        found.update(f"{recording.name};{recording.clips[0].fingerprint};".encode())
        found.update(recording.truth.time_0_s.tobytes() + recording.truth.time_1_s.tobytes())
    return found.hexdigest()
