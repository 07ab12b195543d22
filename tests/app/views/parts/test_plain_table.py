from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.views.parts.plain_table import PlainTable


def test_the_first_column_gives_way_in_a_narrow_panel(qtbot: QtBot) -> None:
    """Qt leaves it as wide as it was, and all others out of sight."""
    table = PlainTable("Hits", ("Recording", "Start, s", "Score", "Other"))
    qtbot.addWidget(table)
    table.fill([("a long name of a recording", "12.35", "0.50", "yes")])
    header = table.horizontalHeader()
    table.resize(600, 100)
    table.show()
    qtbot.wait(1)
    wide_px = header.sectionSize(0)
    assert header.length() == table.viewport().width()
    table.resize(header.length() - wide_px, 100)
    qtbot.wait(1)
    assert header.sectionSize(0) < 60
    table.resize(600, 100)
    qtbot.wait(1)
    assert header.sectionSize(0) == wide_px
