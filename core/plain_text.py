"""Names and messages as text: what would command a terminal is shown, not obeyed."""

from __future__ import annotations

import unicodedata

_COMMANDS = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode categories: control characters, halves of characters (bytes of a name that are no
UTF-8), ends of lines and paragraphs."""
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the direction of writing, so that a name reads as another one."""


def plain(text: str) -> str:
    r"""A name as it may be shown anywhere.

    What is no text, as the escape codes of terminals, becomes what Python writes for it
    (``\x1b``).
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def one_line(text: str) -> str:
    """The same for a sentence: blanks and ends of lines become single blanks."""
    return plain(" ".join(text.split()))


def _shown(character: str) -> str:
    is_text = unicodedata.category(character) not in _COMMANDS and character not in _DIRECTIONS
    return character if is_text else ascii(character)[1:-1]
