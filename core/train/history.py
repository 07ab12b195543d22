"""What training has come to, epoch by epoch."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from core.formats.files.atomic import write_whole

_BETTER_THAN_CHANCE = 0.98
"""Share of chance's loss; heads that had learned nothing ended at 0.998 and 1.000 of it."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """Measurements of one epoch.

    Parameters
    ----------
    epoch : int
        From 0.
    train_loss, val_loss : float
        Nats.
    val_chance : float
        The validation's loss of a scorer that knows nothing, nats.
    val_mse_s2 : float
        Mean over files of the whole alignments' mean squared error, seconds squared.
    val_mae_ms : float
        The same of the absolute error, milliseconds.
    learning_rate : float
        In force during the epoch.
    """

    epoch: int
    train_loss: float
    val_loss: float
    val_chance: float
    val_mse_s2: float
    val_mae_ms: float
    learning_rate: float


def best(history: Sequence[Epoch]) -> Epoch:
    """The epoch of the lowest loss in validation."""
    return min(history, key=lambda row: _last_if_nan(row.val_loss))


def learned(row: Epoch) -> bool:
    """Whether an epoch's scorer is better than chance, by more than chance makes of it."""
    return row.val_loss < _BETTER_THAN_CHANCE * row.val_chance


def stale_epochs(history: Sequence[Epoch]) -> int:
    """How many epochs ago the validation's loss was lowest."""
    if not history:
        return 0
    losses = [_last_if_nan(row.val_loss) for row in history]
    return len(losses) - 1 - losses.index(min(losses))


def write_history(path: Path, history: Sequence[Epoch]) -> None:
    """Write a CSV table, whole or not at all, over what is there."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [field.name for field in fields(Epoch)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in history)
    with write_whole(path, overwrite=True) as file:
        file.write(text.getvalue().encode("ascii"))


def _last_if_nan(value: float) -> float:
    return math.inf if math.isnan(value) else value
