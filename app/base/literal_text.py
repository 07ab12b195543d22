"""Names and messages as Qt shows them to the letter."""

from __future__ import annotations

from PySide6.QtGui import Qt


def literal(text: str) -> str:
    """Text for a place where Qt guesses whether it is HTML: tool tips, message boxes.

    A file may be called ``<b>x.wav``.
    """
    if not Qt.mightBeRichText(text):
        return text
    # Long lines are still broken between words.
    return Qt.convertFromPlainText(text, Qt.WhiteSpaceMode.WhiteSpaceNormal)


def without_mnemonic(text: str) -> str:
    """Text for a button or a menu, where Qt takes ``&`` for the key of the next letter."""
    return text.replace("&", "&&")
