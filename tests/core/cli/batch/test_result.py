"""What ``finchsync align`` leaves beside its table, and that it knows it again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.audio.recording import open_recording
from core.formats.sidecar import is_result, read_sidecar

HEADER = "Filename,Time Channel 0,Time Channel 1\n"

pytestmark = pytest.mark.usefixtures("fake_aligner")


@pytest.mark.parametrize("table", ["", "keypoints.csv"])
def test_a_folder_is_aligned_into_itself_twice(
    finchsync: Callable, make_audio: Callable, tmp_path: Path, table: str
) -> None:
    make_audio("set/audio/a.wav")
    if table:
        (tmp_path / "set" / table).write_text(HEADER + "a.wav,0.50,0.5\n")
    command = ("align", tmp_path / "set", "--out", tmp_path / "set" / "pred.csv", "--overwrite")
    first = finchsync(*command)
    assert (first.code, first.err) == (0, "")
    written = (tmp_path / "set" / "pred.csv").read_bytes()
    again = finchsync(*command)
    assert again.code == 0
    assert ("pred.csv came from FinchSync" in again.err) == (not table)
    assert (tmp_path / "set" / "pred.csv").read_bytes() == written


def test_the_sidecar_tells_what_the_table_cannot(
    finchsync: Callable, make_audio: Callable, write_text: Callable, tmp_path: Path
) -> None:
    pair = [make_audio(f"{s}.wav", channels=1, seed=i) for i, s in enumerate(("room", "bird"))]
    table = write_text("k.csv", HEADER + "audio/room.wav,2.000,0\n")
    out, report = tmp_path / "p.csv", tmp_path / "report.json"
    result = finchsync(
        *("align", "--pair", *pair, "--keypoints", table, "--tolerance", 0.1),
        *("--out", out, "--report", report),
    )
    assert result.code == 0
    assert out.read_text() == HEADER + "audio/room.wav,2.000,2.25\n"
    sidecar = read_sidecar(out)
    assert sidecar is not None
    said = sidecar.recordings["audio/room.wav"]
    assert said.files == ("room.wav", "bird.wav")
    assert said.fingerprint == open_recording(*pair).fingerprint()
    assert said.imported_from == "k.csv"
    np.testing.assert_array_equal(said.keypoints.confidence, [0.9])
    assert said.verdict is not None
    assert said.verdict.tolerance_s == 0.1
    assert said.aligner is not None
    assert said.aligner["settings"] == {
        "max_offset_s": 5.0,
        "tolerance_s": 0.1,
        "spacing_m": 0.0,
        "interval_s": 1.0,
    }
    (told,) = json.loads(report.read_text())["recordings"]
    assert told["files"] == [str(path) for path in pair]


@pytest.mark.parametrize("overwrite", [(), ("--overwrite",)])
def test_another_program_s_json_is_not_replaced(
    finchsync: Callable, make_audio: Callable, write_text: Callable, overwrite: tuple[str, ...]
) -> None:
    audio, other = make_audio(), write_text("p.json", '{"images": []}')
    result = finchsync("align", audio, "--out", other.with_suffix(".csv"), *overwrite)
    assert result.code == 2
    assert "p.json: is not from FinchSync" in result.err
    assert other.read_text() == '{"images": []}'


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--out", "p.json"), "is the name of the sidecar"),
        (("--out", "p.csv", "--report", "p.csv"), "is where the table goes"),
        (("--out", "p.csv", "--report", "p.failed.csv"), "is where a list of failures goes"),
    ],
)
def test_every_file_has_a_name_of_its_own(
    finchsync: Callable, make_audio: Callable, tmp_path: Path, options: tuple[str, ...], what: str
) -> None:
    places = [tmp_path / option if "." in option else option for option in options]
    result = finchsync("align", make_audio(), *places)
    assert result.code == 2
    assert what in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["recording.wav"]


def test_a_report_may_have_the_name_of_the_sidecar(
    finchsync: Callable, make_audio: Callable, tmp_path: Path, fake_aligner: None
) -> None:
    """And the table is known again all the same, so that the command can be given twice."""
    audio = make_audio("set/a.wav").parent
    out, report = audio / "p.csv", audio / "p.json"
    for overwrite in ((), ("--overwrite",)):
        result = finchsync("align", audio, "--out", out, "--report", report, *overwrite)
        assert result.code == 0, result.err
    assert [told["recording"] for told in json.loads(report.read_text())["recordings"]] == ["a.wav"]
    assert is_result(out)
    assert read_sidecar(out) is None
