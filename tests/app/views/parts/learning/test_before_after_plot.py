"""Errors before and after are read off axes that say round milliseconds."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.views.parts.learning.before_after_plot import BeforeAfterPlot


@pytest.mark.parametrize(
    ("before_ms", "after_ms", "said"),
    [
        ([40.0, 45.0], [10.0, 15.0], ["10", "20", "50"]),
        ([0.3, 900.0], [0.2, 40.0], ["1", "10", "100", "1000"]),
    ],
)
def test_ticks_are_round_and_few(
    qtbot: QtBot, before_ms: list[float], after_ms: list[float], said: list[str]
) -> None:
    plot = BeforeAfterPlot()
    qtbot.addWidget(plot)
    plot.show_errors(before_ms, after_ms, [1, 1], [False, False])
    for side in ("bottom", "left"):
        (ticks,) = plot.getAxis(side)._tickLevels
        assert [text for _, text in ticks] == said
        assert all(10**place == pytest.approx(float(text)) for place, text in ticks)
