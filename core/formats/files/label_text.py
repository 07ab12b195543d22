"""What formats for labels have in common: one label of a row, numbers as text."""

from __future__ import annotations

import math
from decimal import Decimal

from core.errors import InputError
from core.labels import Label


def label_at(
    where: str,
    span_s: tuple[float, float],
    text: str,
    band_hz: tuple[float | None, float | None] = (None, None),
    others: tuple[tuple[str, str], ...] = (),
    confidence: float = math.nan,
) -> Label:
    """A label as it stands in a row; `InputError` at `where` if it ends before it starts."""
    start_s, end_s = span_s
    if end_s < start_s:
        raise InputError(
            where, f"a label ends at {end_s:g} s, before it starts at {start_s:g} s", "correct it"
        )
    return Label(start_s, end_s, text, *band_hz, confidence, others)


def decimal(value: float) -> str:
    """A number as every program reads it: all its digits, and no exponent."""
    return format(Decimal(repr(float(value))), "f")
