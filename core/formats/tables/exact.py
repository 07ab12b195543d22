"""Numbers that are no decimal ones: a video has 30000/1001 frames a second."""

from __future__ import annotations

from fractions import Fraction


def exact(text: str) -> Fraction:
    """An exact number above zero, as 25, 29.97 or 30000/1001.

    Parameters
    ----------
    text : str

    Returns
    -------
    Fraction

    Raises
    ------
    ValueError
        If it is none; the message says so in words for a person.
    """
    try:
        value = Fraction(text.strip())
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"{text} is not a number, as 25 or 30000/1001") from error
    if not 1e-6 <= value <= 1e9:
        raise ValueError(f"{text} is not between 0.000001 and 1000000000")
    return value
