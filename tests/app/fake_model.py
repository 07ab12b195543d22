"""Models and what learning came to, without learning."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from core.align.alignment import Progress
from core.align.decoding.prior import DriftPrior
from core.evidence.compact import open_compact
from core.evidence.learned import Networks
from core.learn.comparison import Compared, Comparison, Judged
from core.learn.corrections import Corrections
from core.learn.curve import LossPoint
from core.learn.learning import Learned
from core.learn.tiers import MINUTES
from core.model.model import Card, LearnedFrom, Model, shipped_model


def judged(mae_ms: float) -> Judged:
    """Ten keypoints, each so far off."""
    return Judged(np.full(10, mae_ms / 1000), np.full(10, 0.95), np.full(10, 0.99))


def comparison(before_ms: float = 40.0, after_ms: float = 10.0) -> Comparison:
    """Six recordings, of which the model in use was learned from the first."""
    return Comparison(
        tuple(
            Compared(
                f"{number}.wav",
                10,
                judged(before_ms + number),
                judged(after_ms + number),
                was_learned_from=number == 0,
            )
            for number in range(6)
        )
    )


def fake_model(networks: Networks | None = None, before_ms: float = 40.0) -> Model:
    """A model for the compact net that expects channel 1 to be half a second late."""
    networks = (open_compact(),) if networks is None else networks
    told = comparison(before_ms)
    learned_from = tuple(LearnedFrom(f"{n}.wav", f"{n:032x}", 10) for n in range(6))
    made_at = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    figures = (told.before, told.after, told.better, told.worse)
    card = Card(made_at, "0.1", 1, learned_from, "0" * 32, *figures)
    prior = DriftPrior(np.arange(60.0), np.full(60, 0.5), 0.1, 1e-4, 0.0, 1e-5, 5)
    return replace(shipped_model(networks), prior=prior, card=card)


class FakeLearning:
    """Learns at once, or waits before every step until it is let on.

    Parameters
    ----------
    after_ms : float
        Error of what is learned; it was about 40 ms before.
    waits : bool
    """

    def __init__(self, after_ms: float = 10.0, *, waits: bool = False) -> None:
        self._learned = Learned(fake_model(), comparison(after_ms=after_ms))
        self._waits = waits
        self.released = threading.Semaphore(0)
        self.steps = 0
        self.given: list[tuple[Corrections, str]] = []
        self.tiers: list[int] = []

    def __call__(
        self, corrections: Corrections, model: str, _preference: object, tier: int, _work: Path
    ) -> Iterator[object]:
        self.given.append((corrections, model))
        self.tiers.append(tier)
        for number in range(10):
            if self._waits:
                assert self.released.acquire(timeout=20)
            self.steps += 1
            yield Progress("hearing the recordings", number / 10)
            if tier == MINUTES:
                yield LossPoint(number // 5, 2, number % 5, 5, 6.0 - number / 10, 6.0)
        yield self._learned
