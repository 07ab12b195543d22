"""The folder of a run: what is in it, whose it is, and how it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import yaml
from lightning.pytorch.plugins.io import TorchCheckpointIO

from core.errors import InputError, system_reason
from core.formats.files.atomic import write_whole

RUN_NAME = "run.yaml"
STATE_NAME = "state.ckpt"
BEST_NAME = "best.safetensors"
LAST_NAME = "last.safetensors"
METRICS_NAME = "metrics.csv"
TENSORBOARD_NAME = "tensorboard"

SHARES = "shares of the layers"
"""Where a card tells them."""

Identity = dict[str, Any]
"""What makes two runs the same, as plain values."""


class WholeStates(TorchCheckpointIO):
    """Writes Lightning's state so that it is there whole or as it was before."""

    def save_checkpoint(
        self,
        checkpoint: dict[str, Any],
        path: str | Path,
        storage_options: Any = None,  # noqa: ARG002
    ) -> None:
        """Write over what is there."""
        with write_whole(Path(path), overwrite=True) as file:
            torch.save(checkpoint, file)


def write_yaml(path: Path, value: Mapping[str, object]) -> None:
    """Write plain values, whole or not at all, over what is there."""
    with write_whole(path, overwrite=True) as file:
        file.write(_text(value).encode("utf-8"))


def claim(out: Path, identity: Identity, *, resume: bool) -> None:
    """Make the folder of a run, or make sure that the run in it is this one.

    Parameters
    ----------
    out : Path
    identity : Identity
    resume : bool
        Whether a run that is there may go on; where there is none, one begins.

    Raises
    ------
    InputError
        If the folder holds another run or other things, or cannot be made.
    """
    try:
        if out.exists() and not out.is_dir():
            raise InputError(out, "is not a folder", "choose another place for the run")
        holds = out.is_dir() and any(out.iterdir())
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = system_reason(error)
        raise InputError(out, f"cannot be made ({reason})", "choose another place") from error
    if not holds:
        write_yaml(out / RUN_NAME, identity)
        return
    if not (out / RUN_NAME).is_file():
        raise InputError(out, "holds files that are no run", "choose an empty or a new folder")
    if not resume:
        raise InputError(out, "holds a run already", "add --resume to go on, or choose another")
    other, this = _read(out / RUN_NAME), yaml.safe_load(_text(identity))
    differ = [name for name in this if other.get(name) != this[name]]
    if differ:
        raise InputError(
            out,
            f"holds another run: {', '.join(differ)} differ",
            "give what it was started with, or choose another folder",
        )


def best_shares(out: Path) -> tuple[float, ...]:
    """Shares of the layers as the best scorer's card tells them; empty where it does not."""
    path = (out / BEST_NAME).with_suffix(".yaml")
    return tuple(_read(path).get(SHARES, ())) if path.is_file() else ()


def state_of(out: Path) -> dict[str, Any] | None:
    """What Lightning left of a run that was stopped, or None.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    path = out / STATE_NAME
    if not path.is_file():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        state["finchsync"]["history"]
    except Exception as error:
        raise InputError(path, "is damaged", "start anew in another folder") from error
    return state


def _read(path: Path) -> Identity:
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(path, "cannot be read", "choose another folder for the run") from error
    return found if isinstance(found, dict) else {}


def _text(value: Mapping[str, object]) -> str:
    return str(yaml.safe_dump(dict(value), sort_keys=False, allow_unicode=True, width=100))
