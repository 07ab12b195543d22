"""The part of the results page about trust: confidence, flags, confident mistakes, corrections."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.accuracy.corrections import BAD_MS
from benchmarks.common.markdown import number, share, table
from benchmarks.common.store import Result
from benchmarks.report.targets import bad_files, tally_of


def confidence(results: Sequence[Result]) -> Iterator[str]:
    if not results:
        return
    groups = [(f"{r['set']}{'' if r['unseen'] else ' (seen)'}", [r]) for r in results]
    unseen = [r for r in results if r["unseen"]]
    if unseen:
        groups.append(("**all unseen sets**", unseen))
    groups.append(("all sets", list(results)))
    yield from ("## Confidence", "")
    yield from (
        f"A keypoint is right within {results[0]['tolerance_ms']:.0f} ms. ECE: expected "
        "calibration error, ten bins of equal width. Unseen: drawn anew for this benchmark; the "
        "pairs that carry the redrawn drifts are those that development looked at.",
        "",
    )
    rows = []
    for name, group in groups:
        t = tally_of(group)
        rows.append(
            (
                name,
                f"{t.keypoints:,}",
                share(t.accuracy),
                f"{t.expected_error:.3f}",
                share(t.sure_share),
                share(t.sure_accuracy) if t.sure else "–",
                t.sure - t.sure_right,
                _holding(group, "count", "hold"),
                _holding(group, "refined", "refined_hold"),
            )
        )
    yield from table(
        (
            "set",
            "keypoints",
            "right",
            "ECE",
            "claimed ≥ 0.95",
            "right of those",
            "wrong of those",
            "95 % bands that hold the truth",
            "where waveforms count",
        ),
        rows,
    )


def _holding(group: Sequence[Result], of: str, hold: str) -> str:
    bands = [file.get("bands", {}) for r in group for file in r["finchsync_files"].values()]
    count = sum(band.get(of, 0) for band in bands)
    return share(sum(band.get(hold, 0) for band in bands) / count) if count else "–"


def reasons(results: Sequence[Result]) -> Iterator[str]:
    """Whether the words beside a keypoint agree with its confidence and with the truth."""
    total: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        for file in result["finchsync_files"].values():
            for kind, counts in file.get("reasons", {}).items():
                total[kind].update(counts)
    if not total:
        return
    yield from ("Over all sets, by the reason that the keypoint carries:", "")
    yield from table(
        ("reason", "keypoints", "mean confidence", "right", "claimed ≥ 0.95 and wrong"),
        (
            (
                f"{kind} …",
                f"{counts['count']:,}",
                f"{counts['confidence'] / counts['count']:.3f}",
                share(counts["right"] / counts["count"]),
                counts["sure_but_wrong"],
            )
            for kind, counts in sorted(total.items(), key=lambda item: -item[1]["count"])
        ),
    )


def stereotyped(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        if result["group"] != "stereotyped":
            continue
        yield from (f"## {result['title'].capitalize()}", "")
        yield from table(
            ("file", "MAE ms", "right", "alias flag", "mean confidence", "right or flagged"),
            (
                (
                    name,
                    number(f["mae_ms"]),
                    share(f["share_right"]),
                    "–" if f["alias_s"] is None else f"{f['alias_s']:+.2f} s",
                    f["mean_confidence"],
                    "yes" if f["path_right"] or f["alias_s"] is not None else "**no**",
                )
                for name, f in result["finchsync_files"].items()
            ),
        )


def lies(results: Sequence[Result]) -> Iterator[str]:
    """Files that hold confident mistakes, or are wrong and not sent to review."""
    rows = [
        (
            result["set"],
            name,
            number(f["mae_ms"]),
            share(f["share_right"]),
            f["mean_confidence"],
            "yes" if f["needs_review"] else "**no**",
            f["sure_but_wrong"],
        )
        for result in results
        for name, f in result["finchsync_files"].items()
        if f["sure_but_wrong"] or (not f["path_right"] and not f["needs_review"])
    ]
    files = sum(result["files"] for result in results)
    yield from ("## Confident mistakes", "")
    yield from (
        f"{len(rows)} of {files} files hold keypoints claimed at 0.95 or above that are wrong, or "
        "are wrong in more than 5 % of their keypoints without being sent to review.",
        "",
    )
    if rows:
        yield from table(
            ("set", "file", "MAE ms", "right", "mean confidence", "to review", "sure but wrong"),
            rows,
        )


def corrections(results: Sequence[Result]) -> Iterator[str]:
    curves = [pair for pair in bad_files(results) if min(map(len, pair)) > 10]
    if not curves:
        return
    yield from ("## Corrections", "")
    yield from (
        "A simulated reviewer sets the least certain keypoint to the truth, again and again, on "
        f"the {len(curves)} files with MAE above {BAD_MS:.0f} ms.",
        "",
    )
    data = np.array(curves)
    part = data / data[:, :, :1]
    counts = (0, 1, 2, 3, 5, 10)
    rows = []
    for index, name in enumerate(("re-decoded", "not re-decoded")):
        rows.append(
            (f"{name}: median MAE ms", *(number(np.median(data[:, index, n])) for n in counts))
        )
        rows.append(
            (
                f"{name}: median share of the error left",
                *(share(np.median(part[:, index, n])) for n in counts),
            )
        )
    worse = int(np.sum(data[:, 0, 3] > data[:, 0, 0]))
    yield from table(("corrections", *map(str, counts)), rows)
    yield from (f"Files worse after three corrections than before: {worse} of {len(curves)}.", "")
