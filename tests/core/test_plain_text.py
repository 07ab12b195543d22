"""Names are shown, never obeyed."""

from __future__ import annotations

import pytest

from core.errors import InputError
from core.plain_text import one_line, plain


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\x1b[31mred\x1b[0m.wav", r"\x1b[31mred\x1b[0m.wav"),
        ("a\rb\n.wav", r"a\rb\n.wav"),
        ("bell\x07\x9b2J.wav", r"bell\x07\x9b2J.wav"),
        ("K\udce4fig.wav", r"K\udce4fig.wav"),
        ("a\u202evaw.exe", r"a\u202evaw.exe"),
        ("a\u2028b", r"a\u2028b"),
    ],
)
def test_what_is_no_text_is_shown_as_code(name: str, shown: str) -> None:
    assert plain(name) == shown
    assert "\x1b" not in str(InputError(name, "is bad", "rename it"))


@pytest.mark.parametrize(
    "name",
    ["two  blanks.wav", "Käfig 🐦.wav", "👩\u200d🚀.wav", "[red]x[/red]", "<b>x</b>", "a\u0308"],
)
def test_text_stays_as_it_is(name: str) -> None:
    assert plain(name) == name


def test_a_sentence_is_one_line() -> None:
    assert one_line(" a\n  b\tc\x1b ") == r"a b c\x1b"
