"""A pane without a spectrogram says that it is made, and stops where it never will be."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from app.work import workbench


def test_the_first_spectrogram_is_waited_for_in_words(
    window: MainWindow, stereo: Path, settle: Callable, qtbot: QtBot, monkeypatch
) -> None:
    held = threading.Event()
    whole = workbench.spectrogram_steps

    def slow(*args: object, **options: object) -> Iterator[object]:
        held.wait(10)
        yield from whole(*args, **options)

    assert not any(pane.waiting.isVisible() for pane in window.panes)
    monkeypatch.setattr(workbench, "spectrogram_steps", slow)
    window.open([stereo])
    qtbot.waitUntil(lambda: all(pane.waiting.isVisible() for pane in window.panes))
    assert window.panes[0].waiting.text() == "Making the spectrogram…"
    held.set()
    settle(window)
    assert not any(pane.waiting.isVisible() for pane in window.panes)


def test_nothing_is_promised_of_audio_that_cannot_be_read(
    window: MainWindow, stereo: Path, settle: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Iterator[object]:
        yield from ()
        raise OSError("the card was pulled out")

    monkeypatch.setattr(workbench, "spectrogram_steps", broken)
    window.open([stereo])
    settle(window)
    assert not any(pane.waiting.isVisible() for pane in window.panes)
