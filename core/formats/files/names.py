"""Which recording a table means by a name that another system wrote."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from core.errors import InputError


def name_key(name: str) -> str:
    """What all spellings of one file name have in common.

    The folder before a name, with slashes of either kind, and blanks around it do not count, nor
    does whether a letter and its accent are one character (Windows, Linux) or two (macOS).
    """
    return unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1].strip())


def match_names(theirs: Iterable[str], ours: Iterable[str], where: Path | str) -> dict[str, str]:
    """Match the names in a table with those of the recordings.

    Parameters
    ----------
    theirs : iterable of str
        Names in the table.
    ours : iterable of str
        File names of the recordings.
    where : Path or str
        Where the table is, for the message.

    Returns
    -------
    dict of str to str
        Ours by theirs; names that mean no recording are left out.

    Raises
    ------
    InputError
        If a name could mean several recordings, or two names mean the same one.
    """
    known = set(ours)
    spellings: dict[str, list[str]] = defaultdict(list)
    for name in sorted(known):
        spellings[name_key(name)].append(name)
    found: dict[str, str] = {}
    meant: dict[str, str] = {}
    for name in dict.fromkeys(theirs):
        means = [name] if name in known else spellings.get(name_key(name), [])
        if len(means) > 1:
            raise InputError(
                where,
                f"names {name!r}, which could be {means[0]!r} or {means[1]!r}: "
                f"these {_difference(means[0], means[1])}",
                "give them names that differ in more",
            )
        for own in means:
            found[name] = own
            if (other := meant.setdefault(own, name)) != name:
                raise InputError(
                    where,
                    f"names {other!r} and {name!r}, which {_difference(other, name)}",
                    f"write {own!r} in every row",
                )
    return found


def _difference(first: str, second: str) -> str:
    """How two spellings of one name differ, after what they are."""
    one, other = (unicodedata.normalize("NFC", name) for name in (first, second))
    if one == other:
        return "differ only in how their letters are coded"
    if one.strip() == other.strip():
        return "differ only in the blanks around them"
    return "differ only in the folder before them"
