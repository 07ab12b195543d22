"""What a run of ``align`` leaves: the table with its sidecar, and the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from core import __version__
from core.align.aligner import AlignOptions
from core.audio.recording import open_sources
from core.cli.batch.existing import Earlier
from core.cli.batch.jobs import Batch, Job
from core.cli.batch.outcome import Aligned, Failed
from core.cli.batch.shards import Share
from core.cli.terminal.report import json_text
from core.errors import InputError
from core.formats.failed_list import failed_files, failed_path, refuse_foreign_list
from core.formats.files.atomic import check_writable, write_files, write_whole
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
from core.formats.tables.biodcase import BiodcaseTable, csv_bytes


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
    refuse_foreign_list(out)
    beside = sidecar_path(out)
    for place in filter(None, (beside, report)):
        check_writable(place, overwrite=overwrite)
    taken = {out: "is where the table goes", failed_path(out): "is where a list of failures goes"}
    for place, what in taken.items():
        if report and report.resolve() == place.resolve():
            raise InputError(report, what, "choose another name for --report")


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
    written = (out, sidecar_path(out), failed_path(out))
    for name, place in (*(("--out", each) for each in written), ("--report", report)):
        if place and place.resolve() in read:
            raise InputError(
                place, "is one of the files to be read", f"choose another name for {name}"
            )


def write_result(
    out: Path,
    report: Path | None,
    work: Batch,
    aligned: Sequence[Aligned],
    failed: Sequence[Failed],
    options: AlignOptions,
    share: Share | None = None,
    earlier: Earlier | None = None,
    *,
    overwrite: bool,
) -> dict[str, object]:
    """Write the table and its sidecar, which makes it known as a result of FinchSync.

    A report that was asked for in the sidecar's place takes it: it knows the table as well.
    What failed is listed beside them. Where nothing could be aligned, the list is all there is,
    but a shard leaves a table that tells so.

    Returns
    -------
    dict of str to object
        What the report says of the table.

    Raises
    ------
    InputError
        As `write_table`.
    """
    others = failed_files(out, ((each.name, each.error) for each in failed))
    if not aligned and share is None:
        write_files(others, replaceable=others)
        return {}
    earlier = earlier or Earlier()
    table = work.result(aligned)
    content = earlier.table_with(csv_bytes(table, out))
    if report and report.resolve() == sidecar_path(out).resolve():
        write_files({out: content, **others}, overwrite=overwrite, replaceable=others)
    else:
        jobs = {job.name: job for job in work.jobs}
        about = tuple(_about(outcome, jobs[outcome.name], table, options) for outcome in aligned)
        part = None if share is None else share.part(work, table, aligned, failed).as_json()
        known = earlier.recordings_with(about)
        write_table(out, content, known, Rows.ALL, overwrite=overwrite, part=part, others=others)
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
        places=tuple(side.path for side in job.sources.sides),
    )
