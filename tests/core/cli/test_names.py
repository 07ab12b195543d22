"""File names that could break more than their own file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.cli.terminal.report import print_table, progress_bar
from core.formats.tables.biodcase import read_csv

HEADER = "Filename,Time Channel 0,Time Channel 1\n"

pytestmark = [
    pytest.mark.usefixtures("fake_aligner"),
    pytest.mark.skipif(os.name == "nt", reason="no such names there"),
]


def test_a_name_that_is_no_unicode_costs_that_file_only(
    finchsync: Callable, make_audio: Callable, tmp_path: Path
) -> None:
    if sys.platform == "darwin":
        pytest.skip("no such names there")
    make_audio("set/a.wav").rename(tmp_path / "set" / os.fsdecode(b"K\xe4fig.wav"))
    make_audio("set/b.wav")
    result = finchsync("align", tmp_path / "set", "--out", tmp_path / "p.csv")
    assert result.code == 1
    assert list(read_csv(tmp_path / "p.csv").files) == ["b.wav"]
    assert r"K\udce4fig.wav: its name or that of a folder is not valid Unicode" in result.err
    assert r"K\udce4fig.wav" in result.out


def test_a_name_with_an_end_of_line_leaves_and_comes_back(
    finchsync: Callable, make_audio: Callable, tmp_path: Path
) -> None:
    for name in ("a\rb.wav", "c.wav"):
        make_audio(f"set/{name}")
    out = tmp_path / "p.csv"
    assert finchsync("align", tmp_path / "set", "--out", out).code == 0
    assert list(read_csv(out).files) == ["a\rb.wav", "c.wav"]
    result = finchsync("evaluate", "--predictions", out, "--ground-truth", out)
    assert result.code == 0
    assert r"a\rb.wav" in result.out


def test_names_command_no_terminal(
    finchsync: Callable, make_audio: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "\x1b]0;mine\x07[red]x.wav"
    good = make_audio(f"set/{name}")
    bad = tmp_path / f"bad {name}"
    bad.write_bytes(b"")
    result = finchsync("align", good, bad, "--out", tmp_path / f"{name}.csv")
    assert result.code == 1
    assert r"\x1b]0;mine\x07[red]x.wav" in result.out
    assert not {"\x1b", "\x07"} & set(result.out + result.err)
    result = finchsync("align", good, "--unknown", name)
    assert "\x1b" not in result.err


def test_the_progress_bar_shows_names_as_they_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    with progress_bar("aligning") as advance:
        advance(0.5, "[red]\x1b]0;mine\x07.wav")
    assert r"[red]\x1b]0;mine\x07.wav" in capsys.readouterr().err


def test_evaluate_matches_names_of_another_system_and_says_so(
    finchsync: Callable, write_text: Callable
) -> None:
    truth = write_text("t.csv", HEADER + "a.wav,0.5,0.5\n")
    pred = write_text("p.csv", HEADER.replace(",", ";") + "audio\\a.wav;0,5;0,75\n")
    result = finchsync("evaluate", "--predictions", pred, "--ground-truth", truth)
    assert result.code == 0
    assert "250.00" in result.out
    assert "p.csv has decimal commas" in result.err
    assert "writes 1 names in another way" in result.err
    assert "no predictions there" in result.err


def test_a_table_fits_the_terminal_and_stays_whole_in_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    columns, rows = {"Name": "left", "ms": "right"}, [("two words " * 20, "1.0"), ("x" * 90, "2")]
    print_table(columns, rows)
    assert "x" * 90 in capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    print_table(columns, rows)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) == 60
    assert " ".join(lines).split().count("words") == 20
    assert "".join(line.split()[0] for line in lines if "xx" in line) == "x" * 90
