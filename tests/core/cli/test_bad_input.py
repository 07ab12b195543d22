"""Whatever is handed in, the answer is one clear line and nothing half-written."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.formats.tables.biodcase import read_csv

HEADER = "Filename,Time Channel 0,Time Channel 1\n"
RATE_HZ = 8000


@pytest.fixture
def permissions_bind(tmp_path: Path) -> None:
    """Skip where this user may read and write everything."""
    probe = tmp_path / "probe"
    probe.touch(mode=0o000)
    binds = not os.access(probe, os.R_OK)
    probe.unlink()
    if not binds:
        pytest.skip("permissions do not bind this user")


def _write(path: Path, samples: np.ndarray, **options: str) -> Path:
    sf.write(path, samples.astype(np.float32), RATE_HZ, **options)
    return path


def _noise(channels: int = 2, seconds: float = 4.0) -> np.ndarray:
    shape = (round(seconds * RATE_HZ), channels)
    return np.random.default_rng(0).normal(scale=0.1, size=shape)


def _with_sample(value: float) -> np.ndarray:
    samples = _noise()
    samples[RATE_HZ, 1] = value
    return samples


def _with_silence(channel: int) -> np.ndarray:
    samples = _noise()
    samples[:, channel] = 0.0
    return samples


def _cut(path: Path, share: float) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: round(share * len(content))])
    return path


def _stub(path: Path, length: int) -> Path:
    path.write_bytes(path.read_bytes()[:length])
    return path


def _at_rate(path: Path, rate_hz: int) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[:24] + rate_hz.to_bytes(4, "little") + content[28:])
    return path


def _bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


BAD_AUDIO: dict[str, tuple[Callable[[Path], Path], str]] = {
    "mono": (lambda d: _write(d / "bad.wav", _noise(1)), "has 1 channel,"),
    "three channels": (lambda d: _write(d / "bad.wav", _noise(3)), "has 3 channels"),
    "empty": (lambda d: _bytes(d / "bad.wav", b""), "is an empty file"),
    "zero length": (lambda d: _write(d / "bad.wav", _noise()[:0]), "holds no samples"),
    "text": (lambda d: _bytes(d / "bad.wav", b"chirp " * 99), "is not audio"),
    "picture": (lambda d: _bytes(d / "bad.png", b"\x89PNG\r\n" * 99), "is not audio"),
    "header only": (lambda d: _cut(_write(d / "bad.wav", _noise()), 0.0003), "bad.wav"),
    "truncated FLAC": (lambda d: _cut(_write(d / "bad.flac", _noise()), 0.5), "bad.flac"),
    "truncated WAV": (lambda d: _cut(_write(d / "bad.wav", _noise()), 0.5), "bad.wav"),
    "stub of a FLAC": (lambda d: _stub(_write(d / "bad.flac", _noise()), 153), "holds nothing of"),
    "noise as MP3": (lambda d: _bytes(d / "bad.mp3", bytes(range(256)) * 9), "no MPEG frame"),
    "a rate of 11 Hz": (lambda d: _at_rate(_write(d / "bad.wav", _noise()), 11), "is 11 Hz"),
    "NaN": (lambda d: _write(d / "bad.wav", _with_sample(np.nan), subtype="FLOAT"), "NaN"),
    "infinite": (lambda d: _write(d / "bad.wav", _with_sample(np.inf), subtype="FLOAT"), "1.000 s"),
    "huge": (lambda d: _write(d / "bad.wav", _with_sample(1e20), subtype="FLOAT"), "above 1e+12"),
    "silent channel 0": (lambda d: _write(d / "bad.wav", _with_silence(0)), "channel 0"),
    "silent channel 1": (lambda d: _write(d / "bad.wav", _with_silence(1)), "channel 1"),
    "too short": (lambda d: _write(d / "bad.wav", _noise(seconds=0.5)), "too short"),
    "missing": (lambda d: d / "bad.wav", "no such file"),
    "empty folder": (lambda d: _folder(d / "bad"), "no audio file"),
}


@pytest.mark.parametrize("case", BAD_AUDIO)
def test_bad_audio_alone_is_refused(finchsync, tmp_path: Path, case: str) -> None:
    make, what = BAD_AUDIO[case]
    path, out = make(tmp_path), tmp_path / "p.csv"
    result = finchsync("align", path, "--out", out)
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert result.err.startswith(str(path))
    assert what in result.err
    assert result.out == ""
    assert not out.exists()


@pytest.mark.parametrize("case", [case for case in BAD_AUDIO if "folder" not in case])
def test_bad_audio_among_good_is_named_and_the_rest_written(
    finchsync, tmp_path: Path, case: str
) -> None:
    make, what = BAD_AUDIO[case]
    bad = make(tmp_path)
    good = _write(tmp_path / "good.wav", _noise())
    result = finchsync("align", bad, good, "--out", tmp_path / "p.csv")
    assert result.code == 1
    assert len(result.err.splitlines()) == 1
    assert what in result.err
    assert list(read_csv(tmp_path / "p.csv").files) == ["good.wav"]


@pytest.mark.usefixtures("permissions_bind")
def test_audio_that_may_not_be_read_is_refused(finchsync, make_audio, tmp_path: Path) -> None:
    path = make_audio()
    path.chmod(0)
    result = finchsync("align", path, "--out", tmp_path / "p.csv")
    assert result.code == 2
    assert "permission denied" in result.err


BAD_TABLES = {
    "missing column": "Filename,Time Channel 1\na.wav,0\n",
    "text for a number": HEADER + "a.wav,0,soon\n",
    "unknown name": HEADER + "a.wav,0,0\nb.wav,0,0\n",
    "unsorted": HEADER + "a.wav,2,2\na.wav,1,3\n",
    "decreasing": HEADER + "a.wav,1,2\na.wav,2,1\n",
    "negative": HEADER + "a.wav,-1,0\n",
    "past the end": HEADER + "a.wav,0,0\na.wav,99,99\n",
    "not finite": HEADER + "a.wav,0,nan\n",
    "empty": "",
    "no rows": HEADER,
}


@pytest.mark.parametrize("case", BAD_TABLES)
def test_a_folder_with_a_bad_table_is_refused(
    finchsync, make_audio, tmp_path: Path, case: str
) -> None:
    make_audio("set/audio/a.wav")
    table = tmp_path / "set" / "annotations.csv"
    table.write_text(BAD_TABLES[case])
    result = finchsync("align", tmp_path / "set", "--out", tmp_path / "p.csv")
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert str(table) in result.err
    assert not (tmp_path / "p.csv").exists()
    assert table.read_text() == BAD_TABLES[case]


@pytest.mark.parametrize("case", [case for case in BAD_TABLES if case != "unknown name"])
def test_bad_keypoints_are_refused(finchsync, make_audio, write_text, tmp_path, case) -> None:
    audio, table = make_audio("a.wav"), write_text("k.csv", BAD_TABLES[case])
    result = finchsync("align", audio, "--keypoints", table, "--out", tmp_path / "p.csv")
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert not (tmp_path / "p.csv").exists()


def test_keypoints_for_other_recordings_are_refused(
    finchsync, make_audio, write_text, tmp_path: Path
) -> None:
    audio, table = make_audio("a.wav"), write_text("k.csv", HEADER + "b.wav,0,0\n")
    result = finchsync("align", audio, "--keypoints", table, "--out", tmp_path / "p.csv")
    assert result.code == 2
    assert "has no keypoints for a.wav" in result.err


@pytest.mark.parametrize(
    "case", [c for c in BAD_TABLES if c not in ("unknown name", "past the end")]
)
@pytest.mark.parametrize("which", ["--predictions", "--ground-truth"])
def test_a_bad_table_is_not_evaluated(finchsync, write_text, case: str, which: str) -> None:
    tables = dict.fromkeys(
        ("--predictions", "--ground-truth"), write_text("good.csv", HEADER + "a.wav,0,0\n")
    )
    tables[which] = write_text("bad.csv", BAD_TABLES[case])
    result = finchsync("evaluate", *(part for pair in tables.items() for part in pair))
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert str(tables[which]) in result.err
    assert result.out == ""


def test_a_missing_table_is_not_evaluated(finchsync, tmp_path: Path) -> None:
    missing = tmp_path / "missing.csv"
    result = finchsync("evaluate", "--predictions", missing, "--ground-truth", missing)
    assert result.code == 2
    reason = os.strerror(errno.ENOENT).lower()
    assert result.err == f"{missing}: cannot be read ({reason}); check the path.\n"


@pytest.mark.parametrize("where", ["missing/p.csv", "folder", "x" * 300])
def test_a_place_that_cannot_be_written_is_refused_before_the_work(
    finchsync, make_audio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def too_late(*_: object) -> None:
        raise AssertionError("the place was not checked first")

    monkeypatch.setattr("core.cli.batch.run.align_steps", too_late)
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    audio = make_audio("audio/a.wav")
    result = finchsync("align", audio, "--out", tmp_path / where, "--overwrite")
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == sorted([*before, audio, audio.parent])


@pytest.mark.usefixtures("permissions_bind")
@pytest.mark.parametrize("command", ["align", "simulate", "demo"])
def test_a_folder_that_may_not_be_written_is_refused(
    finchsync, make_audio, tmp_path: Path, command: str
) -> None:
    audio, closed = make_audio(), tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o500)
    arguments = {
        "align": ["align", audio, "--out", closed / "p.csv"],
        "simulate": ["simulate", closed / "set", "--duration", 1],
        "demo": ["demo", "--headless", "--out", closed / "demo"],
    }
    result = finchsync(*arguments[command])
    assert result.code == 2
    assert len(result.err.splitlines()) == 1


@pytest.mark.parametrize(
    "name",
    [
        "two words.wav",
        "it's.wav",
        "comma, and semicolon;.wav",
        "zebra 🐦 finch.wav",
        "Übermäßig.wav",
        "[bold]not markup[red].wav",
        "%s {0}.wav",
        "x" * 200 + ".wav",
        pytest.param(
            'a "quoted" name.wav', marks=pytest.mark.skipif(os.name == "nt", reason="no such name")
        ),
        pytest.param(
            "two\nlines.wav", marks=pytest.mark.skipif(os.name == "nt", reason="no such name")
        ),
    ],
)
def test_unusual_names_go_all_the_way(finchsync, tmp_path: Path, name: str) -> None:
    folder = _folder(tmp_path / "set of two 🐦")
    _write(folder / name, _noise(), format="WAV")
    first, again = tmp_path / "p.csv", tmp_path / "again.csv"
    assert finchsync("align", folder, "--out", first).code == 0
    assert list(read_csv(first).files) == [name]
    result = finchsync("align", folder, "--keypoints", first, "--out", again)
    assert result.code == 0
    assert again.read_bytes() == first.read_bytes()
    result = finchsync("evaluate", "--predictions", again, "--ground-truth", first)
    assert result.code == 0
    assert result.err == ""


def test_a_bad_file_with_an_unusual_name_still_takes_one_line(finchsync, tmp_path: Path) -> None:
    path = _bytes(tmp_path / "🐦 'it' [x].wav", b"")
    result = finchsync("align", path, "--out", tmp_path / "p.csv")
    assert result.code == 2
    assert result.err == f"{path}: is an empty file; copy it again from the recorder.\n"


def test_a_window_is_not_opened_on_nothing(finchsync, tmp_path: Path) -> None:
    result = finchsync(tmp_path / "missing.wav")
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert not result.screen.opened


def test_hidden_files_are_no_recordings(finchsync, make_audio, tmp_path: Path) -> None:
    make_audio("card/audio/a.wav")
    # What macOS leaves beside every file of a card.
    (tmp_path / "card/audio/._a.wav").write_bytes(
        b"\0\5\26\7\0\2\0\0Mac OS X        " + bytes(4000)
    )
    result = finchsync("align", tmp_path / "card", "--out", tmp_path / "p.csv")
    assert (result.code, result.err) == (0, "")
    assert list(read_csv(tmp_path / "p.csv").files) == ["a.wav"]


def test_what_was_assumed_of_a_length_stands_in_table_and_report(
    finchsync, make_audio, tmp_path: Path
) -> None:
    path = make_audio("a.wav")
    content = bytearray(path.read_bytes())
    content[40:44] = (len(content) // 2).to_bytes(4, "little")
    path.write_bytes(content)
    out, report = tmp_path / "p.csv", tmp_path / "r.json"
    result = finchsync("align", path, "--out", out, "--report", report)
    note = "its header tells of 2.00 s, the file holds 4.00 s, all of which is read"
    assert (result.code, result.err) == (0, "")
    assert note in result.out
    (recording,) = json.loads(report.read_text())["recordings"]
    assert note in recording["notes"]
    assert len(read_csv(out).files["a.wav"]) == 4
