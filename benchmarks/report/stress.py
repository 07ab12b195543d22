"""The stress sets as Markdown: one cause of trouble a line, and what all come to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.common.markdown import number, share, table
from benchmarks.common.store import Result
from core.reliability import Tally

_HEAD = (
    "set",
    "files",
    "MSE s²",
    "MAE ms",
    "median ms",
    "p95 ms",
    "no sync MAE ms",
    "lies",
    "files with lies",
    "of these not to review",
    "right at ≥ 0.95",
    "mean confidence",
    "ECE",
    "adds to ECE",
    "claims without truth",
)
_TITLES = {
    "unseen": "sets like those of make_drift_set",
    "stress": "stress sets",
    "all": "all together",
}
_RECORDINGS = {
    "A_": "A (nearly mute)",
    "B_": "B",
    "D_": "D",
    "zebra_finch": "simulated finches",
    "aru": "simulated field",
}
"""Sources by how their files' names begin."""


def page(result: Result) -> str:
    """All tables of a run."""
    return "\n".join(section(result))


def section(result: Result | None) -> Iterator[str]:
    """The part of the results page; nothing if it was never measured."""
    if result is None:
        return
    yield from ("## Stress sets", "")
    yield from (
        f"One cause of trouble a set, exact truth; seed {result['seed']}, evidence "
        f"{result['evidence']}. A lie is a keypoint claimed at 0.9 or above that is off by more "
        "than 100 ms. Claims without truth: so claimed, of the keypoints whose moment channel 1 "
        "does not have, unless put at the end of channel 1 beyond which it lies; these are in no "
        "other figure. Adds to ECE: what the calibration error of "
        "all sets would lose without this one, in thousandths.",
        "",
    )
    groups = result["totals"]
    for group in (g for g in ("unseen", "stress") if g in groups):
        rows = {name: row for name, row in result["sets"].items() if row["group"] == group}
        added = groups.get("all", groups[group])["calibration_error_added"]
        yield from (f"{_TITLES[group].capitalize()}:", "")
        yield from table(_HEAD, (_cells(name, row, added[name]) for name, row in rows.items()))
    yield from _totals(result)
    yield from _by_recording(result)
    yield from _alternatives(result)


def _cells(name: str, row: Result, added: float) -> tuple[object, ...]:
    tally = Tally(**row["tally"])
    known = bool(row["keypoints"])
    errors = (row[key] for key in ("mae_ms", "median_ms", "p95_ms", "no_sync_mae_ms"))
    return (
        f"{name}: {row['why']}",
        row["files"],
        _or_dash(row["mse_s2"], 2),
        *map(_or_dash, errors),
        row["lies"],
        row["lying_files"],
        row["lying_files_not_reviewed"],
        share(tally.sure_accuracy) if tally.sure else "–",
        f"{row['mean_confidence']:.3f}" if known else "–",
        f"{tally.expected_error:.3f}" if known else "–",
        f"{1e3 * added:+.1f}",
        f"{row['claims_without_truth']} of {row['without_truth']}",
    )


def _totals(result: Result) -> Iterator[str]:
    yield from table(
        (
            "",
            "files",
            "keypoints",
            "lies",
            "files with lies",
            "of these not to review",
            "right at ≥ 0.95",
            "ECE",
            "ECE, bins of equal count",
            "claims without truth",
        ),
        (
            (
                f"**{_TITLES[group]}**",
                t["files"],
                f"{t['keypoints']:,}",
                t["lies"],
                t["lying_files"],
                t["lying_files_not_reviewed"],
                share(t["sure_right"] / t["sure"]) if t["sure"] else "–",
                f"{t['calibration_error']:.4f}",
                f"{t['adaptive_calibration_error']:.4f}",
                f"{t['claims_without_truth']} of {t['without_truth']}",
            )
            for group, t in result["totals"].items()
        ),
    )


def _by_recording(result: Result) -> Iterator[str]:
    """What of a set's mean is due to one recording: the others may be at a tenth of it."""
    rows = {
        name: {
            title: [
                file["mae_ms"]
                for file_name, file in row["file_figures"].items()
                if file_name.split("_", 1)[1].startswith(source) and file["mae_ms"] is not None
            ]
            for source, title in _RECORDINGS.items()
        }
        for name, row in result["sets"].items()
    }
    yield from ("MAE in ms by what was recorded, mean over files (how many):", "")
    yield from table(
        ("set", *_RECORDINGS.values()),
        (
            (
                name,
                *(f"{number(np.mean(ms))} ({len(ms)})" if ms else "–" for ms in cells.values()),
            )
            for name, cells in rows.items()
        ),
    )


def _alternatives(result: Result) -> Iterator[str]:
    rows = {name: row for name, row in result["sets"].items() if row["alternatives"]}
    if not rows:
        return
    names = list(next(iter(rows.values()))["alternatives"])
    yield from ("MAE in ms beside the alternatives:", "")
    yield from table(
        ("set", "FinchSync", "no sync", *names),
        (
            (
                name,
                *(_or_dash(row[key]) for key in ("mae_ms", "no_sync_mae_ms")),
                *(_or_dash(row["alternatives"][other]) for other in names),
            )
            for name, row in rows.items()
        ),
    )


def _or_dash(value: float | str | None, digits: int = 3) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else number(value, digits)
