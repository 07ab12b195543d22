"""Lists and tables in the settings, which hold them as JSON that anyone may have changed."""

from __future__ import annotations

import json
import os
from typing import TypeGuard, TypeVar

from PySide6.QtCore import QSettings

from core.formats.files.checked import parsed_json

Kind = TypeVar("Kind", list[object], dict[str, object])


def stored_json(name: str, kind: type[Kind]) -> Kind:
    """The list or table under a name; an empty one where the settings hold none."""
    try:
        value = parsed_json(str(QSettings().value(name, "")))
    except ValueError:
        return kind()
    return value if isinstance(value, kind) else kind()


def store_json(name: str, value: object) -> None:
    """Keep a list or table under a name."""
    QSettings().setValue(name, json.dumps(value))


def is_name(value: object) -> TypeGuard[str]:
    """Whether a value can be the name of a file or command."""
    try:
        return isinstance(value, str) and value != "" and b"\0" not in os.fsencode(value)
    except UnicodeEncodeError:
        return False
