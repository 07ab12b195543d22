"""Aligning many recordings: what is to be done, doing it, and what came of it."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from core.align.aligner import AlignOptions, align_steps
from core.align.alignment import Alignment, Progress
from core.audio.recording import Recording, find_audio, open_recording
from core.cli.report import Advance
from core.errors import InputError
from core.formats.biodcase import BiodcaseTable, check_names, check_times, find_table, read_csv
from core.keypoints import KeypointSet


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One recording to align.

    Parameters
    ----------
    path : Path
        Stereo file, or mono file of channel 0.
    path_1 : Path or None
        Mono file of channel 1.
    keypoints : KeypointSet or None
        Imported keypoints, of which the channel-0 times count.
    table : Path or None
        The table they come from.
    """

    path: Path
    path_1: Path | None = None
    keypoints: KeypointSet | None = None
    table: Path | None = None

    @property
    def name(self) -> str:
        """File name as it stands in the table."""
        return self.path.name


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """A recording that could be aligned.

    Parameters
    ----------
    name : str
    keypoints : KeypointSet
    mean_confidence : float
    needs_review : bool
    notes : tuple of str
        What a person should know about the whole file.
    seconds : float
        Time it took.
    """

    name: str
    keypoints: KeypointSet
    mean_confidence: float
    needs_review: bool
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A recording that could not be aligned.

    Parameters
    ----------
    name : str
    error : str
        One line: what, where, what to do.
    seconds : float
        Time it took.
    """

    name: str
    error: str
    seconds: float


Outcome = Aligned | Failed


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """All recordings of one run.

    Parameters
    ----------
    jobs : tuple of Job
        With distinct names, in the order given.
    tables : mapping of Path to BiodcaseTable
        Imported tables by their path.
    """

    jobs: tuple[Job, ...]
    tables: Mapping[Path, BiodcaseTable]

    def result(self, aligned: Sequence[Aligned]) -> BiodcaseTable:
        """The table to write, its rows in the order of the imported tables."""
        files = {outcome.name: outcome.keypoints for outcome in aligned}
        rows = [name for table in self.tables.values() for name in table.rows if name in files]
        rest = [name for name in files if name not in set(rows)]
        rows += [name for name in rest for _ in range(len(files[name]))]
        return BiodcaseTable({name: files[name] for name in dict.fromkeys(rows)}, tuple(rows))


def collect(
    paths: Sequence[Path], pairs: Sequence[tuple[Path, Path]], keypoints: Path | None
) -> Batch:
    """Find the recordings and the keypoints that go with them.

    Parameters
    ----------
    paths : sequence of Path
        Stereo files, and folders in BioDCASE layout.
    pairs : sequence of two Path
        Mono files of channel 0 and channel 1.
    keypoints : Path, optional
        Table that goes before those in the folders.

    Raises
    ------
    InputError
        If there is nothing to align, a folder or table cannot be used, a table
        names a recording that its folder does not hold, or two recordings
        share a name.
    """
    tables: dict[Path, BiodcaseTable] = {}
    if keypoints is not None:
        tables[keypoints] = read_csv(keypoints)

    def from_table(path: Path, path_1: Path | None = None) -> Job:
        if keypoints is None:
            return Job(path, path_1)
        return Job(path, path_1, tables[keypoints].files.get(path.name), keypoints)

    jobs: list[Job] = []
    for path in paths:
        if not path.is_dir():
            jobs.append(from_table(path))
        elif keypoints is not None:
            jobs += map(from_table, find_audio(path))
        else:
            jobs += _folder(path, tables)
    jobs += [from_table(*pair) for pair in pairs]
    if not jobs:
        raise InputError(
            "finchsync align", "nothing to align", "give files, folders or --pair FILE_0 FILE_1"
        )
    return Batch(tuple(_distinct(jobs)), tables)


def run(batch: Batch, options: AlignOptions, processes: int, advance: Advance) -> list[Outcome]:
    """Align every recording of a batch; a failure leaves the others alone.

    Parameters
    ----------
    batch : Batch
    options : AlignOptions
    processes : int
        How many are aligned at a time, at least 1.
    advance : callable
        Told the share of the whole that is done.

    Returns
    -------
    list of Aligned or Failed
        In the order of the batch.
    """
    if processes == 1 or len(batch.jobs) == 1:
        return _run_here(batch.jobs, options, advance)
    return _run_in_processes(batch.jobs, options, min(processes, len(batch.jobs)), advance)


def _folder(folder: Path, tables: dict[Path, BiodcaseTable]) -> list[Job]:
    """Recordings of a folder; those that its table leaves out get the challenge's grid."""
    audio = find_audio(folder)
    path = find_table(folder)
    if path is None:
        return [Job(file) for file in audio]
    table = tables[path] = read_csv(path)
    check_names(table, (file.name for file in audio), path)
    return [
        Job(file, None, table.files[file.name], path) if file.name in table.files else Job(file)
        for file in audio
    ]


def _distinct(jobs: Sequence[Job]) -> list[Job]:
    by_name: dict[str, Job] = {}
    for job in jobs:
        other = by_name.setdefault(job.name, job)
        if other.path.resolve() != job.path.resolve():
            raise InputError(
                job.path,
                f"has the same name as {other.path}, and the table knows files by name",
                "rename one or align them apart",
            )
    return list(by_name.values())


def _open(job: Job) -> Recording:
    recording = open_recording(job.path, job.path_1)
    if job.table is not None:
        if job.keypoints is None:
            raise InputError(
                job.table, f"has no keypoints for {job.name}", "add them or give another table"
            )
        check_times(job.keypoints, recording, job.table)
    return recording


def _aligned(job: Job, alignment: Alignment, started_s: float) -> Aligned:
    keypoints = alignment.keypoints
    if job.keypoints is not None:
        keypoints = replace(keypoints, time_0_text=job.keypoints.time_0_text)
    return Aligned(
        job.name,
        keypoints,
        alignment.mean_confidence,
        alignment.needs_review,
        alignment.warnings,
        time.perf_counter() - started_s,
    )


def _align_one(job: Job, options: AlignOptions, advance: Advance = lambda *_: None) -> Outcome:
    started_s = time.perf_counter()
    try:
        recording = _open(job)
        time_0_s = None if job.keypoints is None else job.keypoints.time_0_s
        for step in align_steps(recording, time_0_s, options):
            if isinstance(step, Progress):
                advance(step.fraction, f"{step.stage}, {job.name}")
            elif isinstance(step, Alignment):
                return _aligned(job, step, started_s)
    except InputError as error:
        return Failed(job.name, str(error), time.perf_counter() - started_s)
    raise AssertionError("align_steps ends with an Alignment")


def _run_here(jobs: Sequence[Job], options: AlignOptions, advance: Advance) -> list[Outcome]:
    def part(number: int) -> Advance:
        count = f"{number + 1} of {len(jobs)}"
        return lambda share, step: advance((number + share) / len(jobs), f"{count}: {step}")

    return [_align_one(job, options, part(number)) for number, job in enumerate(jobs)]


def _run_in_processes(
    jobs: Sequence[Job], options: AlignOptions, processes: int, advance: Advance
) -> list[Outcome]:
    started_s = time.perf_counter()
    outcomes: dict[int, Outcome] = {}
    with _pool(processes) as pool:
        futures = {pool.submit(_align_one, job, options): i for i, job in enumerate(jobs)}
        for future in as_completed(futures):
            job = jobs[futures[future]]
            try:
                outcome = future.result()
            except BrokenProcessPool:
                lost = InputError(
                    job.path, "its process was ended from outside", "try again with fewer --jobs"
                )
                outcome = Failed(job.name, str(lost), time.perf_counter() - started_s)
            outcomes[futures[future]] = outcome
            advance(len(outcomes) / len(jobs), f"{len(outcomes)} of {len(jobs)} done")
    return [outcomes[i] for i in range(len(jobs))]


@contextmanager
def _pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that leave Ctrl-C to this one, and start nothing new after it."""
    pool = ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
