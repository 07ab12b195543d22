"""Choosing what alignments go by, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fake_net import Opener, align, prefer
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel

import app.settings.evidence_preference
from app.frame.main_window import MainWindow
from app.settings.evidence_preference import EvidencePreference
from app.views.dialogs.preferences_dialog import PreferencesDialog
from app.work.align.aligner import align_steps
from core.errors import InputError

MakeWindow = Callable[..., MainWindow]
Settle = Callable[[MainWindow], None]
COMPACT, SPECTRAL = EvidencePreference("compact"), EvidencePreference("spectral")


@pytest.fixture
def window(make_window: MakeWindow, opener: Opener) -> MainWindow:
    """A window with the real aligner that aligns when asked, and opens fake networks."""
    window = make_window(align_steps, aligns=False)
    window.workbench.aligning.aligner._opens = opener
    return window


def dialog_of(window: MainWindow) -> PreferencesDialog:
    window.commands["evidence"].trigger()
    return window.findChildren(PreferencesDialog)[-1]


def test_what_is_chosen_is_remembered(
    window: MainWindow, make_window: MakeWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / "Birds BEATs.pt", tmp_path / "Scorer, best.safetensors"]
    for file in files:
        file.touch()
    page = dialog_of(window).evidence
    assert page.isVisible()
    assert not page.checkpoint.isEnabled()
    QTest.mouseClick(page.choices["beats"], Qt.MouseButton.LeftButton)
    assert "checkpoint" in page.obstacle
    answers = iter(files)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(next(answers)), ""))
    for line in (page.checkpoint, page.scorer):
        line._browse.click()
    assert page.obstacle == ""
    page.device.setCurrentIndex(page.device.findData("cpu"))
    page.precision.setCurrentIndex(page.precision.findData("int8"))
    wish = EvidencePreference("beats", str(files[0]), str(files[1]), "cpu", "int8")
    assert window.shell.preferences.value.evidence == wish
    assert make_window().shell.preferences.value.evidence == wish
    files[1].unlink()
    again = make_window()
    assert "best.safetensors: there is no such file" in dialog_of(again).evidence.obstacle


def test_the_toolbar_says_what_alignments_go_by_and_lets_one_choose(
    window: MainWindow, opener: Opener, stereo: Path, settle: Settle, tmp_path: Path
) -> None:
    opener.prepare = lambda net: setattr(net, "name", "beats")
    button = window.evidence
    assert button.isVisible()
    window.resize(1600, 1000)
    QApplication.processEvents()
    assert button.text() == "Compact net · CPU"
    shown = button.menu().actions()
    assert [action.isChecked() for action in shown[:3]] == [False, True, False]
    window.open([stereo])
    settle(window)
    shown[0].trigger()
    assert window.shell.preferences.value.evidence.name == "spectral"
    assert button.text() == "Spectrograms · CPU"
    assert window.messages.message.text == "The next alignments go by spectrograms."
    window.messages._act.click()
    settle(window)
    assert window.session.current.run.made.evidence == "spectral"
    # BEATs wants two files first.
    shown[2].trigger()
    page = window.findChildren(PreferencesDialog)[-1].evidence
    assert page.isVisible()
    assert "checkpoint" in page.obstacle
    for name in ("a.pt", "b.safetensors"):
        (tmp_path / name).touch()
    prefer(
        window, EvidencePreference("beats", str(tmp_path / "a.pt"), str(tmp_path / "b.safetensors"))
    )
    assert button.text() == "BEATs · fastest device"
    assert shown[2].isChecked()
    align(window, settle)
    assert button.text() == "BEATs · CUDA"
    assert "aligned with BEATs" in button.toolTip()
    window.resize(1024, 600)
    QApplication.processEvents()
    assert button.text() == "BEATs"
    assert button.x() + button.width() <= 1024


def test_resetting_the_general_page_keeps_the_files(window: MainWindow) -> None:
    wish = EvidencePreference("beats", "/a.pt", "/b.safetensors")
    prefer(window, wish)
    dialog = dialog_of(window)
    dialog.defaults.click()
    assert window.shell.preferences.value.aligns_on_open
    assert window.shell.preferences.value.evidence == wish


def test_nonsense_in_the_settings_falls_back(make_window: MakeWindow) -> None:
    for key, value in {"name": "mauve", "device": "abacus", "checkpoint": "/a.pt"}.items():
        QSettings().setValue(f"preferences/evidence/{key}", value)
    window = make_window()
    window.shell.tell_wrong_settings()
    (told,) = window.messages.log
    assert "evidence, device" in told[1].text
    assert "checkpoint" not in told[1].text
    assert window.shell.preferences.value.evidence == EvidencePreference(checkpoint="/a.pt")


def test_without_torch_the_page_says_why_beats_is_greyed(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise InputError("learned evidence", "needs torch, not installed here", "install it")

    monkeypatch.setattr(app.settings.evidence_preference, "ensure_torch", missing)
    page = dialog_of(window).evidence
    assert [name for name, button in page.choices.items() if not button.isEnabled()] == ["beats"]
    shown = [label.text() for label in page.findChildren(QLabel)]
    assert any("BEATs needs torch, not installed here; install it." in text for text in shown)
    QTest.mouseClick(page.choices["compact"], Qt.MouseButton.LeftButton)
    assert window.shell.preferences.value.evidence.name == "compact"
