"""What a run of ``align`` leaves: the table with its sidecar, and the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from core import __version__
from core.align.aligner import AlignOptions
from core.audio.recording import open_sources
from core.cli.batch.jobs import Batch, Job
from core.cli.batch.outcome import Aligned
from core.cli.terminal.report import json_text
from core.errors import InputError
from core.formats.atomic import check_writable, write_files, write_whole
from core.formats.biodcase import BiodcaseTable, csv_bytes
from core.formats.registry import KeypointExport, format_named
from core.formats.sidecar import (
    REPORT_FORMAT,
    Rows,
    SidecarRecording,
    Verdict,
    about_table,
    refuse_foreign,
    sidecar_path,
    write_table,
)


def check_places(out: Path, report: Path | None, *, overwrite: bool) -> None:
    """Refuse places that cannot be written, before any work is done for them.

    Raises
    ------
    InputError
        As `check_writable`, or if one would take the place of another or of some other
        program's file.
    """
    check_writable(out, overwrite=overwrite)
    refuse_foreign(out)
    beside = sidecar_path(out)
    for place in filter(None, (beside, report)):
        check_writable(place, overwrite=overwrite)
    if report and report.resolve() == out.resolve():
        raise InputError(report, "is where the table goes", "choose another name for --report")


def by_file_path(out: Path) -> Path:
    """Where the keypoints of sequences go by their files, beside the table."""
    return out.with_name(f"{out.stem}.by-file.csv")


def protect_inputs(
    out: Path,
    report: Path | None,
    work: Batch,
    known: Sequence[Path | None],
    *,
    overwrite: bool,
) -> None:
    """Refuse to write over what is read, prior and model among it; raises InputError.

    So it does where keypoints of sequences cannot be written.
    """
    if work.has_sequences:
        check_writable(by_file_path(out), overwrite=overwrite)
    inputs = [*known, *work.tables, *(path for job in work.jobs for path in job.files)]
    read = {path.resolve() for path in inputs if path}
    for name, place in (("--out", out), ("--out", sidecar_path(out)), ("--report", report)):
        if place and place.resolve() in read:
            raise InputError(
                place, "is one of the files to be read", f"choose another name for {name}"
            )


def write_result(
    out: Path,
    report: Path | None,
    work: Batch,
    aligned: Sequence[Aligned],
    options: AlignOptions,
    *,
    overwrite: bool,
) -> dict[str, object]:
    """Write the table and its sidecar, which makes it known as a result of FinchSync.

    A report that was asked for in the sidecar's place takes it: it knows the table as well.

    Returns
    -------
    dict of str to object
        What the report says of the table.

    Raises
    ------
    InputError
        As `write_table`.
    """
    table = work.result(aligned)
    content = csv_bytes(table, out)
    if report and report.resolve() == sidecar_path(out).resolve():
        with write_whole(out, overwrite=overwrite) as file:
            file.write(content)
    else:
        jobs = {job.name: job for job in work.jobs}
        about = tuple(_about(outcome, jobs[outcome.name], table, options) for outcome in aligned)
        write_table(out, content, about, Rows.ALL, overwrite=overwrite)
    if work.has_sequences:
        place = by_file_path(out)
        recordings = {job.name: open_sources(job.sources) for job in work.jobs}
        export = KeypointExport(table, {name: recordings[name] for name in table.files})
        write_files(format_named("by-file").keypoint_files(export, place), overwrite=overwrite)
    return {"format": REPORT_FORMAT, "table": about_table(out.name, content)}


def write_report(report: Path, content: object, *, overwrite: bool) -> None:
    """Write what ``--json`` prints; errors as in `write_whole`."""
    with write_whole(report, overwrite=overwrite) as file:
        file.write(f"{json_text(content)}\n".encode())


def _about(
    outcome: Aligned, job: Job, table: BiodcaseTable, options: AlignOptions
) -> SidecarRecording:
    used = outcome.evidence
    return SidecarRecording(
        name=table.spelled.get(outcome.name, outcome.name),
        fingerprint=outcome.fingerprint,
        keypoints=outcome.keypoints,
        in_table=(True,) * len(outcome.keypoints),
        basis="path",
        imported_from=None if job.table is None else job.table.name,
        aligner={
            "finchsync": __version__,
            "evidence": used.name,
            "model": used.model_id or "none",
            "device": used.device or "cpu",
            "tuned_by": used.tuned_by or None,
            "prior": outcome.prior and asdict(outcome.prior),
            "settings": asdict(options.at_spacing(job.sources.spacing_m)),
            "duration_s": round(outcome.seconds, 3),
        },
        verdict=Verdict(
            outcome.mean_confidence,
            options.tolerance_s,
            outcome.needs_review,
            outcome.alias,
            outcome.notes,
        ),
        sync=job.sync,
        files=job.sources.labels,
    )
