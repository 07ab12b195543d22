"""What has no room is said shorter before it is cut."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.views.parts.elided_label import ElidedLabel
from app.views.parts.sentence_label import SentenceLabel

WORDINGS = ("zoomed out: loudest of 16 columns shown", "loudest of 16", "")


def test_the_longest_wording_that_fits_is_shown_and_the_tip_has_all(qtbot: QtBot) -> None:
    label = ElidedLabel(Qt.AlignmentFlag.AlignLeft)
    qtbot.addWidget(label)
    label.setText(*WORDINGS)
    for words in WORDINGS:
        label.resize(label.fontMetrics().horizontalAdvance(words) + 6, 20)
        assert label.shown_text == words
    assert label.text() == label.toolTip() == label.accessibleName() == WORDINGS[0]


def test_a_sentence_has_room_for_all_its_lines(qtbot: QtBot) -> None:
    label = SentenceLabel(text="Offset, tolerance, spacing and usual drift act the next time. " * 3)
    qtbot.addWidget(label)
    label.show()
    label.resize(200, 20)
    assert label.minimumHeight() >= 5 * label.fontMetrics().lineSpacing()
    label.setText("")
    assert label.minimumHeight() == 0
