"""Draw the results; runs where matplotlib is.

usage: plots.py RESULTS_DIR
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt

Result = dict[str, Any]

INK, MUTED, OURS = "#1a1a1a", "#9aa0a6", "#0b7285"
COLOURS = ("#e8590c", "#f08c00", "#5c940d", "#862e9c", "#1864ab", "#c2255c", "#495057", "#868e96")
MARKS = "sv^D<>PX"


def main() -> None:
    folder = Path(sys.argv[1])
    sets = [_read(path) for path in folder.glob("set_*.json")]
    plt.rcParams |= {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    _errors(sets, folder / "errors.png")
    _reliability(sets, folder / "reliability.png")
    _corrections(sets, folder / "corrections.png")
    if (folder / "length.json").exists():
        _length(_read(folder / "length.json")["rows"], folder / "length.png")


def _read(path: Path) -> Result:
    result: Result = json.loads(path.read_text(encoding="utf-8"))
    return result


def _errors(sets: list[Result], path: Path) -> None:
    order = ["moderate", "hard", "noise10", "finch+20", "finch+10", "finch+0", "finch-5"]
    order += ["field+10", "field+0", "field-5"]
    compared = sorted(
        (r for r in sets if r["set"] in order), key=lambda result: order.index(result["set"])
    )
    if not compared:
        return
    figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
    names = list(compared[0]["methods"])
    for index, name in enumerate(names):
        points = [
            (x, result["methods"][name]["mae_ms"])
            for x, result in enumerate(compared)
            if "mae_ms" in result["methods"].get(name, {})
        ]
        if not points:
            continue
        x, mae_ms = np.array(points).T
        shift = (index - len(names) / 2) * 0.06
        if name == "finchsync":
            axes.plot(x, mae_ms, "o", color=OURS, ms=8, label="FinchSync", zorder=3)
        else:
            style = {"color": COLOURS[index - 1], "marker": MARKS[index - 1], "ls": "", "ms": 4.5}
            axes.plot(x + shift, mae_ms, label=compared[0]["methods"][name]["title"], **style)
    axes.set_yscale("log")
    axes.set_ylabel("mean absolute error (ms)")
    axes.set_xticks(range(len(compared)), [r["set"] for r in compared], rotation=30, ha="right")
    axes.grid(axis="y", alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8)
    _save(figure, path)


def _reliability(sets: list[Result], path: Path) -> None:
    figure, axes = plt.subplots(figsize=(4.6, 4.2), layout="constrained")
    axes.plot([0, 1], [0, 1], color=MUTED, lw=1, ls="--")
    for colour, label, chosen in (
        (OURS, "unseen sets", [r for r in sets if r["unseen"]]),
        (COLOURS[0], "sets seen in development", [r for r in sets if not r["unseen"]]),
    ):
        if not chosen:
            continue
        count, right, confidence = (
            np.sum([r["calibration"][key] for r in chosen], axis=0)
            for key in ("count", "right", "confidence")
        )
        some = count > 0
        ece = np.abs(right - confidence).sum() / count.sum()
        said, true = confidence[some] / count[some], right[some] / count[some]
        axes.plot(said, true, color=colour, lw=1.2)
        axes.scatter(
            said,
            true,
            s=10 + 200 * count[some] / count.sum(),
            color=colour,
            alpha=0.8,
            label=f"{label}: ECE {ece:.3f}, {count.sum():,} keypoints",
        )
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="confidence", ylabel="share right (50 ms)")
    axes.legend(loc="lower right", fontsize=7, markerscale=0.6)
    axes.grid(alpha=0.3)
    _save(figure, path)


def _corrections(sets: list[Result], path: Path) -> None:
    keys = ("mae_ms_by_corrections_redecoded", "mae_ms_by_corrections_not_redecoded")
    curves = [
        [file[key] for key in keys]
        for result in sets
        for file in result["finchsync_files"].values()
        if len(file.get(keys[0], [])) == 11
    ]
    if not curves:
        return
    data = np.array(curves)
    data = data / data[:, :, :1]
    figure, axes = plt.subplots(figsize=(5.2, 3.6), layout="constrained")
    for index, (colour, label) in enumerate(
        ((OURS, "re-decoded after every correction"), (COLOURS[0], "not re-decoded"))
    ):
        low, middle, high = np.percentile(data[:, index], (25, 50, 75), axis=0)
        axes.fill_between(range(11), low, high, color=colour, alpha=0.15, lw=0)
        axes.plot(range(11), middle, "o-", ms=4, color=colour, label=label)
    axes.axhline(0.5, color=MUTED, lw=1, ls="--")
    axes.set(
        xlabel="corrections of the least certain keypoint",
        ylabel="share of the error left",
        ylim=(0, None),
        title=f"median and quartiles of {len(curves)} files above 20 ms",
    )
    axes.legend(frameon=False, fontsize=8)
    axes.grid(alpha=0.3)
    _save(figure, path)


def _length(rows: list[Result], path: Path) -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.6, 3.2), layout="constrained")
    minutes = [row["duration_s"] / 60 for row in rows]
    cpu_s = [row["cpu_s"] for row in rows]
    left.loglog(minutes, cpu_s, "o-", color=OURS)
    left.loglog(minutes, np.array(minutes) * cpu_s[-1] / minutes[-1], "--", color=MUTED, lw=1)
    left.set(xlabel="minutes of audio (48 kHz stereo)", ylabel="processor seconds")
    right.semilogx(minutes, [row["peak_mb"] for row in rows], "o-", color=OURS)
    right.set(xlabel="minutes of audio", ylabel="peak memory (MB)", ylim=(0, None))
    for axes in (left, right):
        axes.grid(alpha=0.3)
    _save(figure, path)


def _save(figure: plt.Figure, path: Path) -> None:
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


main()
