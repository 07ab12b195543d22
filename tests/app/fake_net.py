"""A network made of nothing, what opens it, and how a window is told to use it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from app.frame.main_window import MainWindow
from app.settings.evidence_preference import EvidencePreference
from core.evidence.choice import EvidenceChoice
from core.evidence.learned import EvidenceInput, LearnedTerm, Networks
from core.steps import Steps

Settle = Callable[[MainWindow], None]


class FakeNet:
    """A network that knows nothing, slowly if it is told to."""

    name = "compact"
    weight = 0.3
    spectral_share = 1.0
    cost = 1.0

    def __init__(self, device: str = "cpu") -> None:
        self.model_id = f"fake-{device}"
        self.device = device
        self.notices: list[str] = []
        self.thread = threading.current_thread()
        self.batches = 0
        self.is_closed = False
        self.waits: threading.Semaphore | None = None
        self.says: tuple[str, ...] = ()

    def term(
        self,
        _heard: EvidenceInput,
        time_0_s: np.ndarray,
        _first_offset_s: np.ndarray,
        columns: int,
    ) -> Steps[LearnedTerm]:
        assert not self.is_closed
        for batch in range(20):
            if self.waits is not None:
                assert self.waits.acquire(timeout=20)
            self.batches += 1
            if batch == 1:
                self.notices.extend(self.says)
            yield batch / 20
        return LearnedTerm(np.zeros((len(time_0_s), columns), dtype=np.float32))

    def close(self) -> None:
        self.is_closed = True


class Opener:
    """Opens fakes in place of networks, and remembers them."""

    def __init__(self) -> None:
        self.opened: list[FakeNet] = []
        self.prepare: Callable[[FakeNet], None] = lambda _net: None
        self.error: Exception | None = None

    def __call__(self, choice: EvidenceChoice) -> Networks:
        if self.error is not None:
            raise self.error
        assert all(net.is_closed for net in self.opened), "two networks at a time"
        net = FakeNet("cuda" if choice.device == "auto" else choice.device)
        self.prepare(net)
        self.opened.append(net)
        return (net,)


def prefer(window: MainWindow, wish: EvidencePreference) -> None:
    store = window.shell.preferences
    store.put(replace(store.value, evidence=wish, aligns_on_open=False))


def align(window: MainWindow, settle: Settle) -> None:
    window.commands["align"].trigger()
    settle(window)
