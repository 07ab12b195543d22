"""Values from files that anyone may have changed: of the right kind, or ValueError."""

from __future__ import annotations

import json
import math
import reprlib
from typing import Any


def parsed_json(content: str | bytes) -> Any:
    """What a JSON text says; ValueError also where it is nested deeper than can be read."""
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def number(value: object, least: float = -math.inf, most: float = math.inf) -> float:
    """A finite number within limits."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise _wrong(value, "a number")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found) or not least <= found <= most:
        raise _wrong(value, "a number within its limits")
    return found


def whole(value: object, least: int, most: int = 2**63 - 1) -> int:
    """A whole number within limits."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _wrong(value, "a whole number within its limits")
    return value


def text(value: object) -> str:
    """A text that can be written to a file, and stand in the name of one."""
    if not isinstance(value, str) or "\0" in value:
        raise _wrong(value, "a text")
    value.encode()
    return value


def flag(value: object) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise _wrong(value, "true or false")
    return value


def table(value: object) -> dict[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise _wrong(value, "a table")
    return value


def items(value: object) -> list[Any]:
    """A JSON array."""
    if not isinstance(value, list):
        raise _wrong(value, "a list")
    return value


def _wrong(value: object, wanted: str) -> ValueError:
    return ValueError(f"{reprlib.repr(value)} is not {wanted}")
