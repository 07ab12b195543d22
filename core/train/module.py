"""What Lightning trains: the pair scorer on a frozen encoder's tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from lightning.pytorch import LightningModule
from torch import Tensor
from torch.optim import AdamW
from torch.optim.lr_scheduler import ReduceLROnPlateau
from torch.utils.data import DataLoader

from core.align.limits import MAX_OFFSET_S
from core.nets.cache import EmbeddingCache
from core.nets.embed import ClipEncoder
from core.nets.encoders.encoder import Encoder
from core.nets.heads.pair import PairScorer
from core.nets.ranking import PairModel
from core.train.draw import Batch, DrawOptions, epoch_batches, fixed_batches
from core.train.history import Epoch, stale_epochs
from core.train.labelled import LabelledRecording
from core.train.loss import batch_loss
from core.train.tokens import SampleTokens
from core.train.whole import alignment_errors

Recordings = Sequence[LabelledRecording]
Item = Batch | int
"""What is validated: a batch of pairs, or a recording, by its place, to align."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the scorer is trained; the defaults are the published ones where there are any.

    Parameters
    ----------
    seed : int
    learning_rate, weight_decay : float
        Of AdamW.
    plateau_epochs : int
        Without a lower validation loss for longer, the learning rate is cut to `plateau_factor`.
    plateau_factor : float
    patience_epochs : int
        Without a lower validation loss for as long, training ends.
    max_offset_s : float
        Of the alignments that are validated, seconds.
    draw : DrawOptions
    """

    seed: int = 0
    learning_rate: float = 2e-4
    weight_decay: float = 0.01
    plateau_epochs: int = 10
    plateau_factor: float = 0.5
    patience_epochs: int = 25
    max_offset_s: float = MAX_OFFSET_S
    draw: DrawOptions = field(default_factory=DrawOptions)


class PairTraining(LightningModule):
    """The scorer, its data, and what was measured epoch by epoch.

    Parameters
    ----------
    scorer : PairScorer
    encoder : tuple of Encoder and str
        Frozen, and the digest of its weights.
    cache : EmbeddingCache
    train, val : sequence of LabelledRecording
    recipe : Recipe

    Attributes
    ----------
    history : list of Epoch
    """

    def __init__(
        self,
        scorer: PairScorer,
        encoder: tuple[Encoder, str],
        cache: EmbeddingCache,
        train: Recordings,
        val: Recordings,
        recipe: Recipe,
    ) -> None:
        super().__init__()
        self.scorer = scorer
        self.recipe = recipe
        self.history: list[Epoch] = []
        # In a tuple, so that the encoder is no part of what is trained and saved.
        self._frozen = encoder
        self._cache, self._train, self._val = cache, train, val
        self._model: PairModel | None = None
        self._losses: list[Tensor] = []
        self._seen = torch.zeros(5, dtype=torch.float64)

    def setup(self, stage: str) -> None:  # noqa: ARG002
        """Bring the encoder to the device that the strategy chose for this process."""
        encoder = ClipEncoder(*self._frozen, self.device)
        self._model = PairModel(encoder, self.scorer)
        self._tokens = SampleTokens(encoder, self._cache, self._train)
        self._val_tokens = SampleTokens(encoder, self._cache, self._val)

    @property
    def model(self) -> PairModel:
        """Encoder and scorer, once training was set up."""
        assert self._model is not None
        return self._model

    def train_dataloader(self) -> DataLoader[Batch]:
        """Batches of the current epoch: the share of this process."""
        place = self.trainer.global_rank, self.trainer.world_size
        recipe = self.recipe
        batches = epoch_batches(self._train, recipe.draw, recipe.seed, self.current_epoch, *place)
        return _in_order(batches)

    def val_dataloader(self) -> DataLoader[Item]:
        """Pairs to score and recordings to align: the share of this process."""
        items: list[Item] = [*fixed_batches(self._val, self.recipe.draw, self.recipe.seed)]
        items += range(len(self._val))
        return _in_order(items[self.trainer.global_rank :: self.trainer.world_size])

    def configure_optimizers(self) -> AdamW:
        """AdamW; its learning rate is reduced after validation, before the state is saved."""
        recipe = self.recipe
        optimizer = AdamW(
            self.scorer.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self._plateau = ReduceLROnPlateau(
            optimizer, factor=recipe.plateau_factor, patience=recipe.plateau_epochs
        )
        return optimizer

    def on_train_epoch_start(self) -> None:
        """Start to sum anew."""
        self._losses = []

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:  # noqa: ARG002
        """Make the batch's dropout its own, so that a run that goes on repeats it.

        Not once an epoch: Lightning draws from the same generator in between, and
        at other places in a run that goes on.
        """
        place = (self.recipe.seed, self.current_epoch, batch_idx, self.trainer.global_rank)
        torch.manual_seed(int(np.random.SeedSequence(place).generate_state(1, np.uint64)[0] >> 1))

    def transfer_batch_to_device(
        self,
        batch: Item,
        device: torch.device,  # noqa: ARG002
        dataloader_idx: int,  # noqa: ARG002
    ) -> Item:
        """Leave a batch alone: it says which clips, and the cache brings their tokens."""
        return batch

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:  # noqa: ARG002
        """Pair loss of a batch."""
        loss = self._loss(self._tokens, batch)
        self._losses.append(loss.detach())
        return loss

    def on_validation_epoch_start(self) -> None:
        """Start to sum anew."""
        self._seen = torch.zeros(5, dtype=torch.float64)

    def validation_step(self, item: Item, batch_idx: int) -> None:  # noqa: ARG002
        """Score a batch of pairs, or align a recording."""
        if isinstance(item, int):
            recipe, recording = self.recipe, self._val[item]
            errors = alignment_errors(self.model, self._cache, recording, recipe.max_offset_s)
            seen = [0.0, 0.0, errors.mse_s2, errors.mae_ms, 1.0]
        else:
            loss = float(self._loss(self._val_tokens, item))
            seen = [loss * len(item), float(len(item)), 0.0, 0.0, 0.0]
        self._seen += torch.tensor(seen, dtype=torch.float64)

    def on_validation_epoch_end(self) -> None:
        """Close the epoch: all processes agree on its row, the learning rate and the end."""
        train = torch.stack(self._losses).double().cpu()
        mine = torch.cat([self._seen, torch.stack([train.sum(), torch.tensor(float(len(train)))])])
        # A GPU of Apple's knows no double precision.
        mine = mine.float() if self.device.type == "mps" else mine
        seen = self.trainer.strategy.reduce(mine.to(self.device), reduce_op="sum").tolist()
        row = Epoch(
            epoch=self.current_epoch,
            train_loss=seen[5] / seen[6],
            val_loss=seen[0] / seen[1],
            val_mse_s2=seen[2] / seen[4],
            val_mae_ms=seen[3] / seen[4],
            learning_rate=self._plateau.optimizer.param_groups[0]["lr"],
        )
        self.history.append(row)
        self._plateau.step(row.val_loss)
        if stale_epochs(self.history) >= self.recipe.patience_epochs:
            self.trainer.should_stop = True

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep what Lightning does not know of, as plain values."""
        plateau = {k: v for k, v in self._plateau.state_dict().items() if _is_plain(v)}
        rows = [asdict(row) for row in self.history]
        checkpoint["finchsync"] = {"history": rows, "plateau": plateau}

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take it up again; the optimizer's state comes after this."""
        kept = checkpoint["finchsync"]
        self.history = [Epoch(**row) for row in kept["history"]]
        self._kept_plateau = kept["plateau"]

    def on_train_start(self) -> None:
        """Give the plateau its memory back, now that it is there."""
        kept = getattr(self, "_kept_plateau", None)
        if kept is not None:
            self._plateau.load_state_dict(kept)

    def _loss(self, tokens: SampleTokens, batch: Batch) -> Tensor:
        heard = tokens.of(batch, 0), tokens.of(batch, 1)
        return batch_loss(self.scorer, batch, *heard, self.recipe.draw.tolerance_s)


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, bool | int | float | str)


def _in_order(items: list[Any]) -> DataLoader[Any]:
    """One item at a time; the work is in the encoder, which lives in this process."""
    return DataLoader(items, batch_size=None, shuffle=False)  # type: ignore[arg-type]
