"""Bad input: one readable message, nothing lost, and the window goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from conftest import RATE_HZ, write_calls
from fakes import failing_steps

from app.base.messages import Kind
from app.frame.main_window import MainWindow
from core.errors import InputError

Make = Callable[[Path], list[Path]]
Settle = Callable[[MainWindow], None]


def _two_stereo_of_which_one_broken(folder: Path) -> list[Path]:
    (folder / "a.wav").write_bytes(b"")
    (folder / "b.wav").write_bytes(b"")
    return [folder / "a.wav", folder / "b.wav"]


def _empty(folder: Path) -> list[Path]:
    (folder / "empty.wav").write_bytes(b"")
    return [folder / "empty.wav"]


def _no_samples(folder: Path) -> list[Path]:
    sf.write(folder / "none.wav", np.zeros((0, 2)), RATE_HZ)
    return [folder / "none.wav"]


def _not_audio(folder: Path) -> list[Path]:
    (folder / "letter.wav").write_text("Dear bird,\n" * 100)
    return [folder / "letter.wav"]


def _missing(folder: Path) -> list[Path]:
    return [folder / "not there 🐦.wav"]


def _bare_folder(folder: Path) -> list[Path]:
    (folder / "bare").mkdir()
    return [folder / "bare"]


def _csv(text: str) -> Make:
    def make(folder: Path) -> list[Path]:
        write_calls(folder / "here.wav")
        (folder / "table.csv").write_text(text)
        return [folder / "table.csv"]

    return make


HEADER = "Filename,Time Channel 0,Time Channel 1\n"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_two_stereo_of_which_one_broken, "empty file"),
        (_empty, "empty file"),
        (_no_samples, "no samples"),
        (_not_audio, "not audio"),
        (_missing, "cannot be opened"),
        (_bare_folder, "no audio file"),
        (_csv("Filename,Time Channel 0\nhere.wav,1\n"), "Time Channel 1"),
        (_csv(HEADER + "gone.wav,0,0\ngone.wav,1,1\n"), "gone.wav"),
        (_csv(HEADER + "here.wav,zero,0\n"), "not a number"),
        (_csv(HEADER + "here.wav,1,1\nhere.wav,0,0\n"), "sort the rows"),
        (_csv(HEADER + "here.wav,-1,0\n"), "before the start"),
        (_csv(HEADER + "here.wav,1,999\n"), "past the end"),
        (_csv(""), "is empty"),
    ],
)
def test_nothing_opens_but_a_message(
    window: MainWindow, tmp_path: Path, settle: Settle, make: Make, words: str
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    window.open(make(folder))
    settle(window)
    assert window.messages.isVisible()
    assert window.messages.message.kind is Kind.ERROR
    assert words in window.messages.message.text
    assert window.session.current is None
    write_calls(folder / "good.wav")
    window.open([folder / "good.wav"])
    settle(window)
    assert window.session.current.alignment is not None


def test_good_ones_open_beside_bad_ones(window: MainWindow, tmp_path: Path, settle: Settle) -> None:
    folder = tmp_path / "set"
    (folder / "audio").mkdir(parents=True)
    write_calls(folder / "audio" / "good.wav")
    write_calls(folder / "audio" / "mono.wav", channels=1)
    (folder / "audio" / "empty.wav").write_bytes(b"")
    (folder / "annotations.csv").write_text(HEADER + "good.wav,0,0\ngood.wav,1,1\ngone.wav,1,1\n")
    window.open([folder])
    settle(window)
    assert [entry.recording.name for entry in window.session.entries] == ["good.wav"]
    assert len(window.session.keypoints) == 2
    message = window.messages.message
    assert message.kind is Kind.WARNING
    assert "2 things" in message.text
    for name in ("empty.wav", "gone.wav"):
        assert name in message.details
    assert window.pairing.sheet is not None
    assert "no partner and stays closed: mono.wav" in window.pairing.sheet.unpaired


def test_samples_that_are_no_numbers(window: MainWindow, tmp_path: Path, settle: Settle) -> None:
    samples = np.zeros((10 * RATE_HZ, 2), dtype=np.float32)
    samples[5 * RATE_HZ, 1] = np.nan
    sf.write(tmp_path / "nan.wav", samples, RATE_HZ, subtype="FLOAT")
    window.open([tmp_path / "nan.wav"])
    settle(window)
    assert "NaN or infinite" in window.messages.message.text
    assert window.session.current.alignment is None


def test_a_truncated_file(window: MainWindow, tmp_path: Path, settle: Settle) -> None:
    write_calls(tmp_path / "cut.flac")
    whole = (tmp_path / "cut.flac").read_bytes()
    (tmp_path / "cut.flac").write_bytes(whole[: len(whole) // 2])
    window.open([tmp_path / "cut.flac"])
    settle(window)
    assert window.messages.message.kind is Kind.ERROR
    assert "cut.flac" in window.messages.message.text


def test_silence_in_one_channel_is_shown_but_not_aligned(
    make_window: Callable[..., MainWindow], tmp_path: Path, settle: Settle
) -> None:
    path = tmp_path / "half silent.wav"
    samples = np.random.default_rng(0).normal(scale=0.1, size=(5 * RATE_HZ, 2))
    samples[:, 1] = 0
    sf.write(path, samples, RATE_HZ)
    window = make_window(failing_steps(InputError(path, "channel 1 is silent", "check the cable")))
    window.open([path])
    settle(window)
    assert all(s.is_complete for s in window.workbench.spectrograms)
    assert "channel 1 is silent" in window.messages.message.text
    assert "channel 1 is silent" in window.keypoint._reason.text()


@pytest.mark.parametrize("name", ["a b 'c' \"d\".wav", "🐦🎵.flac", f"{'x' * 200}.wav"])
def test_unusual_names(window: MainWindow, tmp_path: Path, settle: Settle, name: str) -> None:
    write_calls(tmp_path / name, 5.0)
    window.open([tmp_path / name])
    settle(window)
    assert window.session.current.recording.name == name
    assert window.session.current.alignment is not None
    assert window.width() <= 1300


def test_a_keypoint_cannot_be_moved_behind_the_end_of_a_shorter_channel(
    window: MainWindow, tmp_path: Path, settle: Settle
) -> None:
    write_calls(tmp_path / "room.wav", 6.0, channels=1)
    write_calls(tmp_path / "backpack.wav", 4.0, channels=1)
    window.open([tmp_path / "room.wav", tmp_path / "backpack.wav"])
    settle(window)
    assert window.pairing.sheet is not None
    window.pairing.sheet.accept()
    settle(window)
    (entry,) = window.session.entries
    assert [c.duration_s for c in entry.recording.channels] == [6.0, 4.0]
    assert entry.keypoints.time_1_s.max() <= 4.0 or entry.alignment is not None
    before = window.session.keypoints
    window.session.move_keypoint(5, 4.7)
    assert window.session.keypoints is before
    assert "ends at 0:04.0" in window.messages.message.text


def test_the_same_recording_opens_once(window: MainWindow, stereo: Path, settle: Settle) -> None:
    window.open([stereo])
    settle(window)
    window.session.move_keypoint(2, 3.3)
    window.open([stereo])
    settle(window)
    assert len(window.session.entries) == 1
    assert window.session.keypoints.time_1_s[2] == 3.3
