"""Learning from corrections in the window: what there is, what comes of it, the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import write_calls
from fake_model import FakeLearning
from fakes import fake_alignment
from finding import only
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from app.settings.preferences import Preferences
from app.views.dialogs.learn_dialog import LearnDialog
from app.views.parts.learning.before_after_plot import BeforeAfterPlot
from core.audio.recording import Recording
from core.keypoints import ReviewState
from core.learn.tiers import MINUTES, SECONDS
from core.model.file import read_model

MakeWindow = Callable[..., MainWindow]
Settle = Callable[[MainWindow], None]


class Aligner:
    """Finds the fake's curve; with a model half a second later, and says that the model helped."""

    def __init__(self) -> None:
        self.models: list[str] = []

    def __call__(
        self, _recording: Recording, time_0_s: np.ndarray, model: str = "", **_: object
    ) -> Iterator[object]:
        self.models.append(Path(model).stem)
        found = fake_alignment(time_0_s, np.full(len(time_0_s), 0.7 if model else 0.2))
        tuned_by = f"{Path(model).stem} 0123" if model else ""
        yield replace(found, evidence=replace(found.evidence, name="compact", tuned_by=tuned_by))


@pytest.fixture
def aligner() -> Aligner:
    return Aligner()


@pytest.fixture
def reviewed(
    make_window: MakeWindow, tmp_path: Path, settle: Settle, aligner: Aligner
) -> Callable[[int], MainWindow]:
    """A window with six aligned recordings; in some the first five keypoints are moved."""

    def make(count: int) -> MainWindow:
        folder = tmp_path / "deployment"
        folder.mkdir()
        for number in range(6):
            write_calls(folder / f"{number}.wav", 8.0 + number / 10)
        window = make_window(aligner)
        models = str(tmp_path / "models")
        window.shell.preferences.put(Preferences(models_folder=models))
        window.open([folder])
        settle(window)
        for key in list(window.session.recordings)[:count]:
            correct(window, key)
        settle(window)
        return window

    return make


def correct(window: MainWindow, key: int) -> None:
    """Move the first five keypoints of a recording a little."""
    window.session.selection.select_recording(key)
    keypoints = window.session.recordings[key].keypoints
    for index in range(5):
        window.session.move_keypoint(index, float(keypoints.time_1_s[index]) + 0.015)


def learn(window: MainWindow, steps: FakeLearning, qtbot: QtBot) -> LearnDialog:
    """Open the dialog, and learn as soon as it can be."""
    window.models.learning.steps = steps
    window.commands["learn"].trigger()
    dialog = only(window, LearnDialog)
    qtbot.waitUntil(dialog.start.isEnabled)
    click(dialog.start)
    return dialog


def click(button: object) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_it_says_what_there_is_and_that_it_is_too_little(
    reviewed: Callable[[int], MainWindow], qtbot: QtBot
) -> None:
    window = reviewed(4)
    window.commands["learn"].trigger()
    dialog = only(window, LearnDialog)
    qtbot.waitUntil(lambda: not window.models.learning.is_running)
    told, least = "recordings, {} keypoints, two recorders;", "5 recordings are the least."
    assert dialog.said.startswith(f"4 {told.format(20)} {least}")
    assert not dialog.start.isEnabled()
    correct(window, list(window.session.recordings)[4])
    qtbot.waitUntil(dialog.start.isEnabled)
    assert dialog.said == f"5 {told.format(25)} {least}"
    assert dialog.start.isDefault(), "Enter learns"


def test_what_was_only_accepted_teaches_nothing(
    reviewed: Callable[[int], MainWindow], qtbot: QtBot
) -> None:
    window = reviewed(0)
    for key in window.session.recordings:
        window.session.selection.select_recording(key)
        window.session.review_keypoints(range(5), ReviewState.ACCEPTED)
    window.commands["learn"].trigger()
    dialog = only(window, LearnDialog)
    qtbot.waitUntil(lambda: "there is nothing to learn" in dialog.said)
    assert not dialog.start.isEnabled()


def test_a_better_model_is_used_and_one_command_goes_back(
    reviewed: Callable[[int], MainWindow],
    qtbot: QtBot,
    settle: Settle,
    aligner: Aligner,
    tmp_path: Path,
) -> None:
    window = reviewed(5)
    before = [entry.keypoints for entry in window.session.entries]
    steps = FakeLearning()
    dialog = learn(window, steps, qtbot)
    qtbot.waitUntil(dialog.use.isVisible)
    (corrections, model), *_ = steps.given
    assert (len(corrections.recordings), model) == (5, "")
    figures = dialog.comparison.figures.texts
    assert figures[0] == ("Mean absolute error", "43.0 ms", "13.0 ms")
    rows = dialog.comparison.recordings.texts
    assert rows[0] == ("0.wav", "10", "40.0", "10.0", "better, known")
    assert rows[1][-1] == "better"
    qtbot.waitUntil(lambda: dialog.findChild(BeforeAfterPlot) is not None)
    assert dialog.screen().availableGeometry().contains(dialog.frameGeometry())
    assert dialog.use.isDefault(), "Enter uses it"
    assert dialog.focusWidget() is dialog.use
    aligner.models.clear()
    click(dialog.use)
    qtbot.waitUntil(lambda: bool(window.shell.preferences.value.model))
    settle(window)
    path = Path(window.shell.preferences.value.model)
    assert path.parent == tmp_path / "models"
    assert read_model(path).card is not None
    assert aligner.models == [path.stem] * 6
    assert f"In use: {path.stem}" in {a.text() for a in window.menus["Model"].actions()}
    assert "6 recordings are aligned anew; your decisions stand" in dialog.verdict
    for entry, was in zip(window.session.entries, before, strict=True):
        assert entry.run.made.settings["tuned_by"] == f"{path.stem} 0123"
        decided = was.is_reviewed
        after = entry.keypoints
        np.testing.assert_array_equal(after.time_1_s[decided], was.time_1_s[decided])
        assert after.state == was.state
    untouched = list(window.session.entries)[5].keypoints
    assert untouched.offset_s == pytest.approx(0.7)
    window.commands["earlier_model"].trigger()
    settle(window)
    assert window.shell.preferences.value.model == ""
    assert dialog.verdict.startswith("Alignments go by the shipped model from now on.")
    assert list(window.session.entries)[5].keypoints.offset_s == pytest.approx(0.2)
    assert "tuned_by" not in list(window.session.entries)[5].run.made.settings
    renamed = path.rename(path.with_stem("garden"))
    click(dialog.use)
    qtbot.waitUntil(lambda: window.shell.preferences.value.model == str(renamed))
    settle(window)
    assert [*path.parent.glob("*.finchmodel")] == [renamed], "the same model is in one file"


def test_what_is_no_better_is_not_offered_but_can_be_saved(
    reviewed: Callable[[int], MainWindow],
    qtbot: QtBot,
    settle: Settle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = reviewed(5)
    dialog = learn(window, FakeLearning(after_ms=60.0), qtbot)
    qtbot.waitUntil(dialog.save.isVisible)
    assert not dialog.use.isEnabled()
    assert dialog.verdict.startswith("Not offered: what was learned is worse")
    out = tmp_path / "mine.finchmodel"
    monkeypatch.setattr("app.frame.handlers.model.ask_where_to_save", lambda *_: out)
    click(dialog.save)
    settle(window)
    assert read_model(out).card is not None
    assert window.shell.preferences.value.model == ""


def test_learning_can_be_stopped_between_steps_and_the_window_works_on(
    reviewed: Callable[[int], MainWindow], qtbot: QtBot, settle: Settle
) -> None:
    window = reviewed(5)
    steps = FakeLearning(waits=True)
    dialog = learn(window, steps, qtbot)
    steps.released.release(2)
    qtbot.waitUntil(lambda: "hearing the recordings" in dialog.stage)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.session.selection.select_keypoint(2)
    QTest.keyClick(window, Qt.Key.Key_N)
    assert window.session.selection.keypoint == 3
    click(dialog.stop)
    steps.released.release(20)
    settle(window)
    assert steps.steps <= 4
    assert dialog.verdict == "Stopped; nothing was changed."
    assert dialog.start.isEnabled()
    click(dialog.start)
    steps.released.release(20)
    qtbot.waitUntil(dialog.use.isEnabled)


def test_more_can_be_learned_in_minutes_and_is_shown_as_it_is(
    reviewed: Callable[[int], MainWindow], qtbot: QtBot
) -> None:
    window = reviewed(5)
    steps = FakeLearning(waits=True)
    window.models.learning.steps = steps
    window.commands["learn"].trigger()
    dialog = only(window, LearnDialog)
    qtbot.waitUntil(dialog.start.isEnabled)
    assert dialog.tiers.tier == SECONDS
    dialog.tiers.button(MINUTES).click()
    click(dialog.start)
    steps.released.release(6)
    qtbot.waitUntil(lambda: dialog.curve is not None and dialog.curve.points == 6)
    qtbot.waitUntil(dialog.curve.isVisible)
    assert not dialog.tiers.isVisible()
    steps.released.release(20)
    qtbot.waitUntil(dialog.use.isVisible)
    assert steps.tiers == [MINUTES]
    assert dialog.curve is None


def test_what_cannot_be_learned_here_says_why(
    reviewed: Callable[[int], MainWindow], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.extras.find_spec", {}.get)
    window = reviewed(5)
    window.commands["learn"].trigger()
    dialog = only(window, LearnDialog)
    qtbot.waitUntil(dialog.start.isEnabled)
    assert not dialog.tiers.button(MINUTES).isEnabled()
    assert dialog.tiers.why_not.startswith(
        "In minutes: needs torch, torchaudio, not installed here"
    )
    assert dialog.tiers.tier == SECONDS


def test_a_folder_that_cannot_be_written_is_told_and_the_model_stays(
    reviewed: Callable[[int], MainWindow], qtbot: QtBot, settle: Settle, tmp_path: Path
) -> None:
    window = reviewed(5)
    (tmp_path / "models").write_bytes(b"")
    dialog = learn(window, FakeLearning(), qtbot)
    qtbot.waitUntil(dialog.use.isVisible)
    click(dialog.use)
    settle(window)
    assert dialog.verdict.startswith("The model in use stays.")
    assert window.shell.preferences.value.model == ""
