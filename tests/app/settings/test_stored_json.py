"""Settings that somebody has changed by hand, or something has damaged."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QByteArray, QSettings

from app.settings.stored_json import is_name, store_json, stored_json


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(
    "nonsense",
    ["", "{", "17", "[" * 99_999, '{"a":' * 99_999, "9" * 9_999, QByteArray(b"\xff"), ["a"]],
    ids=lambda nonsense: str(nonsense)[:9],
)
def test_nonsense_is_an_empty_list_and_an_empty_table(nonsense: object) -> None:
    QSettings().setValue("some/list", nonsense)
    assert stored_json("some/list", list) == []
    assert stored_json("some/list", dict) == {}


@pytest.mark.usefixtures("qapp")
def test_what_was_stored_comes_back() -> None:
    for value in ([["a, b", "ü"]], {"a": "b"}):
        store_json("some/list", value)
        assert stored_json("some/list", type(value)) == value


def test_what_can_name_a_file() -> None:
    assert [is_name(value) for value in ("a", "ü\udcff", "", "a\0b", "\ud800", 7, None, ["a"])] == (
        [True, True] + 6 * [False]
    )
