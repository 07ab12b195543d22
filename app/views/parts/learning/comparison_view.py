"""Two models compared: figures, every recording, and a plot."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from app.views.parts.learning.before_after_plot import BeforeAfterPlot
from app.views.parts.plain_table import PlainTable

if TYPE_CHECKING:
    from core.learn.comparison import Compared, Comparison
    from core.model.model import Figures

_WIDTHS_PX = [560, 420]
_CHANGES = {1: "better", 0: "same", -1: "worse"}


class ComparisonView(QWidget):
    """What learning came to, beside the model in use.

    Attributes
    ----------
    figures, recordings : PlainTable
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures = PlainTable("Figures before and after", ("", "Before", "After"))
        self.recordings = PlainTable(
            "Recordings before and after",
            ("Recording", "Keypoints", "Before, ms", "After, ms", "Change"),
        )
        self._said = QLabel()
        self._said.setWordWrap(True)
        self._said.setProperty("role", "muted")
        tables = QWidget()
        column = QVBoxLayout(tables)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.figures)
        column.addWidget(self.recordings, 1)
        column.addWidget(self._said)
        self._both = QSplitter(Qt.Orientation.Horizontal)
        self._both.addWidget(tables)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._both)

    @property
    def said(self) -> str:
        """What is said under the tables."""
        return self._said.text()

    def show_comparison(self, comparison: Comparison) -> None:
        """Show a comparison: the tables at once, the plot after them.

        Tables, a plot and what is in it are made with the event loop in between: together they
        hold the window up.
        """
        before, after = map(figure_texts, (comparison.before, comparison.after))
        words = ("Mean absolute error", "Keypoints within 50 ms", "Calibration error (ECE)")
        self.figures.fill(list(zip(words, before, after, strict=True)))
        height_px = self.figures.horizontalHeader().sizeHint().height() + sum(
            self.figures.rowHeight(row) for row in range(len(words))
        )
        self.figures.setFixedHeight(height_px + 2 * self.figures.frameWidth())
        every = comparison.recordings
        self.recordings.fill([_row(each) for each in every])
        self._said.setText(_sentence(comparison))
        QTimer.singleShot(0, self, partial(self._add_plot, every))

    def _add_plot(self, every: Sequence[Compared]) -> None:
        plot = BeforeAfterPlot()
        self._both.addWidget(plot)
        self._both.setSizes(_WIDTHS_PX)
        errors = (
            [each.before.mae_ms for each in every],
            [each.after.mae_ms for each in every],
            [each.change for each in every],
            [each.was_learned_from for each in every],
        )
        QTimer.singleShot(0, plot, partial(plot.show_errors, *errors))


def figure_texts(figures: Figures) -> tuple[str, str, str]:
    """Error, share within the tolerance and calibration error, as they are read."""
    return (
        f"{figures.mae_ms:.1f} ms",
        f"{100 * figures.within:.1f} %",
        f"{figures.calibration_error:.3f}",
    )


def _row(each: Compared) -> tuple[str, ...]:
    known = ", known" if each.was_learned_from else ""
    return (
        each.name,
        f"{each.keypoints:,}",
        f"{each.before.mae_ms:.1f}",
        f"{each.after.mae_ms:.1f}",
        f"{_CHANGES[each.change]}{known}",
    )


def _sentence(comparison: Comparison) -> str:
    said = (
        f"{comparison.better:,} of {len(comparison.judges):,} recordings got better, "
        f"{comparison.worse:,} worse, each by a model that was not learned from it. Points under "
        "the line got better."
    )
    known = sum(each.was_learned_from for each in comparison.recordings)
    if known:
        said += (
            f" The model in use was learned from {known:,} of them (“known”, hollow points): there "
            "its figures flatter it."
        )
    return said
