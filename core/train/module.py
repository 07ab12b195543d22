"""What Lightning trains: the pair scorer, on an encoder's tokens; its last layers, if asked for."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from lightning.pytorch import LightningModule
from torch import Tensor
from torch.optim import AdamW
from torch.optim.lr_scheduler import ReduceLROnPlateau
from torch.utils.data import DataLoader

from core.nets.cache import EmbeddingCache
from core.nets.embed import ClipEncoder
from core.nets.encoders.encoder import Encoder
from core.nets.heads.pair import PairScorer
from core.nets.ranking import PairModel
from core.train.history import Epoch, stale_epochs
from core.train.line import fitted_line
from core.train.loss import Judged, judged
from core.train.recipe import Recipe
from core.train.samples.draw import Batch, epoch_batches, fixed_batches
from core.train.samples.labelled import LabelledRecording
from core.train.samples.tokens import LearningTokens, SampleTokens
from core.train.whole import alignment_errors

Recordings = Sequence[LabelledRecording]
_ENCODER_RATE = 0.1
"""Of the scorer's learning rate: what an encoder knows is not to be shaken out of it."""
_SEEN = 6
"""Sums of a validation: loss, chance, samples; squared and absolute errors, recordings."""
Item = Batch | int
"""What is validated: a batch of pairs, or a recording, by its place, to align."""


class PairTraining(LightningModule):
    """The scorer, its data, and what was measured epoch by epoch.

    Parameters
    ----------
    scorer : PairScorer
    encoder : tuple of Encoder and str
        Left as it is, and the digest of its weights.
    cache : EmbeddingCache
    train, val : sequence of LabelledRecording
    recipe : Recipe
    teacher : PairScorer, optional
        Whose similarities are taught too.

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
        teacher: PairScorer | None = None,
    ) -> None:
        super().__init__()
        self.scorer = scorer
        self.learning: Encoder | None = None
        if recipe.unfrozen_layers:
            self.learning = _unfrozen(encoder[0], recipe.unfrozen_layers)
        self.recipe = recipe
        self.history: list[Epoch] = []
        # In tuples, so that they are no part of what is trained and saved.
        self._frozen, self._teacher = encoder, (teacher,)
        self._cache, self._train, self._val = cache, train, val
        self._model: PairModel | None = None
        self._losses: list[Tensor] = []
        self._seen = torch.zeros(_SEEN, dtype=torch.float64)
        self._line: tuple[float, float] | None = None
        self._right: list[Tensor] = []
        self._wrong: list[Tensor] = []

    def setup(self, stage: str) -> None:  # noqa: ARG002
        """Bring the encoder to the device that the strategy chose for this process."""
        for teacher in filter(None, self._teacher):
            teacher.to(self.device)
        heard = self.scorer.heard
        encoder = ClipEncoder(*self._frozen, self.device, heard=heard)
        self._model = PairModel(encoder, self.scorer)
        self._tokens: SampleTokens | LearningTokens
        self._tokens = SampleTokens(encoder, self._cache, self._train)
        self._val_tokens = SampleTokens(encoder, self._cache, self._val)
        if self.learning is not None:
            self._tokens = LearningTokens(self.learning, heard, self._train)

    @property
    def model(self) -> PairModel:
        """Encoder and scorer, once training was set up."""
        assert self._model is not None
        return self._model

    @property
    def tuned(self) -> dict[str, Tensor]:
        """Weights of the encoder that are trained along, by its own names."""
        if self.learning is None:
            return {}
        return {n: w for n, w in self.learning.named_parameters() if w.requires_grad}

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
        groups: list[dict[str, Any]] = [{"params": [*self.scorer.parameters()]}]
        if self.learning is not None:
            slow = _ENCODER_RATE * recipe.learning_rate
            groups.append({"params": [*self.tuned.values()], "lr": slow})
        optimizer = AdamW(groups, recipe.learning_rate, weight_decay=recipe.weight_decay)
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
        """Loss of a batch."""
        loss = self._judged(self._tokens, batch).loss
        self._losses.append(loss.detach())
        return loss

    def on_validation_epoch_start(self) -> None:
        """Start to sum anew; an encoder that has learned is a new one, with no embeddings yet."""
        self._seen = torch.zeros(_SEEN, dtype=torch.float64)
        self._right, self._wrong = [], []
        if self.learning is not None:
            name = f"{self._frozen[1]}-{self.current_epoch}"
            encoder = ClipEncoder(self.learning, name, self.device, heard=self.scorer.heard)
            self._model, self._cache = PairModel(encoder, self.scorer), EmbeddingCache()
            self._val_tokens = SampleTokens(encoder, self._cache, self._val)

    def validation_step(self, item: Item, batch_idx: int) -> None:  # noqa: ARG002
        """Score a batch of pairs, or align a recording."""
        if isinstance(item, int):
            self._fit_line()
            recipe, recording = self.recipe, self._val[item]
            errors = alignment_errors(self.model, self._cache, recording, recipe.max_offset_s)
            seen = [0.0, 0.0, 0.0, errors.mse_s2, errors.mae_ms, 1.0]
        else:
            found = self._judged(self._val_tokens, item)
            self._right.append(found.right.cpu())
            self._wrong.append(found.wrong.cpu())
            count = len(item)
            seen = [float(found.loss) * count, found.chance * count, count, 0.0, 0.0, 0.0]
        self._seen += torch.tensor(seen, dtype=torch.float64)

    def on_validation_epoch_end(self) -> None:
        """Close the epoch: all processes agree on its row, the learning rate and the end."""
        self._fit_line()
        self._line = self.trainer.strategy.broadcast(self._line)
        if self._line is not None:
            self.scorer.set_line(*self._line)
        train = torch.stack(self._losses).double().cpu()
        mine = torch.cat([self._seen, torch.stack([train.sum(), torch.tensor(float(len(train)))])])
        # A GPU of Apple's knows no double precision.
        mine = mine.float() if self.device.type == "mps" else mine
        seen = self.trainer.strategy.reduce(mine.to(self.device), reduce_op="sum").tolist()
        row = Epoch(
            epoch=self.current_epoch,
            train_loss=seen[6] / seen[7],
            val_loss=seen[0] / seen[2],
            val_chance=seen[1] / seen[2],
            val_mse_s2=seen[3] / seen[5],
            val_mae_ms=seen[4] / seen[5],
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

    def _judged(self, tokens: SampleTokens | LearningTokens, batch: Batch) -> Judged:
        heard = tokens.of(batch, 0), tokens.of(batch, 1)
        (teacher,) = self._teacher
        tolerance_s = self.recipe.draw.tolerance_s
        taught = teacher if self.training else None
        return judged(self.scorer, batch, heard, tolerance_s, taught)

    def _fit_line(self) -> None:
        """Give similarities their zero, from what pairs this process has heard since."""
        if not self.scorer.ranks or not self._right:
            return
        right, wrong = (torch.cat(part).double().numpy() for part in (self._right, self._wrong))
        self._right, self._wrong = [], []
        if len(wrong):
            self._line = fitted_line(right, wrong)
            self.scorer.set_line(*self._line)


def _unfrozen(encoder: Encoder, layers: int) -> Encoder:
    """A copy whose last layers learn."""
    learning = copy.deepcopy(encoder).train()
    for part in learning.last(layers):
        part.requires_grad_(requires_grad=True)
    return learning


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, bool | int | float | str)


def _in_order(items: list[Any]) -> DataLoader[Any]:
    """One item at a time; the work is in the encoder, which lives in this process."""
    return DataLoader(items, batch_size=None, shuffle=False)  # type: ignore[arg-type]
