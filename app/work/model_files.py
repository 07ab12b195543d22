"""Files of models: read, listed and written as work for a runner.

The core's side is imported late, in the worker's thread: it takes scipy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError, system_reason
from core.evidence.learned import Networks

if TYPE_CHECKING:
    from core.model.model import Model

SUFFIX = ".finchmodel"


@dataclass(frozen=True, slots=True, eq=False)
class ModelFile:
    """A model and where it is.

    Parameters
    ----------
    path : str
        Empty for the shipped one.
    model : Model or None
        None where it cannot be used.
    problem : str
        Why it cannot, in a sentence.
    """

    path: str
    model: Model | None
    problem: str = ""

    @property
    def name(self) -> str:
        """As a person knows it."""
        return name_of(self.path)


def name_of(path: str) -> str:
    """What the model of a file is called."""
    return Path(path).stem if path else "shipped"


def model_in_use(path: str, learned: Networks) -> tuple[Model, str]:
    """The model of a file, or the shipped one where it cannot be used.

    Parameters
    ----------
    path : str
        Empty for the shipped one.
    learned : Networks
        That it has to belong to.

    Returns
    -------
    model : Model
    problem : str
        Why it is the shipped one, in a sentence; empty if that was wished for.
    """
    from core.model.file import read_model
    from core.model.model import shipped_model

    if path:
        try:
            model = read_model(Path(path))
            model.refuse_others(learned, path)
        except InputError as error:
            return shipped_model(learned), f"The shipped model is used. {error}"
        else:
            return model, ""
    return shipped_model(learned), ""


def read_steps(path: Path, evidence: str) -> Iterator[ModelFile]:
    """Read a model, and refuse one that belongs to other evidence."""
    from core.model.file import read_model

    model = read_model(path)
    if model.evidence != evidence:
        raise InputError(
            path,
            f"was learned with {model.evidence} evidence, not with {evidence}",
            f"choose {model.evidence} in the preferences first",
        )
    yield ModelFile(str(path), model)


def list_steps(folder: Path) -> Iterator[tuple[ModelFile, ...]]:
    """All models of a folder, the newest first; none where there is no folder."""
    try:
        paths = [path for path in folder.iterdir() if path.suffix == SUFFIX]
    except FileNotFoundError:
        paths = []
    except OSError as error:
        why = f"cannot be read ({system_reason(error)})"
        raise InputError(folder, why, "choose another folder") from error
    found = [_looked_at(path) for path in sorted(paths)]
    yield tuple(sorted(found, key=_age))


def write_steps(path: Path, model: Model, *, overwrite: bool) -> Iterator[ModelFile]:
    """Write a model, whole or not at all."""
    from core.model.file import write_model

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"cannot be made ({system_reason(error)})"
        raise InputError(path.parent, why, "choose another folder") from error
    write_model(path, model, overwrite=overwrite)
    yield ModelFile(str(path), model)


def keep_steps(path: Path, model: Model) -> Iterator[ModelFile]:
    """Write a model, unless a file of the same folder holds it: then that one stands for it."""
    for each in next(list_steps(path.parent)):
        if each.model is not None and each.model.digest == model.digest:
            yield each
            return
    yield from write_steps(path, model, overwrite=False)


def _looked_at(path: Path) -> ModelFile:
    from core.model.file import read_model

    try:
        return ModelFile(str(path), read_model(path))
    except InputError as error:
        return ModelFile(str(path), None, f"{error.what}; {error.fix}")


def _age(found: ModelFile) -> float:
    card = None if found.model is None else found.model.card
    return 0.0 if card is None else -card.made_at.timestamp()
