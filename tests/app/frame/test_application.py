"""What the desktop knows of the program, and hands to it."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent, QGuiApplication
from pytestqt.qtbot import QtBot

from app.frame import application
from app.frame.application import Application
from app.frame.main_window import MainWindow

REPOSITORY = Path(__file__).resolve().parents[3]


def test_files_dropped_on_the_icon_of_macos_are_opened_together(
    qapp: Application, window: MainWindow, settle: Callable, make_audio: Callable, qtbot: QtBot
) -> None:
    pair = [make_audio(f"{side}.wav", channels=1) for side in ("left", "right")]
    qapp.files_given.connect(window.open)
    with qtbot.waitSignal(qapp.files_given):
        for path in pair:
            event = QFileOpenEvent(QUrl.fromLocalFile(str(path)))
            assert qapp.sendEvent(qapp, event)
    qapp.files_given.disconnect(window.open)
    settle(window)
    assert window.pairing.sheet is not None
    (opened,) = window.pairing.sheet.draft.pairs
    assert opened.files == tuple(pair)


def test_the_desktop_knows_the_program_by_name(qapp: Application) -> None:
    assert QGuiApplication.desktopFileName() == "finchsync"


def test_windows_gives_the_program_an_icon_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []
    shell32 = SimpleNamespace(SetCurrentProcessExplicitAppUserModelID=names.append)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(shell32=shell32), raising=False)
    monkeypatch.setattr(application, "sys", SimpleNamespace(platform="win32"))
    application._introduce()
    assert names == ["FinchSync.FinchSync"]


def test_pictures_of_the_window_have_letters_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.delenv("QT_QPA_FONTDIR", raising=False)
    monkeypatch.setenv("SYSTEMROOT", r"D:\Windows")
    monkeypatch.setenv("QT_QPA_PLATFORM", "windows")
    application._give_fonts()
    assert "QT_QPA_FONTDIR" not in os.environ
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    application._give_fonts()
    assert os.environ["QT_QPA_FONTDIR"] == r"D:\Windows\Fonts"
    monkeypatch.setenv("QT_QPA_FONTDIR", "own")
    application._give_fonts()
    assert os.environ["QT_QPA_FONTDIR"] == "own"


def test_a_frozen_program_works_for_another_if_it_is_started_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def work() -> None:
        raise SystemExit("works")

    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(multiprocessing, "freeze_support", work)
    with pytest.raises(SystemExit, match="works"):
        runpy.run_path(str(REPOSITORY / "main.py"), run_name="__main__")
