"""Decisions do not seem gone because a folder was renamed, copied or opened by another way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conftest import write_calls
from earlier_decisions import ACCEPTED, has_decisions, said, take_offer
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from app.session.session_places import SessionPlaces, folder_of
from core.session import SessionFile

Settle = Callable[[MainWindow], None]
Make = Callable[..., MainWindow]
Review = Callable[[Path], Path]


# -- the folder has another name -----------------------------------------------------------


def test_the_session_of_a_renamed_folder_goes_on_and_says_so(
    cage: Path, review: Review, opening: Callable[..., MainWindow], settle: Settle
) -> None:
    session = review(cage)
    done = cage.with_name("cage 3 done")
    cage.rename(done)
    write_calls(done / "c.wav", 14.0)
    window = opening(done)
    assert has_decisions(window)
    assert window.store.path == session
    assert f"The recordings of cage 3 done were in {cage} before" in said(window)
    assert "cannot be found" not in said(window)
    assert not any(entry.is_lost for entry in window.session.entries)
    assert [e.recording.name for e in window.session.entries] == ["a.wav", "b.wav", "c.wav"]
    window.close()
    again = opening(done)
    assert has_decisions(again)
    assert "before" not in said(again), "it is said once"


def test_a_folder_in_biodcase_layout_is_found_again_by_one_of_its_files(
    cage: Path, review: Review, opening: Callable[..., MainWindow]
) -> None:
    (cage / "audio").mkdir()
    for name in ("a.wav", "b.wav"):
        (cage / name).rename(cage / "audio" / name)
    review(cage)
    moved = cage.parent / "archive" / "2026"
    moved.parent.mkdir()
    cage.rename(moved)
    window = opening(moved / "audio" / "b.wav")
    assert has_decisions(window)
    assert not any(entry.is_lost for entry in window.session.entries)


def test_a_table_that_is_gone_is_told_beside_it(
    cage: Path, review: Review, opening: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    rows = [f"a.wav,{t},{t + 0.25}" for t in range(9)]
    table = cage / "annotations.csv"
    table.write_text("\n".join(["Filename,Time Channel 0,Time Channel 1", *rows]))
    review(cage)
    table.unlink()
    cage.rename(cage.with_name("new"))
    window = opening(cage.with_name("new"))
    assert has_decisions(window)
    assert "The recordings of new were in" in window.messages.message.text
    window.messages.look_again()
    QTest.qWait(300)
    assert window.messages.isVisible()
    close = window.messages.focusProxy()
    QTest.mouseClick(close, Qt.MouseButton.LeftButton)
    assert "annotations.csv" in window.messages.message.text
    assert window.messages.message.text.endswith("Its keypoints stand as they were.")


def test_a_renamed_file_keeps_its_decisions(
    cage: Path, review: Review, opening: Callable[..., MainWindow], settle: Settle
) -> None:
    review(cage)
    (cage / "a.wav").rename(cage / "z.wav")
    window = opening(cage)
    assert [e.recording.name for e in window.session.entries] == ["z.wav", "b.wav"]
    assert has_decisions(window, "z.wav")
    window.close()
    again = opening(cage)
    assert has_decisions(again, "z.wav")
    assert not any(entry.is_lost for entry in again.session.entries)


def test_opening_moved_audio_finds_what_is_lost(
    cage: Path, review: Review, opening: Callable[..., MainWindow], settle: Settle, tmp_path: Path
) -> None:
    session = review(cage)
    away = tmp_path / "away"
    cage.rename(away)
    window = opening(session)
    assert window.session.entries[0].is_lost
    window.open([away / "a.wav"])
    settle(window)
    assert not window.session.entries[0].is_lost
    assert has_decisions(window)
    assert len(window.session.entries) == 2


def test_a_session_kept_in_the_folder_moves_along(
    cage: Path, review: Review, opening: Callable[..., MainWindow], settle: Settle
) -> None:
    review(cage)
    window = opening(cage)
    window.store.save_as(cage / "mine.finchsync", overwrite=False)
    settle(window)
    window.review.go_to(2)
    window.review.accept()
    settle(window)
    window.close()
    elsewhere = cage.with_name("elsewhere")
    cage.rename(elsewhere)
    again = opening(elsewhere)
    assert again.store.path == elsewhere / "mine.finchsync", "not the older one of the folder"
    assert again.session.entries[0].keypoints.state[2] is ACCEPTED
    assert has_decisions(again)


def test_an_empty_session_at_the_new_place_does_not_hide_them(
    cage: Path,
    review: Review,
    opening: Callable[..., MainWindow],
    settle: Settle,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    session = review(cage)
    cage.rename(tmp_path / "new")
    # As a version that knew folders by their names only left it behind.
    places = SessionPlaces(session.parent)
    SessionFile.create(places.of(tmp_path / "new")).close()
    window = opening(tmp_path / "new")
    assert not has_decisions(window)
    assert "You decided on 2 keypoints of a.wav before" in said(window)
    take_offer(window, settle, qtbot)
    assert has_decisions(window)


# -- the folder is opened by another way ----------------------------------------------------


def test_however_it_is_spelled_a_folder_has_one_session(
    cage: Path, review: Review, opening: Callable[..., MainWindow], monkeypatch, tmp_path: Path
) -> None:
    session = review(cage)
    link = tmp_path / "link"
    link.symlink_to(cage)
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    for spelled in (link, Path("../cage 3"), cage / ".." / "cage 3" / "b.wav", link / "a.wav"):
        window = opening(spelled)
        assert window.store.path == session
        assert has_decisions(window)
        assert len(window.session.entries) == 2
        window.close()


def test_a_session_of_before_is_found_by_its_old_name(
    cage: Path, review: Review, opening: Callable[..., MainWindow], tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(cage)
    session = review(cage)
    names = list(SessionPlaces(session.parent)._own(link))
    assert names[0] == session
    assert names[1] != session, "as it was named by the spelling"
    session.rename(names[1])
    for spelled in (link, cage, link):
        window = opening(spelled)
        assert has_decisions(window)
        assert window.store.path == names[1]
        assert said(window).count("decided") == 0
        window.close()


def test_without_settings_a_session_elsewhere_is_found(
    cage: Path, review: Review, opening: Callable[..., MainWindow], settle: Settle, tmp_path: Path
) -> None:
    """A second folder went into the session of the first; the settings that say so are lost."""
    other = tmp_path / "other"
    other.mkdir()
    write_calls(other / "x.wav", 15.0)
    window = opening(cage)
    window.open([other])
    settle(window)
    window.review.accept()
    settle(window)
    session = window.store.path
    window.close()
    QSettings().clear()
    again = opening(other)
    assert again.store.path == session
    assert again.session.current.recording.name == "x.wav"
    assert again.session.current.reviewed == 1


def test_sessions_that_cannot_be_read_are_passed_over(
    cage: Path, review: Review, opening: Callable[..., MainWindow]
) -> None:
    session = review(cage)
    (session.parent / "0.finchsync").write_bytes(b"SQLite format 3\0 but not really")
    (session.parent / "1.finchsync").write_bytes(b"")
    (session.parent / "2.finchsync").mkdir()
    cage.rename(cage.with_name("new"))
    assert has_decisions(opening(cage.with_name("new")))


def test_folders_are_alike_however_spelled(tmp_path: Path) -> None:
    (tmp_path / "a" / "audio").mkdir(parents=True)
    (tmp_path / "a" / "audio" / "x.wav").touch()
    (tmp_path / "b").symlink_to(tmp_path / "a")
    spelled = ("a", "a/audio", "a/audio/x.wav", "b", "b/audio/x.wav", "a/../b/audio")
    assert {folder_of(tmp_path / way) for way in spelled} == {(tmp_path / "a").resolve()}
