"""Aligning the recordings of a batch, here or in several processes."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from core.align.aligner import AlignOptions, align_steps
from core.align.alignment import Alignment, Progress
from core.align.decoding.prior import DriftPrior
from core.align.limits import BEST_LINES
from core.align.pins import realign
from core.align.tuning import Tuning
from core.audio.recording import Recording, open_sources
from core.cli.batch.jobs import Batch, Job
from core.cli.batch.outcome import Failed, Outcome, summarise
from core.cli.batch.resume import Kept, key_of
from core.cli.evidence import close_all, identity, opened_evidence, opened_here
from core.cli.terminal.report import Advance
from core.errors import InputError
from core.evidence.choice import EvidenceChoice
from core.evidence.learned import Networks
from core.formats.tables.biodcase import check_times
from core.formats.tables.sync_table import check_ends
from core.memory import is_shortage, shortage
from core.model.model import Model
from core.processes.engine import Engine
from core.steps import result_of


def align_all(
    batch: Batch,
    options: AlignOptions,
    choice: EvidenceChoice,
    engine: Engine | None,
    kept: Kept,
    advance: Advance,
    prior: DriftPrior | None = None,
    model: Model | None = None,
    *,
    exactly: bool = False,
) -> list[Outcome]:
    """Align every recording of a batch; a failure leaves the others alone.

    Parameters
    ----------
    batch : Batch
    options : AlignOptions
    choice : EvidenceChoice
        What to align with; every process opens its own.
    engine : Engine or None
        What aligns several at a time; without one it is done here, one after the other.
    kept : Kept
        Recordings that an earlier run finished; this run adds its own.
    advance : callable
        Told the share of the work that is done.
    prior : DriftPrior, optional
        The usual drift of the recorders.
    model : Model, optional
        What was learned of the evidence; its own prior does not count here.
    exactly : bool
        Whether the best lines of the chosen network, BEATs, are scored to the sample.

    Returns
    -------
    list of Aligned or Failed
        In the order of the batch.

    Raises
    ------
    InputError
        Before any work, if the evidence cannot be opened, or the model is for another.
    """
    known = _Known(options, prior, model, exactly)
    tasks: list[_Task] = []
    done: dict[int, Outcome] = {}
    with opened_evidence(choice) as learned:
        if model is not None:
            model.refuse_others(learned, f"the model {model.name}")
        made_with = identity(learned, prior, known.tuning)
        for number, job in enumerate(batch.jobs):
            advance(0.0, f"looking at {number + 1} of {len(batch.jobs)}")
            ready = _prepare(job, known, made_with, kept)
            if isinstance(ready, _Task):
                tasks.append(ready)
            else:
                done[number] = ready
        bar = _Bar(advance, len(batch.jobs), [task.job for task in tasks])
        if engine is None or len(tasks) < 2:
            rest = _run_here(tasks, learned, bar)
        else:
            close_all(learned)
            rest = _run_elsewhere(tasks, choice, engine, bar)
        return [done.get(number) or next(rest) for number in range(len(batch.jobs))]


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """How all recordings are aligned."""

    options: AlignOptions
    prior: DriftPrior | None
    model: Model | None
    exactly: bool

    @property
    def tuning(self) -> Tuning | None:
        return None if self.model is None else self.model.tuning

    def heard_by(self, learned: Networks) -> Networks:
        return learned if self.model is None else self.model.adapted(learned)


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    """A job whose recording is open and not yet aligned."""

    job: Job
    recording: Recording
    fingerprint: str
    known: _Known
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


def _prepare(job: Job, known: _Known, evidence: str, kept: Kept) -> _Task | Outcome:
    """Open a recording, or say why not, or what an earlier run made of it."""
    started_s = time.perf_counter()
    try:
        recording = _open(job)
        time_0_s = None if job.keypoints is None else job.keypoints.time_0_s
        fingerprint = recording.fingerprint()
        asked = f"{evidence} exact" if known.exactly else evidence
        options = known.options.at_spacing(recording.spacing_m)
        key = key_of(recording, time_0_s, options, asked, job.sync)
    except Exception as error:  # noqa: BLE001 (it must not cost the other recordings)
        return _failed(job, error, started_s)
    before = kept.load(key, job.name)
    if before is not None:
        return before.with_texts(job.keypoints)
    return _Task(job, recording, fingerprint, replace(known, options=options), kept, key)


def _open(job: Job) -> Recording:
    recording = open_sources(job.sources)
    first, second = recording.channels
    check_ends(job.sync, (first.duration_s, second.duration_s), job.name)
    if job.table is not None:
        if job.keypoints is None:
            raise InputError(
                job.table, f"has no keypoints for {job.name}", "add them or give another table"
            )
        check_times(job.keypoints, recording, job.table)
    return recording


def _align_one(
    task: _Task,
    evidence: Callable[[], Networks],
    progress: Callable[[Progress], None] = lambda _: None,
) -> Outcome:
    started_s = time.perf_counter()
    job, known = task.job, task.known
    time_0_s = None if job.keypoints is None else job.keypoints.time_0_s
    try:
        learned = known.heard_by(evidence())
        steps = align_steps(
            *(task.recording, time_0_s, known.options, learned, known.prior, known.tuning),
            job.sync,
        )
        for step in steps:
            if isinstance(step, Progress):
                progress(step)
            elif isinstance(step, Alignment):
                found = _with_exact_lines(task, learned, step) if known.exactly else step
                found = realign(found, found.keypoints, sync=job.sync)
                took_s = time.perf_counter() - started_s
                aligned = summarise(
                    task.recording, found, took_s, task.fingerprint, exactly=known.exactly
                )
                task.kept.save(task.key, aligned)
                return aligned.with_texts(job.keypoints)
    except Exception as error:  # noqa: BLE001 (it must not cost the other recordings)
        return _failed(job, error, started_s)
    raise AssertionError("align_steps ends with an Alignment")


def _with_exact_lines(task: _Task, learned: Networks, alignment: Alignment) -> Alignment:
    from core.nets.exact_lines import rank_exactly
    from core.nets.pair_evidence import PairEvidence

    chosen, by_model = learned[-1], alignment.by_model
    assert isinstance(chosen, PairEvidence)
    assert by_model is not None
    time_0_s = np.sort(alignment.keypoints.time_0_s)
    steps = rank_exactly(chosen, task.recording, by_model, time_0_s, BEST_LINES)
    return replace(alignment, by_model=result_of(steps))


def _failed(job: Job, error: Exception, started_s: float) -> Failed:
    if not isinstance(error, InputError):
        error = shortage(job.files[0]) if is_shortage(error) else _ours(job, error)
    return Failed(job.name, str(error), time.perf_counter() - started_s)


def _ours(job: Job, error: Exception) -> InputError:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return InputError(
        job.files[0],
        f"met a mistake in FinchSync ({type(error).__name__}: {error}, {place})",
        "report it with the output of 'finchsync doctor'",
    )


def _run_here(tasks: Sequence[_Task], learned: Networks, bar: _Bar) -> Iterator[Outcome]:
    for task in tasks:
        outcome = _align_one(task, lambda: learned, partial(bar.within, task.job))
        bar.finished(task.job)
        yield outcome


def _run_elsewhere(
    tasks: Sequence[_Task], choice: EvidenceChoice, engine: Engine, bar: _Bar
) -> Iterator[Outcome]:
    started_s = time.perf_counter()
    beside = min(engine.side_by_side, len(tasks))
    align = partial(_align_one, evidence=partial(opened_here, choice, beside))
    outcomes: dict[int, Outcome] = {}
    for number, outcome in engine(align, tasks):
        job = tasks[number].job
        outcomes[number] = outcome or _died(job, engine, time.perf_counter() - started_s)
        bar.finished(job)
    yield from (outcomes[number] for number in range(len(tasks)))


def _died(job: Job, engine: Engine, seconds: float) -> Failed:
    error = InputError(
        job.files[0],
        engine.gave_up,
        "see if the memory is enough; if it is, report it with the output of 'finchsync doctor'",
    )
    return Failed(job.name, str(error), seconds)
