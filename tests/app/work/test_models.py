"""Models in files: chosen, listed, refused, and what happens when one is gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import write_calls
from fake_model import fake_model
from finding import only
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from safetensors.numpy import save

from app.base.messages import Kind
from app.frame.main_window import MainWindow
from app.settings.evidence_preference import EvidencePreference
from app.settings.preferences import Preferences
from app.views.dialogs.models_dialog import ModelsDialog
from app.views.dialogs.preferences_dialog import PreferencesDialog
from app.work.align.aligner import align_steps
from core.model.file import write_model

MakeWindow = Callable[..., MainWindow]
Settle = Callable[[MainWindow], None]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model for the compact net."""
    path = tmp_path / "models" / "cage & 3.finchmodel"
    path.parent.mkdir()
    write_model(path, fake_model())
    return path


def choose(window: MainWindow, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(path), ""))
    window.commands["choose_model"].trigger()


def said(window: MainWindow) -> list[str]:
    return [message.text for _, message in window.messages.log]


def test_a_chosen_model_is_used_named_and_remembered(
    make_window: MakeWindow,
    model: Path,
    stereo: Path,
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = make_window(align_steps)
    window.open([stereo])
    settle(window)
    assert "tuned_by" not in window.session.current.run.made.settings
    choose(window, model, monkeypatch)
    settle(window)
    made = window.session.current.run.made
    assert made.settings["tuned_by"].startswith("cage & 3 ")
    assert made.settings["model"] == str(model)
    assert "cage & 3" in window.evidence.toolTip()
    assert "In use: cage && 3" in {action.text() for action in window.menus["Model"].actions()}
    assert make_window().shell.preferences.value.model == str(model)
    window.commands["shipped_model"].trigger()
    settle(window)
    assert "tuned_by" not in window.session.current.run.made.settings
    assert not window.commands["shipped_model"].isEnabled()


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])


def newer(path: Path) -> None:
    path.write_bytes(save({}, {"finchsync_model": json.dumps({"version": 99})}))


def of_others(path: Path) -> None:
    path.write_bytes(save({}, {"made_by": "somebody"}))


def with_other_evidence(path: Path) -> None:
    write_model(path, fake_model(()), overwrite=True)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (cut_short, "cut short"),
        (newer, "was made by a newer FinchSync; update FinchSync"),
        (of_others, "is no model of FinchSync"),
        (with_other_evidence, "was learned with spectral evidence, not with compact"),
        (Path.unlink, "cannot be read"),
    ],
)
def test_a_file_that_is_no_use_is_refused_in_a_line_and_the_model_stays(
    window: MainWindow,
    model: Path,
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Path], None],
    words: str,
) -> None:
    spoil(model)
    choose(window, model, monkeypatch)
    settle(window)
    assert window.messages.message.kind is Kind.ERROR
    assert words in said(window)[-1]
    assert "The model in use stays." in said(window)[-1]
    assert window.shell.preferences.value.model == ""


@pytest.mark.parametrize("evidence", ["compact", "spectral"])
def test_a_model_that_went_is_told_once_and_the_shipped_one_is_used(
    make_window: MakeWindow, tmp_path: Path, settle: Settle, evidence: str
) -> None:
    folder = tmp_path / "two"
    folder.mkdir()
    for number in range(2):
        write_calls(folder / f"{number}.wav", 8.0 + number)
    window = make_window(align_steps)
    gone = str(tmp_path / "gone.finchmodel")
    window.shell.preferences.put(Preferences(model=gone, evidence=EvidencePreference(evidence)))
    window.open([folder])
    settle(window)
    told = [text for text in said(window) if "gone.finchmodel" in text]
    assert len(told) == 1
    assert told[0].startswith("The shipped model is used.")
    for entry in window.session.entries:
        assert not {"model", "tuned_by"} & set(entry.run.made.settings)


def test_the_models_of_a_folder_are_listed_compared_and_chosen(
    window: MainWindow, model: Path, settle: Settle, qtbot: QtBot
) -> None:
    (model.parent / "bad.finchmodel").write_bytes(b"?")
    (model.parent / "notes.txt").write_text("no model")
    window.shell.preferences.put(Preferences(models_folder=str(model.parent)))
    window.commands["models"].trigger()
    dialog = only(window, ModelsDialog)
    qtbot.waitUntil(lambda: len(dialog.table.texts) == 3)
    shipped, ours, bad = dialog.table.texts
    assert shipped[0] == "shipped (in use)"
    assert bad[:2] == ("bad", "cannot be used")
    assert ours == (
        "cage & 3",
        "6 recordings",
        "2026-11-30",
        "43.0 ms → 13.0 ms",
        "100.0 % → 100.0 %",
        "0.050 → 0.050",
    )
    rows = [row[0] for row in dialog.table.texts]
    dialog.table.selectRow(rows.index("bad"))
    assert not dialog.use.isEnabled()
    assert "cut short" in dialog.card
    dialog.table.selectRow(rows.index("cage & 3"))
    assert "60 keypoints of 0.wav" in dialog.card
    dialog.use.click()
    settle(window)
    assert window.shell.preferences.value.model == str(model)
    assert "cage & 3 (in use)" in {row[0] for row in dialog.table.texts}
    assert not dialog.use.isEnabled()


def test_a_folder_that_does_not_exist_holds_the_shipped_model_only(
    window: MainWindow, tmp_path: Path, settle: Settle
) -> None:
    window.shell.preferences.put(Preferences(models_folder=str(tmp_path / "none")))
    window.commands["models"].trigger()
    settle(window)
    assert [row[0] for row in only(window, ModelsDialog).table.texts] == ["shipped (in use)"]


def test_resetting_the_preferences_keeps_the_model(window: MainWindow, model: Path) -> None:
    window.shell.preferences.put(Preferences(model=str(model), tolerance_s=0.1))
    window.commands["preferences"].trigger()
    only(window, PreferencesDialog).defaults.click()
    assert window.shell.preferences.value == Preferences(model=str(model))
