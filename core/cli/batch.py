"""Aligning many recordings: what is to be done, doing it, and what came of it."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from core.align.aligner import AlignOptions, align_steps
from core.align.alignment import Alignment, Progress
from core.align.decoding.prior import DriftPrior
from core.audio.recording import Recording, find_audio, open_recording
from core.cli.evidence import identity, opened_evidence, opened_here
from core.cli.outcome import Aligned, Failed, Outcome, summarise
from core.cli.processes import at_a_time, in_processes
from core.cli.report import Advance, note, warn
from core.cli.resume import Kept, key_of
from core.errors import InputError
from core.evidence.choice import EvidenceChoice
from core.evidence.learned import LearnedEvidence
from core.formats.biodcase import BiodcaseTable, check_names, check_times, read_csv
from core.formats.folder_tables import tables_of
from core.keypoints import KeypointSet
from core.memory import is_shortage, shortage


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

    @property
    def files(self) -> tuple[Path, ...]:
        """The one or two files of the recording."""
        return (self.path,) if self.path_1 is None else (self.path, self.path_1)


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
        in_tables = set(rows)
        rest = [name for name in files if name not in in_tables]
        rows += [name for name in rest for _ in range(len(files[name]))]
        spelled = {own: s for t in self.tables.values() for own, s in t.spelled.items()}
        chosen = {name: files[name] for name in dict.fromkeys(rows)}
        return BiodcaseTable(chosen, tuple(rows), spelled)


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
    jobs: list[Job] = []
    for path in paths:
        if not path.is_dir():
            jobs.append(Job(path))
        elif keypoints is not None:
            jobs += map(Job, find_audio(path))
        else:
            jobs += _folder(path, tables)
    jobs += [Job(*pair) for pair in pairs]
    if not jobs:
        raise InputError(
            "finchsync align", "nothing to align", "give files, folders or --pair FILE_0 FILE_1"
        )
    jobs = _distinct(jobs)
    if keypoints is not None:
        table = tables[keypoints] = _read(keypoints, [job.name for job in jobs])
        jobs = [replace(j, keypoints=table.files.get(j.name), table=keypoints) for j in jobs]
    return Batch(tuple(jobs), tables)


def run(
    batch: Batch,
    options: AlignOptions,
    choice: EvidenceChoice,
    processes: int,
    kept: Kept,
    advance: Advance,
    prior: DriftPrior | None = None,
) -> list[Outcome]:
    """Align every recording of a batch; a failure leaves the others alone.

    Parameters
    ----------
    batch : Batch
    options : AlignOptions
    choice : EvidenceChoice
        What to align with; every process opens its own.
    processes : int
        How many are aligned at a time, at least 1.
    kept : Kept
        Recordings that an earlier run finished; this run adds its own.
    advance : callable
        Told the share of the work that is done.
    prior : DriftPrior, optional
        The usual drift of the recorders.

    Returns
    -------
    list of Aligned or Failed
        In the order of the batch.

    Raises
    ------
    InputError
        Before any work, if the evidence cannot be opened.
    """
    tasks: list[_Task] = []
    done: dict[int, Outcome] = {}
    with opened_evidence(choice) as learned:
        for number, job in enumerate(batch.jobs):
            advance(0.0, f"looking at {number + 1} of {len(batch.jobs)}")
            ready = _prepare(job, options, prior, identity(learned, prior), kept)
            if isinstance(ready, _Task):
                tasks.append(ready)
            else:
                done[number] = ready
        bar = _Bar(advance, len(batch.jobs), [task.job for task in tasks])
        if processes == 1 or len(tasks) < 2:
            rest = _run_here(tasks, learned, bar)
        else:
            if learned is not None:
                learned.close()
            rest = _run_in_processes(tasks, choice, at_a_time(min(processes, len(tasks))), bar)
        return [done.get(number) or next(rest) for number in range(len(batch.jobs))]


def _folder(folder: Path, tables: dict[Path, BiodcaseTable]) -> list[Job]:
    """Recordings of a folder; those that its table leaves out get the challenge's grid."""
    audio = find_audio(folder)
    found = tables_of(folder)
    if found.unused:
        warn(f"{found.folder}: {found.unused}; --keypoints takes the one that is meant")
    path = found.table
    if path is None:
        return [Job(file) for file in audio]
    names = [file.name for file in audio]
    table = tables[path] = _read(path, names)
    check_names(table, names, path)
    return [
        Job(file, None, table.files[file.name], path) if file.name in table.files else Job(file)
        for file in audio
    ]


def _read(path: Path, names: Sequence[str]) -> BiodcaseTable:
    table = read_csv(path).for_recordings(names, path)
    for line in table.notes:
        note(line)
    return table


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


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    """A job whose recording is open and not yet aligned."""

    job: Job
    recording: Recording
    fingerprint: str
    options: AlignOptions
    prior: DriftPrior | None
    kept: Kept
    key: str


class _Bar:
    """The share of the work that is done; a long recording counts for more than a short one."""

    def __init__(self, advance: Advance, recordings: int, left: Sequence[Job]) -> None:
        self._advance = advance
        self._recordings = recordings
        self._done = recordings - len(left)
        self._sizes = {job.name: sum(map(_size, job.files)) for job in left}
        self._total = max(1, sum(self._sizes.values()))
        self._through = 0

    def within(self, job: Job, progress: Progress) -> None:
        """Some share of a recording is done."""
        through = self._through + progress.fraction * self._sizes[job.name]
        count = f"{self._done + 1} of {self._recordings}"
        self._advance(through / self._total, f"{count}: {progress.stage}, {job.name}")

    def finished(self, job: Job) -> None:
        """A recording is done."""
        self._through += self._sizes[job.name]
        self._done += 1
        self._advance(self._through / self._total, f"{self._done} of {self._recordings} done")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _prepare(
    job: Job, options: AlignOptions, prior: DriftPrior | None, evidence: str, kept: Kept
) -> _Task | Outcome:
    """Open a recording, or say why not, or what an earlier run made of it."""
    started_s = time.perf_counter()
    try:
        recording = _open(job)
        time_0_s = None if job.keypoints is None else job.keypoints.time_0_s
        fingerprint = recording.fingerprint()
        key = key_of(recording, time_0_s, options, evidence)
    except Exception as error:  # noqa: BLE001 (it must not cost the other recordings)
        return _failed(job, error, started_s)
    before = kept.load(key, job.name)
    if before is not None:
        return before.with_texts(job.keypoints)
    return _Task(job, recording, fingerprint, options, prior, kept, key)


def _open(job: Job) -> Recording:
    recording = open_recording(job.path, job.path_1)
    if job.table is not None:
        if job.keypoints is None:
            raise InputError(
                job.table, f"has no keypoints for {job.name}", "add them or give another table"
            )
        check_times(job.keypoints, recording, job.table)
    return recording


def _align_one(
    task: _Task,
    evidence: Callable[[], LearnedEvidence | None],
    progress: Callable[[Progress], None] = lambda _: None,
) -> Outcome:
    started_s = time.perf_counter()
    job = task.job
    time_0_s = None if job.keypoints is None else job.keypoints.time_0_s
    try:
        steps = align_steps(task.recording, time_0_s, task.options, evidence(), task.prior)
        for step in steps:
            if isinstance(step, Progress):
                progress(step)
            elif isinstance(step, Alignment):
                took_s = time.perf_counter() - started_s
                aligned = summarise(task.recording, step, took_s, task.fingerprint)
                task.kept.save(task.key, aligned)
                return aligned.with_texts(job.keypoints)
    except Exception as error:  # noqa: BLE001 (it must not cost the other recordings)
        return _failed(job, error, started_s)
    raise AssertionError("align_steps ends with an Alignment")


def _failed(job: Job, error: Exception, started_s: float) -> Failed:
    if not isinstance(error, InputError):
        error = shortage(job.path) if is_shortage(error) else _ours(job, error)
    return Failed(job.name, str(error), time.perf_counter() - started_s)


def _ours(job: Job, error: Exception) -> InputError:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return InputError(
        job.path,
        f"met a mistake in FinchSync ({type(error).__name__}: {error}, {place})",
        "report it with the output of 'finchsync doctor'",
    )


def _run_here(
    tasks: Sequence[_Task], learned: LearnedEvidence | None, bar: _Bar
) -> Iterator[Outcome]:
    for task in tasks:
        yield _align_one(task, lambda: learned, partial(bar.within, task.job))
        bar.finished(task.job)


def _run_in_processes(
    tasks: Sequence[_Task], choice: EvidenceChoice, processes: int, bar: _Bar
) -> Iterator[Outcome]:
    started_s = time.perf_counter()
    align = partial(_align_one, evidence=partial(opened_here, choice, processes))
    outcomes: dict[int, Outcome] = {}
    for number, outcome in in_processes(align, tasks, processes):
        job = tasks[number].job
        outcomes[number] = outcome or _died(job, time.perf_counter() - started_s)
        bar.finished(job)
    yield from (outcomes[number] for number in range(len(tasks)))


def _died(job: Job, seconds: float) -> Failed:
    error = InputError(
        job.path,
        "its process died twice, the second time alone",
        "see if the memory is enough; if it is, report it with the output of 'finchsync doctor'",
    )
    return Failed(job.name, str(error), seconds)
