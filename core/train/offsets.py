"""What teaches the compact net: the true offset is to be likelier than all others of its file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.fft import next_fast_len
from torch import Tensor, nn

from core.arrays import Floats
from core.train.samples.windows import LAGS, ROWS, WINDOW, first_lags

UNINFORMATIVE = 0.03
"""Share of windows taken to hold nothing that both sensors heard."""


@dataclass(frozen=True)
class Training:
    """How weights are made better: what nets, scorers and adaptations have in common."""

    seed: int = 0
    steps: int = 3500
    crops_a_step: int = 4
    real_share: float = 0.5
    learning_rate: float = 3e-3
    weight_decay: float = 0.02


class Descent:
    """Makes weights better step by step: AdamW, its rate one cycle long.

    Parameters
    ----------
    recipe : Training
    weights : sequence of (sequence of Parameter, float)
        In groups, each with its factor of the recipe's rate.
    clipped : sequence of Parameter
        Those among them whose gradient is kept no longer than one.
    """

    def __init__(
        self,
        recipe: Training,
        weights: Sequence[tuple[Sequence[nn.Parameter], float]],
        clipped: Sequence[nn.Parameter],
    ) -> None:
        rates = [factor * recipe.learning_rate for _, factor in weights]
        groups = [
            {"params": list(group), "lr": rate}
            for (group, _), rate in zip(weights, rates, strict=True)
        ]
        self._clipped = clipped
        self._optimiser = torch.optim.AdamW(groups, weight_decay=recipe.weight_decay)
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, rates, total_steps=recipe.steps + 1, pct_start=0.1
        )

    def step(self, losses: Tensor) -> float:
        """Follow the mean of losses downhill, and return it."""
        mean = losses.mean()
        self._optimiser.zero_grad()
        mean.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._clipped, 1.0)
        self._optimiser.step()
        self._schedule.step()
        return float(mean.item())

    @property
    def state(self) -> dict[str, Any]:
        """What another one needs to go on in its place."""
        return {
            "optimiser": self._optimiser.state_dict(),
            "schedule": self._schedule.state_dict(),
        }

    def resume(self, state: dict[str, Any]) -> None:
        """Go on where another one was."""
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])


def windows_loss(
    embedded: tuple[Tensor, Tensor], place: Floats, log_scale: Tensor, rng: np.random.Generator
) -> Tensor:
    """Cross-entropy over the offsets of each window whose match is known, shape (R,).

    Parameters
    ----------
    embedded : tuple of two Tensor, shape (FRAMES, D) and (frames_1, D)
        Of a `core.train.samples.windows.Windows`.
    place : ndarray, shape (ROWS,)
        Its own.
    log_scale : Tensor
        As in `offset_loss`.
    rng : numpy.random.Generator
        Says at which offsets the comparison begins.
    """
    rows = np.flatnonzero(~np.isnan(place))
    first = first_lags(rng, place[rows], len(embedded[1]))
    left = embedded[0].reshape(ROWS, WINDOW, -1)[rows]
    right = torch.stack([embedded[1][at : at + WINDOW + LAGS - 1] for at in first])
    away = torch.arange(LAGS)[None] - torch.from_numpy(place[rows] - first)[:, None]
    return offset_loss(window_scores(left, right), away, log_scale, reach=2.0)


def offset_loss(score: Tensor, away: Tensor, log_scale: Tensor, reach: float) -> Tensor:
    """Cross-entropy of the true offset among all, in rows of which a few hold nothing.

    Parameters
    ----------
    score : Tensor, shape (R, L)
    away : Tensor, shape (R, L)
        Columns from the true offset.
    log_scale : Tensor
        Logarithm of nats a unit of the score.
    reach : float
        Columns from the true offset at which one no longer counts as right.

    Returns
    -------
    Tensor, shape (R,)
    """
    likely = torch.log_softmax(log_scale.exp() * (score - score.mean(dim=1, keepdim=True)), dim=1)
    target = torch.clamp(1.0 - away.abs() / reach, min=0.0)
    target /= target.sum(dim=1, keepdim=True).clamp(min=1e-6)
    hit = (target * likely).sum(dim=1).exp()
    return -torch.log((1 - UNINFORMATIVE) * hit + UNINFORMATIVE / score.shape[1]).float()


def window_scores(left: Tensor, right: Tensor) -> Tensor:
    """As `core.evidence.lags.window_scores`."""
    lags = right.shape[1] - left.shape[1] + 1
    size = next_fast_len(right.shape[1], real=True)
    spectrum = torch.fft.rfft(left, size, dim=1).conj() * torch.fft.rfft(right, size, dim=1)
    scores: Tensor = torch.fft.irfft(spectrum.sum(dim=2), size, dim=1)
    return scores[:, :lags]
