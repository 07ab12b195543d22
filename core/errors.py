"""Errors that a person can act on."""

from __future__ import annotations

from pathlib import Path

from core.plain_text import one_line

_MOST_CHARACTERS = 400


class InputError(Exception):
    """Something handed to FinchSync cannot be used.

    Parameters
    ----------
    where : str or Path
        The file, row or argument at fault.
    what : str
        What is wrong with it.
    fix : str
        What the person can do about it.
    """

    def __init__(self, where: str | Path, what: str, fix: str) -> None:
        self.where = str(where)
        self.what = what
        self.fix = fix
        # A cell of a table, or a number, may be longer than anybody reads.
        told = what if len(what) <= _MOST_CHARACTERS else f"{what[:_MOST_CHARACTERS]}…"
        end = "" if fix.endswith("?") else "."
        super().__init__(one_line(f"{self.where}: {told}; {fix}{end}"))

    def __reduce__(self) -> tuple[type[InputError], tuple[str, str, str]]:
        """The arguments, so that it can be raised again in another process."""
        return type(self), (self.where, self.what, self.fix)


def system_reason(error: OSError) -> str:
    """What the system says of a failure, to stand in a sentence: "permission denied"."""
    return (error.strerror or str(error)).lower()


def refuse_unreadable(path: Path) -> None:
    """Refuse a file that cannot be opened, as the system says; not every reader tells why.

    Raises
    ------
    InputError
    """
    try:
        path.open("rb").close()
    except OSError as error:
        what = f"cannot be read ({system_reason(error)})"
        raise InputError(path, what, "check the path") from error


def refuse_undecodable(path: Path) -> None:
    """Refuse a path that is no Unicode: no table, session or audio library could hold it.

    Raises
    ------
    InputError
    """
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError as error:
        what = "its name or that of a folder is not valid Unicode"
        raise InputError(path, what, "rename it") from error
