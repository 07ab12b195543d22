from __future__ import annotations

import pytest
from PySide6.QtGui import Qt, QTextDocument

from app.base.literal_text import literal


def as_qt_shows(text: str) -> str:
    """What a tool tip says, or a label that guesses what its text is."""
    page = QTextDocument()
    page.setHtml(text) if Qt.mightBeRichText(text) else page.setPlainText(text)
    return page.toPlainText()


@pytest.mark.parametrize(
    "text",
    [
        "<b>x</b>.wav",
        "/data/<img src=x>/a.wav",
        "first\n<h1>a & b</h1>",
        "<i>x\n2 lines",
        "a & b.wav",
        "a < b > c",
    ],
)
def test_text_is_shown_to_the_letter(text: str) -> None:
    assert as_qt_shows(literal(text)) == text


def test_what_qt_takes_for_text_stays_as_it_is() -> None:
    assert literal("a & b.wav") == "a & b.wav"
