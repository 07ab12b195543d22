"""Where a file is saved: its name is whole before the person is asked to replace one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.base.literal_text import literal
from core.errors import InputError

_ENDING = re.compile(r"\.[^\W\d]\w*")


def ask_where_to_save(
    parent: QWidget, title: str, suggested: Path | str, kinds: Mapping[str, str]
) -> Path | None:
    """Ask for the name of a file.

    The system's dialog would ask about the name as it was typed, and another file could be
    replaced by the one with the ending; so this asks instead, about the name with it.

    Parameters
    ----------
    parent : QWidget
    title : str
        Of the dialog.
    suggested : Path or str
        What stands there at first.
    kinds : mapping of str to str
        The endings of files, by how the dialog calls them.

    Returns
    -------
    Path or None
        Where to save; a file that is there may be replaced. None if the person does not want to.
    """
    place = str(suggested)
    while True:
        name, kind = QFileDialog.getSaveFileName(
            parent,
            title,
            place,
            ";;".join(kinds),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if not name:
            return None
        endings = tuple(kinds.values())
        path = with_ending(Path(name), kinds.get(kind, endings[0]), endings)
        if not _is_file(path) or may_replace(parent, title, [path]):
            return path
        place = str(path)


def may_replace(parent: QWidget, title: str, there: Sequence[Path]) -> bool:
    """Ask whether files that are there may be replaced."""
    exist, them = ("exist", "them") if len(there) > 1 else ("exists", "it")
    names = " and ".join(path.name for path in there)
    question = literal(f"{names} already {exist}. Replace {them}?")
    yes = QMessageBox.StandardButton.Yes
    return QMessageBox.question(parent, title, question) == yes


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # What is wrong with the place is said when it is written.
        return False


def with_ending(path: Path, ending: str, known: Collection[str] = ()) -> Path:
    """The same path if it has an ending, else with one.

    Parameters
    ----------
    path : Path
    ending : str
        With its point.
    known : collection of str
        Endings that are meant to be one, in lower case; by default every word is.
    """
    suffix = path.suffix
    has_one = suffix.lower() in known if known else bool(_ENDING.fullmatch(suffix))
    return path if has_one else path.with_name(path.name + ending)


def typed_path(text: str, ending: str) -> Path:
    """The file that a person typed the name of, with its ending.

    Raises
    ------
    InputError
        If that names no file.
    """
    path = _typed(text, "File to write")
    if text.strip()[-1] in "/\\" or not path.name or path.is_dir():
        raise InputError(text.strip(), "is a folder", "add the name of a file")
    return with_ending(path, ending)


def typed_folder(text: str) -> Path:
    """The folder that a person typed the name of.

    Raises
    ------
    InputError
        If that names no place.
    """
    return _typed(text, "Folder to make")


def _typed(text: str, what: str) -> Path:
    typed = text.strip()
    if not typed:
        raise InputError(what, "there is no name yet", "type one or browse for a place")
    try:
        path = Path(typed).expanduser()
        path.is_dir()  # asks the system whether it can be a path
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(typed, f"is no place for a file ({error})", "choose another") from error
    return path
