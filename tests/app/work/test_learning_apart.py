"""Learning in the process that the window starts for it, which goes on where it was stopped."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pytest
from fakes import fake_alignment
from finding import only
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from app.settings.preferences import Preferences
from app.views.dialogs.learn_dialog import LearnDialog
from app.work import learn_apart
from core.audio.recording import Recording
from core.keypoints import KeypointSet, ReviewState
from core.learn.tiers import MINUTES
from core.model.file import read_model
from tests.core.learn.conftest import needs_torch, recorded

MakeWindow = Callable[..., MainWindow]
Settle = Callable[[MainWindow], None]


def _short_steps(*asked: object) -> Iterator[object]:
    """As the window's process learns, but for one epoch a net."""
    from core.learn import tier_two
    from core.train.adapting import EPOCH_STEPS

    tier_two.RECIPE = replace(tier_two.RECIPE, steps=EPOCH_STEPS, crops_a_step=1)
    yield from learn_apart._learn_steps(*asked)


@pytest.fixture
def dialog(
    make_window: MakeWindow,
    tmp_path: Path,
    qtbot: QtBot,
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> LearnDialog:
    """Six recordings with three calls each, reviewed, and the dialog ready to learn."""
    monkeypatch.setattr("fakes.REACH_S", 2.0)
    truths: dict[str, KeypointSet] = {}
    for number in range(6):
        path = tmp_path / "sparse" / f"{number}.wav"
        path.parent.mkdir(exist_ok=True)
        truths[path.name] = recorded(path, 100 + number)

    def nearly(recording: Recording, time_0_s: np.ndarray, **_: object) -> Iterator[object]:
        truth = truths[recording.name]
        yield fake_alignment(time_0_s, np.interp(time_0_s, truth.time_0_s, truth.offset_s))

    window = make_window(nearly)
    window.shell.preferences.put(Preferences(models_folder=str(tmp_path / "models")))
    window.open([tmp_path / "sparse"])
    settle(window)
    for key, entry in list(window.session.recordings.items()):
        window.session.selection.select_recording(key)
        window.session.review_keypoints(range(len(entry.keypoints)), ReviewState.ACCEPTED)
        window.session.move_keypoint(5, float(entry.keypoints.time_1_s[5]) + 0.001)
    settle(window)
    window.commands["learn"].trigger()
    dialog = only(window, LearnDialog)
    qtbot.waitUntil(dialog.start.isEnabled, timeout=20000)
    return dialog


def click(button: object) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_real_corrections_of_a_small_deployment_are_learned_from(
    dialog: LearnDialog, qtbot: QtBot
) -> None:
    click(dialog.start)
    qtbot.waitUntil(dialog.use.isVisible, timeout=120000)
    assert dialog.use.isEnabled(), dialog.verdict
    before, after = (
        float(text.removesuffix(" ms")) for text in dialog.comparison.figures.texts[0][1:]
    )
    assert after < 0.5 * before


@needs_torch
@pytest.mark.slow
def test_what_learns_for_minutes_is_killed_stopped_and_comes_to_its_end(
    dialog: LearnDialog,
    qtbot: QtBot,
    settle: Settle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(learn_apart, "_learn_steps", _short_steps)
    dialog.tiers.button(MINUTES).click()
    window, work = dialog.parent(), tmp_path / "models"
    taught = []
    window.models.learning.taught.connect(taught.append)

    def kept() -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in work.rglob("*.step")}

    click(dialog.start)
    qtbot.waitUntil(lambda: bool(kept()) and dialog.curve is not None, timeout=120000)
    (process,) = active_children()
    os.kill(process.pid, signal.SIGTERM)
    qtbot.waitUntil(dialog.start.isEnabled, timeout=20000)
    assert dialog.verdict.startswith("corrections: were not learned from to the end, because the")
    assert not dialog.use.isVisible()
    first = kept()

    click(dialog.start)
    qtbot.waitUntil(lambda: len(kept()) > len(first), timeout=120000)
    click(dialog.stop)
    settle(window)
    assert dialog.verdict == "Stopped; nothing was changed."
    assert not active_children()
    done = kept()
    assert first.items() < done.items()

    taught.clear()
    click(dialog.start)
    qtbot.waitUntil(dialog.use.isVisible, timeout=240000)
    assert {point.part for point in taught} == set(range(6)), "the whole curve is shown"
    assert done.items() < kept().items(), "what was done is not done again"
    assert "ier 1" in dialog.verdict, "what the other tier comes to is told"
    assert dialog.use.isEnabled(), dialog.verdict
    click(dialog.use)
    settle(window)
    model = read_model(Path(window.shell.preferences.value.model))
    assert model.card is not None
    assert (model.adaptation is not None) == (model.card.tier == MINUTES)
