"""A file is replaced only if the person agreed to that very file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.base.save_dialog import ask_where_to_save, typed_path, with_ending
from core.errors import InputError

KINDS = {"PNG (*.png)": ".png", "SVG (*.svg)": ".svg"}


@pytest.fixture
def ask(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Path | None, list]]:
    """Answer the dialog with names one by one, and questions; where to save, and what was asked."""

    def ask(names: list[str], answers: list[bool], kind: str = "") -> tuple[Path | None, list[str]]:
        asked: list[str] = []

        def question(_parent: QWidget, _title: str, text: str) -> QMessageBox.StandardButton:
            asked.append(text)
            buttons = QMessageBox.StandardButton
            return buttons.Yes if answers.pop(0) else buttons.No

        def choose(*_: object, options: QFileDialog.Option) -> tuple[str, str]:
            assert options & QFileDialog.Option.DontConfirmOverwrite
            return (names.pop(0) if names else ""), kind

        monkeypatch.setattr(QMessageBox, "question", question)
        monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
        parent = QWidget()
        qtbot.addWidget(parent)
        return ask_where_to_save(parent, "Save", "x", KINDS), asked

    return ask


def test_the_ending_is_there_before_the_question(ask: Callable, tmp_path: Path) -> None:
    (tmp_path / "mine.png").write_text("precious")
    path, asked = ask([str(tmp_path / "mine")], [True])
    assert path == tmp_path / "mine.png"
    assert asked == ["mine.png already exists. Replace it?"]


def test_who_says_no_is_asked_for_another_name(ask: Callable, tmp_path: Path) -> None:
    (tmp_path / "mine.svg").write_text("precious")
    names = [str(tmp_path / "mine"), str(tmp_path / "other")]
    path, asked = ask(names, [False], "SVG (*.svg)")
    assert path == tmp_path / "other.svg"
    assert len(asked) == 1
    assert ask([str(tmp_path / "mine.svg")], [False])[0] is None


def test_nothing_is_asked_about_a_new_file(ask: Callable, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("not what is written")
    assert ask([str(tmp_path / "mine")], []) == (tmp_path / "mine.png", [])


@pytest.mark.parametrize(
    ("name", "known", "whole"),
    [
        ("a", (), "a.csv"),
        ("a.CSV", (), "a.CSV"),
        ("a.txt", (), "a.txt"),
        ("cage 12.5 kHz", (), "cage 12.5 kHz.csv"),
        ("rec.2024", (), "rec.2024.csv"),
        ("a.txt", (".png",), "a.txt.csv"),
        ("a.PNG", (".png",), "a.PNG"),
    ],
)
def test_an_ending_is_added_where_there_is_none(
    name: str, known: tuple[str, ...], whole: str
) -> None:
    assert with_ending(Path(name), ".csv", known) == Path(whole)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "there is no name yet"),
        ("  ", "there is no name yet"),
        ("/", "is a folder"),
        (".", "is a folder"),
        ("..", "is a folder"),
        ("new folder/", "is a folder"),
        ("~nobody-like-that/x", "is no place for a file"),
    ],
)
def test_what_names_no_file_is_refused(text: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        typed_path(text, ".csv")
