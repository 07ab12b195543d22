"""A folder to train on, from the window: what goes out, what stays out, nothing half-written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import write_calls
from finding import only
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.export import training_export
from app.export.training_dialog import TrainingDialog
from app.frame.main_window import MainWindow
from core.errors import InputError
from core.formats.tables.biodcase import read_csv
from core.keypoints import ReviewState

Settle = Callable[[MainWindow], None]


@pytest.fixture
def reviewed(window: MainWindow, tmp_path: Path, settle: Settle) -> MainWindow:
    """Two recordings; of the first, one keypoint is moved, two accepted, one unalignable."""
    folder = tmp_path / "garden"
    folder.mkdir()
    for name in ("a.wav", "b.wav"):
        write_calls(folder / name, 20.0 if name == "a.wav" else 21.0)
    window.open([folder])
    settle(window)
    session = window.session
    session.selection.select_recording(next(iter(session.recordings)))
    session.move_keypoint(3, 3.25)
    session.review_keypoints([4, 5], ReviewState.ACCEPTED)
    session.review_keypoints([7], ReviewState.UNALIGNABLE)
    settle(window)
    return window


def opened_dialog(window: MainWindow, qtbot: QtBot) -> TrainingDialog:
    """The dialog, once it has looked at what there is."""
    window.commands["export_training"].trigger()
    dialog = only(window, TrainingDialog)
    qtbot.waitUntil(lambda: window.exports.is_idle)
    return dialog


def click(button: object) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_what_was_reviewed_goes_out_and_the_rest_is_named(
    reviewed: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = opened_dialog(reviewed, qtbot)
    assert dialog.said == "1 recording with 3 reviewed keypoints."
    unreviewed = sum(len(e.keypoints) for e in reviewed.session.entries) - 4
    assert dialog.notes.splitlines() == [
        f"{unreviewed} keypoints that nobody reviewed: left out",
        "1 unalignable keypoint: left out",
    ]
    assert dialog.place.text() == str(tmp_path / "garden_training")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.outcome.startswith("Written to") and reviewed.exports.is_idle)
    out = tmp_path / "garden_training"
    assert [path.name for path in (out / "audio").iterdir()] == ["a.wav"]
    assert read_csv(out / "annotations.csv").files["a.wav"].time_1_s[0] == 3.25
    assert "1 recording with 3 reviewed keypoints" in reviewed.messages.message.text


def test_decisions_made_beside_the_dialog_count(reviewed: MainWindow, qtbot: QtBot) -> None:
    dialog = opened_dialog(reviewed, qtbot)
    reviewed.session.review_keypoints([8, 9], ReviewState.ACCEPTED)
    qtbot.waitUntil(lambda: dialog.said == "1 recording with 5 reviewed keypoints.")


def test_without_a_review_there_is_nothing_to_export(opened: MainWindow, qtbot: QtBot) -> None:
    dialog = opened_dialog(opened, qtbot)
    assert "Nothing is reviewed yet" in dialog.said
    assert not dialog.go.isEnabled()


def test_imported_times_go_out_only_when_a_person_says_they_were_reviewed(
    window: MainWindow, tmp_path: Path, settle: Settle, qtbot: QtBot
) -> None:
    folder = tmp_path / "garden"
    (folder / "audio").mkdir(parents=True)
    write_calls(folder / "audio" / "a.wav")
    rows = "".join(f"a.wav,{second}.0,{second}.2\n" for second in range(10))
    (folder / "annotations.csv").write_text(f"Filename,Time Channel 0,Time Channel 1\n{rows}")
    window.workbench.aligns_on_open = False
    window.open([folder])
    settle(window)
    dialog = opened_dialog(window, qtbot)
    assert not dialog.go.isEnabled()
    click(dialog.imported)
    qtbot.waitUntil(dialog.go.isEnabled)
    assert dialog.said == "1 recording with 10 reviewed keypoints."
    assert dialog.notes == ""
    click(dialog.go)
    qtbot.waitUntil(lambda: dialog.outcome.startswith("Written to"))
    written = read_csv(tmp_path / "garden_training" / "annotations.csv")
    assert len(written.files["a.wav"]) == 10


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("", "there is no name yet"),
        ("garden", "is there and not an empty folder"),
        ("locked/out", "cannot be written (permission denied)"),
    ],
)
def test_a_place_that_cannot_be_written_is_told_in_a_line(
    reviewed: MainWindow,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    said: str,
) -> None:
    make = Path.mkdir

    def refuse(path: Path, *arguments: object, **more: object) -> None:
        if path.parent == tmp_path / "locked" or path == tmp_path / "locked":
            raise PermissionError(13, "Permission denied")
        make(path, *arguments, **more)

    monkeypatch.setattr(Path, "mkdir", refuse)
    dialog = opened_dialog(reviewed, qtbot)
    before = sorted(tmp_path.rglob("*"))
    dialog.place.setText(str(tmp_path / place) if place else "")
    click(dialog.go)
    qtbot.waitUntil(lambda: said in dialog.outcome.lower())
    assert "\n" not in dialog.outcome
    assert dialog.go.isEnabled()
    assert sorted(tmp_path.rglob("*")) == before


def test_a_full_disk_leaves_nothing(
    reviewed: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.learn.training_folder.write_table", full)
    dialog = opened_dialog(reviewed, qtbot)
    click(dialog.go)
    qtbot.waitUntil(lambda: dialog.outcome.startswith("Not exported."))
    assert "no space left on device" in dialog.outcome.lower()
    assert not (tmp_path / "garden_training").exists()
    assert not list(tmp_path.rglob("*.tmp"))


def test_it_stops_within_a_recording_and_leaves_nothing(
    reviewed: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.learn.training_folder._BLOCK_BYTES", 1000)
    wrote_some, may_go_on = threading.Event(), threading.Event()
    steps = training_export.folder_steps

    def slowly(*given: object, **more: object) -> Iterator[object]:
        for share in steps(*given, **more):
            yield share
            if share > 0.2:
                wrote_some.set()
                assert may_go_on.wait(20)

    monkeypatch.setattr("app.export.training_dialog.folder_steps", slowly)
    dialog = opened_dialog(reviewed, qtbot)
    click(dialog.copies)
    click(dialog.go)
    qtbot.waitUntil(wrote_some.is_set)
    click(dialog.stop)
    may_go_on.set()
    qtbot.waitUntil(lambda: dialog.outcome == "Stopped; nothing was written.")
    assert dialog.go.isEnabled()
    qtbot.waitUntil(lambda: not list(tmp_path.rglob("*.tmp")))
    assert not (tmp_path / "garden_training").exists()


def test_closing_the_dialog_stops_the_export(
    reviewed: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> Iterator[object]:
        yield 0.5
        raise InputError("nothing", "goes on", "after the dialog was closed")

    monkeypatch.setattr("app.export.training_dialog.folder_steps", refuse)
    dialog = opened_dialog(reviewed, qtbot)
    click(dialog.go)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: reviewed.exports.is_idle)
    assert not (tmp_path / "garden_training").exists()
