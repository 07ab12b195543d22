"""The share of a run that one of several machines has."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core import __version__
from core.audio.recording import open_sources
from core.cli.batch.jobs import Batch, Job
from core.cli.batch.outcome import Aligned, Failed
from core.cli.terminal.report import Advance
from core.formats.parts import NotAligned, Part, Shard, spans
from core.formats.tables.biodcase import BiodcaseTable, row_bytes
from core.plain_text import one_line


@dataclass(frozen=True, slots=True)
class Share:
    """Which shard of which run.

    Parameters
    ----------
    shard : Shard
    run : str
        Digest of all recordings and of what they are aligned with.
    """

    shard: Shard
    run: str

    def part(
        self,
        work: Batch,
        table: BiodcaseTable,
        aligned: Sequence[Aligned],
        failed: Sequence[Failed],
    ) -> Part:
        """What the sidecar says of the place of a table in the whole.

        Parameters
        ----------
        work : Batch
            Of the shard.
        table : BiodcaseTable
            Of `aligned`.
        aligned : sequence of Aligned
            In the order of the sidecar.
        failed : sequence of Failed
        """
        places = {job.name: job.place for job in work.jobs}
        at = (place for place, _ in work.placed_rows(aligned))
        return Part(
            self.shard,
            self.run,
            spans([*zip(at, row_bytes(table), strict=True)]),
            tuple((places[each.name], each.name) for each in aligned),
            tuple(
                NotAligned(places[each.name], one_line(each.name), one_line(each.error))
                for each in failed
            ),
        )


def share_of(work: Batch, shard: Shard, made_with: object, advance: Advance) -> tuple[Batch, Share]:
    """The recordings of a shard: each is in one, whatever the order in which they are named.

    The longest is dealt out first, each to the shard that has the least so far. What cannot be
    opened has no length; the shard that gets it says why.

    Parameters
    ----------
    work : Batch
        The whole run.
    shard : Shard
    made_with : object
        Whatever else results depend on; its `repr` counts.
    advance : callable
        Told how many have been looked at.

    Returns
    -------
    Batch
        Of the shard, in the order of the whole.
    Share
    """
    lengths = []
    for number, job in enumerate(work.jobs, 1):
        lengths.append((-_length_s(job), job.name))
        advance(number / len(work.jobs), f"{number} of {len(work.jobs)}")
    lengths.sort()
    loads = [(0.0, number) for number in range(1, shard.of + 1)]
    chosen = set()
    for length, name in lengths:
        load, number = heapq.heappop(loads)
        heapq.heappush(loads, (load - length, number))
        if number == shard.number:
            chosen.add(name)
    asked = sorted((job.name, len(job.keypoints or ()), len(job.sync)) for job in work.jobs)
    what = repr((__version__, shard.of, lengths, asked, made_with))
    run = hashlib.blake2b(what.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
    jobs = tuple(job for job in work.jobs if job.name in chosen)
    return replace(work, jobs=jobs), Share(shard, run)


def _length_s(job: Job) -> float:
    """Seconds of both sides by their headers."""
    try:
        return sum(open_sources(job.sources).durations_s)
    except Exception:  # noqa: BLE001 (it must not cost the other recordings)
        return 0.0
