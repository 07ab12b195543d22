"""Sounds are found in the window: like a region, marked, shown and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from app.session.region import Region
from app.work.looking import Made, make_steps, search_steps
from core.find.collection import Collection
from core.find.frames import CompactFrames
from core.find.indexing import indexed
from core.find.query import Stretch
from core.find.search import Found
from core.formats.registry import read_labels
from tests.core.find.scenes import Noise, call, write

RISING, FALLING = call(2000, 4000), call(5000, 3500)
OFFSET_S = 0.26
"""About what the aligner of these tests finds everywhere."""


@pytest.fixture
def searched(window: MainWindow, tmp_path: Path, settle: Callable) -> MainWindow:
    """Two recordings with a call at known moments; a region around the first one."""
    places = [(2.0, RISING), (5.0, FALLING), (8.0, RISING)]
    first = write(tmp_path / "cage" / "a.wav", (places, places))
    second = write(tmp_path / "cage" / "b.wav", ([(4.0, RISING)], [(9.0, FALLING)]), seed=1)
    window.finding.make, window.finding.search = make_steps, search_steps
    window.open([*first.paths, *second.paths])
    settle(window)
    window.session.selection.select_first([*window.session.recordings])
    window.session.selection.select_region(Region(0, 2.0, 2.2))
    return window


def _find(window: MainWindow, settle: Callable) -> list[tuple[str, ...]]:
    window.commands["find_like"].trigger()
    settle(window)
    return window.find_panel.table.texts


def test_the_panel_comes_and_lists_hits_of_all_recordings(
    searched: MainWindow, settle: Callable
) -> None:
    rows = _find(searched, settle)
    assert searched.docks.by_title["Find"].isVisible()
    assert {(row[0], row[1], round(float(row[2]))) for row in rows[:4]} >= {("b", "0", 4)}
    assert searched.find_panel.said.startswith("Like a.wav, channel 0, 2.00 to 2.20 s: ")
    scores = [float(row[3]) for row in rows]
    assert scores == sorted(scores, reverse=True)


def test_without_a_region_the_command_says_what_to_do(opened: MainWindow) -> None:
    assert not opened.commands["find_like"].isEnabled()
    assert "Select a region" in opened.find_panel.said


def test_a_hit_is_shown_where_it_is(searched: MainWindow, settle: Callable, qtbot: QtBot) -> None:
    rows = _find(searched, settle)
    row = next(n for n, texts in enumerate(rows) if texts[:2] == ("b", "0"))
    table = searched.find_panel.table
    place = table.visualItemRect(table.item(row, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert searched.session.current.recording.name == "b.wav"
    region = searched.session.selection.region
    assert region.start_s == pytest.approx(4.0, abs=0.05)
    qtbot.keyClick(table, Qt.Key.Key_Up if row else Qt.Key.Key_Down)
    assert searched.session.selection.region != region
    table.setCurrentCell(row, 0)
    settle(searched)
    example, hit, _ = searched.find_panel.pictures.images
    assert searched.find_panel.pictures.words == ("example", "hit", "other channel")
    assert example.width() == pytest.approx(hit.width(), abs=12)
    assert searched.time.start_s < region.start_s < region.end_s < searched.time.end_s


def test_a_hit_is_marked_by_a_right_click(searched: MainWindow, settle: Callable) -> None:
    _find(searched, settle)
    table = searched.find_panel.table
    row = table.visualItemRect(table.item(1, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.RightButton, pos=row)
    table.customContextMenuRequested.emit(row)
    menu = QApplication.activePopupWidget()
    assert menu.actions()[0].text() == "Hit 2"
    menu.setActiveAction(next(a for a in menu.actions() if a.text() == "This hit is right"))
    QTest.keyClick(menu, Qt.Key.Key_Return)
    settle(searched)
    assert "✓" in [texts[-1] for texts in table.texts]


def test_marks_rank_again_and_can_be_taken_back(searched: MainWindow, settle: Callable) -> None:
    rows = _find(searched, settle)
    table = searched.find_panel.table
    table.setCurrentCell(len(rows) - 1, 0)
    wrong = searched.hits.chosen
    searched.commands["mark_hit_wrong"].trigger()
    settle(searched)
    listed = searched.hits.listed
    assert all(hit.found.stretch != wrong.found.stretch for hit in listed)
    table.setCurrentCell(1, 0)
    right = searched.hits.chosen
    searched.commands["mark_hit_right"].trigger()
    settle(searched)
    assert searched.find_panel.table.texts[0][-1] == "✓"
    assert searched.hits.listed[0].found == right.found
    searched.commands["mark_hit_right"].trigger()
    settle(searched)
    assert all(texts[-1] != "✓" for texts in searched.find_panel.table.texts)


def test_a_silent_region_is_told_and_nothing_is_listed(
    searched: MainWindow, settle: Callable
) -> None:
    searched.session.selection.select_region(Region(0, 0.5, 1.0))
    assert _find(searched, settle) == []
    assert "holds nothing that stands out" in searched.messages.message.text


def test_hits_leave_as_labels(
    searched: MainWindow, settle: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = _find(searched, settle)
    monkeypatch.setattr(
        QFileDialog,
        "getSaveFileName",
        lambda *_a, **_k: (str(tmp_path / "out"), "Audacity labels (*.txt)"),
    )
    searched.commands["export_hits"].trigger()
    settle(searched)
    written = [label for path in (tmp_path / "out").iterdir() for label in read_labels(path)[1]]
    assert len(written) == len(rows)
    assert np.isclose([label.start_s for label in written], 4.0, atol=0.05).any()


def test_after_a_wrong_one_the_next_hit_is_judged(searched: MainWindow, settle: Callable) -> None:
    _find(searched, settle)
    searched.find_panel.table.setCurrentCell(1, 0)
    wrong = searched.hits.chosen
    searched.commands["mark_hit_wrong"].trigger()
    settle(searched)
    chosen = searched.hits.chosen
    assert chosen is not None
    assert not chosen.found.is_same(wrong.found.stretch)
    assert searched.find_panel.table.currentRow() == 1
    stretch = chosen.found.stretch
    assert searched.session.current.recording.name[0] == "ab"[stretch.recording]


def test_disagreements_are_a_queue_of_their_own(
    window: MainWindow, settle: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come from further down than the hits that are listed."""
    places_s = (0.7, 3.1, 4.6, 7.9, 9.2, 12.4, 13.3, 16.1)
    both = [(2.0, RISING), (6.0, RISING), (10.7, RISING), *((at, FALLING) for at in places_s)]
    alone = (14.5, 0.2 * RISING + 0.05 * FALLING)
    late = [(at + OFFSET_S, sound) for at, sound in both]
    recording = write(tmp_path / "a.wav", ([*both, alone], late), 18.0)
    monkeypatch.setattr("app.work.looking.TOP", 2)
    window.finding.make, window.finding.search = make_steps, search_steps
    window.open([*recording.paths])
    settle(window)
    window.session.selection.select_region(Region(0, 2.0, 2.2))
    rows = _find(window, settle)
    assert [(round(float(row[2])), row[4]) for row in rows] == [(6, "yes"), (11, "yes")]
    window.find_panel.only_apart.setChecked(True)
    apart = window.find_panel.table.texts
    assert {row[4] for row in apart} == {"no"}
    assert any(row[:2] == ("a", "0") and abs(float(row[2]) - 14.5) < 0.1 for row in apart)


def _say(window: MainWindow, settle: Callable, qtbot: QtBot, text: str) -> None:
    window.docks.bring_forward("Find")
    window.find_panel.words.setText(text)
    qtbot.keyClick(window.find_panel.words, Qt.Key.Key_Return)
    settle(window)


def test_a_label_is_found_by_its_name_and_marks_are_kept(
    searched: MainWindow, settle: Callable, qtbot: QtBot, tmp_path: Path
) -> None:
    text = "2\t2.2\twren\n8\t8.2\twren\n"
    (tmp_path / "cage" / "a.txt").write_text(text, encoding="utf-8")
    _say(searched, settle, qtbot, "wren")
    panel = searched.find_panel
    assert panel.said.startswith("“wren”: ")
    assert {row[0] for row in panel.table.texts} == {"a", "b"}
    panel.table.setCurrentCell(1, 0)
    right = searched.hits.chosen
    searched.commands["mark_hit_right"].trigger()
    settle(searched)
    assert searched.hits.listed[0].found == right.found
    assert panel.table.texts[0][-1] == "✓"


def test_a_sentence_lists_places(searched: MainWindow, settle: Callable, qtbot: QtBot) -> None:
    _say(searched, settle, qtbot, "two tets, then song")
    assert searched.find_panel.table.texts
    assert searched.find_panel.said.startswith("“two tets, then song”: ")


def test_an_unknown_word_is_told(searched: MainWindow, settle: Callable, qtbot: QtBot) -> None:
    _say(searched, settle, qtbot, "robin")
    assert "'robin' is not known" in searched.messages.message.text
    assert searched.find_panel.table.texts == []


def test_an_index_that_was_cut_short_is_made_again_and_told(
    searched: MainWindow, settle: Callable, tmp_path: Path
) -> None:
    rows = _find(searched, settle)
    kept = [path for path in tmp_path.rglob("*.frames") if path.is_file()]
    for path in kept:
        path.write_bytes(path.read_bytes()[:-1])
    assert _find(searched, settle) == rows
    message = searched.messages.message
    told = "its index was damaged or cut short and is made again; 1 more such notes."
    assert told in message.text
    assert message.details.count("made again") == len(kept) == 2


def _listen_with(window: MainWindow, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Choose it in the panel: by a dialog for a file, or for a folder."""
    choice = window.find_panel.listener
    asks = "getExistingDirectory" if path.is_dir() else "getOpenFileName"
    told = str(path) if path.is_dir() else (str(path), "")
    monkeypatch.setattr(QFileDialog, asks, lambda *_: told)
    at = choice.count() - (1 if path.is_dir() else 2)
    choice.setCurrentIndex(at)
    choice.activated.emit(at)


def test_another_encoder_listens_and_the_index_is_made_again(
    searched: MainWindow,
    settle: Callable,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoder = tmp_path / "beats.pt"
    encoder.write_bytes(b"weights")
    _find(searched, settle)
    calls = []

    def make(collection: Collection, listener: Path | None, text: str) -> Iterator[object]:
        calls.append((listener, text))
        index = yield from indexed(collection, Noise("1" * 16))
        yield Made("1" * 16, index.notes)

    searched.finding.make = make
    _listen_with(searched, monkeypatch, encoder)
    assert _find(searched, settle)
    assert calls == [(encoder, "")]
    assert "was made with another model and is made again" in searched.messages.message.text
    searched.find_panel.table.setCurrentCell(0, 0)
    searched.commands["mark_hit_right"].trigger()
    settle(searched)
    assert len(calls) == 1
    _say(searched, settle, qtbot, "two tets")
    assert "choose FinchSync under 'Listen with'" in searched.messages.message.text
    encoder.unlink()
    _find(searched, settle)
    assert "beats.pt: cannot be read" in searched.messages.message.text


def test_a_model_of_words_listens_once_to_a_text(
    searched: MainWindow,
    settle: Callable,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = tmp_path / "clap"
    model.mkdir()
    calls = []

    def make(collection: Collection, listener: Path | None, text: str) -> Iterator[object]:
        calls.append(text)
        index = yield from indexed(collection, CompactFrames())
        found = [Found(Stretch(1, 0, at_s, at_s + 6), 0.5 - at_s / 100) for at_s in (0.0, 6.0)]
        yield Made(CompactFrames().digest, index.notes, tuple(found))

    searched.finding.make = make
    _listen_with(searched, monkeypatch, model)
    assert _find(searched, settle) == []
    assert "understands words, not examples" in searched.messages.message.text
    _say(searched, settle, qtbot, "a wren that quarrels")
    panel = searched.find_panel
    assert [row[:3] for row in panel.table.texts] == [("b", "0", "0.00"), ("b", "0", "6.00")]
    panel.table.setCurrentCell(0, 0)
    searched.commands["mark_hit_wrong"].trigger()
    settle(searched)
    assert [row[2] for row in panel.table.texts] == ["6.00"]
    assert calls == ["a wren that quarrels"]


def test_what_listens_is_remembered_and_may_be_left(
    opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice = opened.find_panel.listener
    assert choice.currentText() == "FinchSync"
    for name in ("a.pt", "b.pt"):
        (tmp_path / name).write_bytes(b"")
        _listen_with(opened, monkeypatch, tmp_path / name)
    assert [choice.itemText(at) for at in range(3)] == ["FinchSync", "b.pt", "a.pt"]
    assert choice.currentText() == "b.pt"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    choice.activated.emit(choice.count() - 2)
    assert choice.currentText() == "b.pt"
    choice.activated.emit(0)
    preferences = opened.shell.preferences.value
    assert preferences.listens_with == ""
    assert preferences.listeners.splitlines() == [str(tmp_path / n) for n in ("b.pt", "a.pt")]
