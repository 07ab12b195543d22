"""Draw the figures of docs/model.md; runs where matplotlib is.

usage: model_figures.py DATA.npz IMAGES_DIR
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

mpl.use("Agg")
import matplotlib.pyplot as plt

Data = dict[str, NDArray[np.float64]]

TRUTH, LINE, PATH = "#ffffff", "#f08c00", "#22d3ee"


def main() -> None:
    with np.load(sys.argv[1]) as file:
        data = dict(file)
    folder = Path(sys.argv[2])
    plt.rcParams |= {"font.size": 9}
    _table(data, folder / "pair_table.png")
    _candidates(data, folder / "candidates.png")


def _table(data: Data, path: Path) -> None:
    figure, axes = plt.subplots(figsize=(8, 3.6), layout="constrained")
    time_0_s, step_s = data["time_0_s"], float(data["step_s"])
    first_s, score = data["first_offset_s"], data["prediction"]
    last_s = first_s[0] + step_s * (score.shape[1] - 1)
    low, high = np.nanpercentile(score, (2, 99.5))
    image = axes.imshow(
        score.T,
        origin="lower",
        aspect="auto",
        cmap="magma",
        vmin=low,
        vmax=high,
        interpolation="nearest",
        extent=(time_0_s[0] - 0.5, time_0_s[-1] + 0.5, first_s[0] - 0.05, last_s + 0.05),
    )
    for key, colour, style, label in (
        ("truth_s", TRUTH, ":", "truth"),
        ("line_s", LINE, "-", "best line, Eq. 2 normalised"),
        ("path_s", PATH, "--", "FinchSync's path, spectral evidence"),
    ):
        axes.plot(time_0_s, data[key], style, color=colour, lw=1.6, label=label)
    axes.set(xlabel="keypoint on channel 0 (s)", ylabel="offset (s)")
    legend = axes.legend(loc="upper right", fontsize=7, facecolor="#222222", framealpha=0.8)
    plt.setp(legend.get_texts(), color="white")
    figure.colorbar(image, label="log odds of the same moment")
    _save(figure, path)


def _candidates(data: Data, path: Path) -> None:
    figure, axes = plt.subplots(figsize=(5.6, 3.8), layout="constrained")
    score = data["candidate_score"]
    offset_s, drift = data["candidate_offset_s"], data["candidate_drift_ppm"] / 1000
    dots = axes.scatter(offset_s, drift, c=score, s=9, marker="s", cmap="viridis", lw=0)
    best = int(np.argmax(score))
    axes.plot(offset_s[best], drift[best], "o", mfc="none", mec=LINE, ms=10, mew=2)
    axes.set(xlabel="offset at the start (s)", ylabel="drift (1000 ppm)")
    figure.colorbar(dots, label="Eq. 2, normalised")
    _save(figure, path)


def _save(figure: plt.Figure, path: Path) -> None:
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


main()
