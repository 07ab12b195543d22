"""Recordings whose headers are wrong about their length."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt

from app.base.messages import Kind
from app.frame.main_window import MainWindow

NOTE = "its header does not tell its length"

MakeWindow = Callable[..., MainWindow]
Settle = Callable[[MainWindow], None]


def never_finished(path: Path) -> None:
    """What a recorder leaves that lost its power."""
    content = bytearray(path.read_bytes())
    place = content.index(b"data") + 4
    content[place : place + 4] = bytes(4)
    path.write_bytes(content)


def tip(window: MainWindow) -> str:
    return str(window.queue.data(window.queue.index(0, 0), Qt.ItemDataRole.ToolTipRole))


def test_what_was_assumed_is_said_once_and_stays_in_the_tip(
    make_window: MakeWindow, stereo: Path, settle: Settle
) -> None:
    never_finished(stereo)
    window = make_window()
    window.open([stereo])
    settle(window)
    assert window.session.current.recording.duration_s == 20.0
    said = window.messages.message
    assert said.kind is Kind.INFO
    assert said.text.startswith(f"{stereo.name}: {NOTE}")
    assert NOTE in tip(window)
    window.close()
    again = make_window()
    again.open([stereo])
    settle(again)
    assert again.session.current.recording.duration_s == 20.0
    assert NOTE in tip(again)
    message = again.messages.message
    assert message is None or NOTE not in message.text


def test_several_are_counted_and_listed(
    window: MainWindow, stereo: Path, tmp_path: Path, settle: Settle
) -> None:
    never_finished(stereo)
    folder = tmp_path / "card"
    folder.mkdir()
    for number in range(3):
        # Audio of its own: the same in two files is the same recording under two names.
        (folder / f"{number}.wav").write_bytes(stereo.read_bytes()[: -4000 * number or None])
    window.open([folder])
    settle(window)
    said = window.messages.log[0][1]
    assert said.text.startswith("Of 3 recordings the header is wrong or silent; the first: 0.wav")
    assert len(said.details.splitlines()) == 3
