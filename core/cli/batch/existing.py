"""What a run does with the results that are there: refuse, keep, replace or go on from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.audio.recording import open_sources
from core.cli.batch.jobs import Batch, Job
from core.errors import InputError
from core.formats.files.reading import read_whole
from core.formats.sidecar import Rows, SidecarRecording, is_result, read_sidecar

REFUSE, SKIP, OVERWRITE, MERGE = EXISTING = ("refuse", "skip", "overwrite", "merge")


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """The results of earlier runs, to which recordings are added.

    Parameters
    ----------
    content : bytes
        Of the table; empty if there is none.
    recordings : tuple of SidecarRecording
        As they are, decisions of a person among them.
    """

    content: bytes = b""
    recordings: tuple[SidecarRecording, ...] = ()

    @classmethod
    def at(cls, out: Path) -> Earlier:
        """What a table holds; nothing if it is not there.

        Raises
        ------
        InputError
            If it is not what a run of FinchSync left, or holds only a part of its recordings.
        """
        if not out.exists():
            return cls()
        sidecar = read_sidecar(out)
        if sidecar is None or not is_result(out):
            raise InputError(
                out, "is no table that FinchSync wrote as it is now", "choose another --out"
            )
        if sidecar.rows is not Rows.ALL:
            raise InputError(
                out, "was exported with a part of its keypoints", "choose another --out"
            )
        return cls(read_whole(out), tuple(sidecar.recordings.values()))

    def left_of(self, work: Batch) -> Batch:
        """The recordings of a run that are not there yet.

        Raises
        ------
        InputError
            If one is there that was made of other audio.
        """
        known = {each.name: each.fingerprint for each in self.recordings}
        return replace(work, jobs=tuple(job for job in work.jobs if not _is_known(job, known)))

    def table_with(self, new: bytes) -> bytes:
        """The table, and behind it the rows of another."""
        if not self.content:
            return new
        end = b"" if self.content.endswith(b"\n") else b"\n"
        return self.content + end + new.partition(b"\n")[2]

    def recordings_with(self, new: Sequence[SidecarRecording]) -> tuple[SidecarRecording, ...]:
        """Those that were there, and others."""
        return (*self.recordings, *new)


def _is_known(job: Job, known: dict[str, str]) -> bool:
    if job.name not in known:
        return False
    try:
        fingerprint = open_sources(job.sources).fingerprint()
    except InputError:
        # What cannot be read now has been aligned when it could.
        return True
    if known[job.name] not in ("", fingerprint):
        raise InputError(
            job.files[0],
            f"is other audio than the {job.name} that is in the table already",
            "choose another --out, or --existing overwrite",
        )
    return True
