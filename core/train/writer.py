"""What a run leaves on disk after every epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from lightning.pytorch import Callback, LightningModule, Trainer

from core.nets.heads.probe import alpha_of
from core.nets.heads.scorer_file import Card, save_scorer
from core.train.folder import (
    BEST_NAME,
    LAST_NAME,
    METRICS_NAME,
    SHARES,
    STATE_NAME,
    write_yaml,
)
from core.train.history import Epoch, best, learned, write_history
from core.train.module import PairTraining

Advance = Callable[[float, str], None]


class EpochWriter(Callback):
    """After every epoch: checkpoints, metrics, and last the state from which a run goes on.

    Parameters
    ----------
    out : Path
        Folder of the run.
    card : Card
        Of the model; the epoch's metrics are added.
    epochs : int
        At most.
    advance : callable
        Told the share of the epochs that is done, and what came of them.
    """

    def __init__(self, out: Path, card: Card, epochs: int, advance: Advance) -> None:
        self._out, self._card, self._epochs, self._advance = out, card, epochs, advance

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """All processes save the state, the first writes the rest."""
        assert isinstance(pl_module, PairTraining)
        history = pl_module.history
        row = history[-1]
        if trainer.is_global_zero:
            card = self._card | {"metrics": asdict(row)}
            shares = alpha_of(pl_module.scorer)
            if shares is not None:
                card |= {SHARES: shares}
            if best(history) == row and learned(row):
                _write_scorer(self._out / BEST_NAME, pl_module, card)
            _write_scorer(self._out / LAST_NAME, pl_module, card)
            write_history(self._out / METRICS_NAME, history)
            if trainer.logger is not None:
                numbers = {name: value for name, value in asdict(row).items() if name != "epoch"}
                trainer.logger.log_metrics(numbers, step=row.epoch)
                trainer.logger.save()
        trainer.save_checkpoint(self._out / STATE_NAME)
        if trainer.is_global_zero:
            self._advance((row.epoch + 1) / self._epochs, _sentence(row))

    def on_train_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: object,  # noqa: ARG002
        batch: object,  # noqa: ARG002
        batch_idx: int,
    ) -> None:
        """Say how far the epoch is."""
        if trainer.is_global_zero:
            assert isinstance(pl_module, PairTraining)
            part = (batch_idx + 1) / (trainer.num_training_batches + 1)
            before = _sentence(pl_module.history[-1]) if pl_module.history else "first epoch"
            self._advance((trainer.current_epoch + part) / self._epochs, before)


def _write_scorer(path: Path, trained: PairTraining, card: Card) -> None:
    """Write weights with their card inside, and the card beside them to read."""
    digest = card["encoder"]["digest"]
    save_scorer(path, trained.scorer, digest, card, tuned=trained.tuned, overwrite=True)
    write_yaml(path.with_suffix(".yaml"), card)


def _sentence(row: Epoch) -> str:
    return (
        f"epoch {row.epoch + 1}: loss {row.train_loss:.4f}, "
        f"validation {row.val_loss:.4f} (chance {row.val_chance:.4f}), "
        f"MAE {row.val_mae_ms:.0f} ms, MSE {row.val_mse_s2:.4f} s²"
    )
