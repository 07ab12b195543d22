"""``finchsync align`` of channels of any files: --pair and --list."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.formats.sidecar import read_sidecar
from core.formats.tables.biodcase import read_csv
from core.simulate import DriftSpec, simulate_scene
from tests.two_recorders import TwoRecorders, mae_ms

HEADER = "Filename,Time Channel 0,Time Channel 1\n"


@pytest.fixture
def files(make_audio) -> dict[str, Path]:
    """Five channels in a W64, and two mono files at other rates."""
    return {
        "many": make_audio("many.w64", channels=5, rate_hz=48000),
        "bird": make_audio("bird.flac", channels=1, rate_hz=44100, seed=1),
        "room": make_audio("room.wav", channels=1, seed=2),
    }


@pytest.mark.usefixtures("fake_aligner")
def test_a_pair_is_a_channel_of_each_file(finchsync, files, tmp_path: Path) -> None:
    out, report = tmp_path / "p.csv", tmp_path / "report.json"
    pair = ("--pair", f"{files['many']}:3", files["bird"])
    result = finchsync("align", *pair, "--out", out, "--report", report)
    assert (result.code, result.err) == (0, "")
    assert list(read_csv(out).files) == ["many.w64:3"]
    sidecar = read_sidecar(out)
    assert sidecar is not None
    assert sidecar.recordings["many.w64:3"].files == ("many.w64:3", "bird.flac")
    (told,) = json.loads(report.read_text())["recordings"]
    assert told["files"] == [str(files["many"]), str(files["bird"])]
    assert told["channels"] == [3, None]


@pytest.mark.usefixtures("fake_aligner")
def test_a_list_reads_as_pairs_do_with_the_spacing_of_each(
    finchsync, files, write_text, tmp_path: Path
) -> None:
    table = write_text(
        "pairs.csv",
        "Name,File 0,Channel 0,File 1,Spacing\n"
        ",many.w64,3,bird.flac,\n"
        "near,many.w64,0,bird.flac,2.5\n",
    )
    out = tmp_path / "p.csv"
    result = finchsync("align", "--list", table, "--out", out, "--spacing", 4)
    assert (result.code, result.err) == (0, "")
    assert list(read_csv(out).files) == ["many.w64:3", "near"]
    sidecar = read_sidecar(out)
    assert sidecar is not None
    settings = [each.aligner["settings"] for each in sidecar.recordings.values() if each.aligner]
    assert [one["spacing_m"] for one in settings] == [4.0, 2.5]
    assert len(settings) == 2
    assert files["room"].exists()


@pytest.mark.usefixtures("fake_aligner")
def test_recordings_of_one_name_are_told_apart_by_their_folders(
    finchsync, make_audio, tmp_path: Path
) -> None:
    """In the table that is written, whether their own tables call them so or not."""
    for day in ("day 1", "day 2"):
        make_audio(f"{day}/audio/a.wav", seed=len(day))
    (tmp_path / "day 1" / "annotations.csv").write_text(HEADER + "a.wav,0.50,0.5\na.wav,1.5,1\n")
    out = tmp_path / "p.csv"
    result = finchsync("align", tmp_path / "day 1", tmp_path / "day 2", "--out", out)
    assert (result.code, result.err) == (0, "")
    assert out.read_text().startswith(HEADER + "day 1/audio/a.wav,0.50,0.75\n")
    files = read_csv(out).files
    assert [len(kept) for kept in files.values()] == [2, 4]
    assert list(files) == ["day 1/audio/a.wav", "day 2/audio/a.wav"]
    again = finchsync("evaluate", "--predictions", out, "--ground-truth", out)
    assert again.code == 0


@pytest.mark.usefixtures("fake_aligner", "files")
def test_a_folder_that_holds_a_list_is_aligned_pair_by_pair(
    finchsync, make_audio, write_text, tmp_path: Path
) -> None:
    make_audio("stereo.wav")
    pairs = ",many.w64:3,bird.flac\ndusk,many.w64:0,room.wav\n"
    write_text("my pairs.csv", f"Name,File 0,File 1\n{pairs}")
    write_text("annotations.csv", HEADER + "many.w64:3,0.50,0.5\ndusk,1.5,1\n")
    out = tmp_path / "new.csv"
    result = finchsync("align", tmp_path, "--out", out)
    assert (result.code, result.err) == (0, "")
    files = read_csv(out).files
    assert {name: len(kept) for name, kept in files.items()} == {
        "many.w64:3": 1,
        "dusk": 1,
        "stereo.wav": 4,
    }


@pytest.mark.usefixtures("fake_aligner")
def test_what_is_missing_of_a_list_is_named_and_the_rest_written(
    finchsync, files, write_text, tmp_path: Path
) -> None:
    table = write_text(
        "pairs.csv",
        "File 0,File 1\nmany.w64:3,bird.flac\nmany.w64:9,bird.flac\n"
        "gone.wav,bird.flac\nroom.wav,many.w64\n",
    )
    result = finchsync("align", "--list", table, "--out", tmp_path / "p.csv")
    assert result.code == 1
    assert list(read_csv(tmp_path / "p.csv").files) == ["many.w64:3"]
    no_channel, gone, unsaid = result.err.splitlines()
    assert "many.w64: has 5 channels, 0 to 4, so there is no channel 9" in no_channel
    assert gone.startswith(str(tmp_path / "gone.wav"))
    assert "say which: many.w64:0 to many.w64:4" in unsaid
    assert files["room"].exists()


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--pair", "many.w64:3"), "expected 2 arguments"),
        (("--pair", "many.w64:three", "bird.flac"), "'three' is no channel"),
        (("--pair", "many.w64:3", "many.w64:3"), "is given for both sides"),
        (("--list", "gone.csv"), "gone.csv: cannot be read"),
        (("--list", "bird.flac"), "bird.flac"),
        (("--list", "twice.csv"), "line 3: is the same pair as line 2"),
        (("--list", "unknown.csv"), "the column 'Gain' is none of"),
    ],
)
@pytest.mark.usefixtures("files", "fake_aligner")
def test_bad_pairs_are_one_line_and_nothing_is_written(
    finchsync, write_text, tmp_path: Path, monkeypatch, arguments: tuple[str, ...], what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_text("twice.csv", "File 0,File 1\nmany.w64:3,bird.flac\nmany.w64:3,bird.flac\n")
    write_text("unknown.csv", "File 0,File 1,Gain\nmany.w64:3,bird.flac,1\n")
    result = finchsync("align", *arguments, "--out", tmp_path / "p.csv")
    assert result.code == 2
    assert what in result.err
    assert len(result.err.splitlines()) == 1
    assert not (tmp_path / "p.csv").exists()


@pytest.mark.usefixtures("fake_aligner")
def test_a_name_that_a_list_gives_stays_where_another_recording_would_have_it(
    finchsync, files, write_text, tmp_path: Path
) -> None:
    table = write_text("named.csv", "Name,File 0,File 1\nroom.wav,many.w64:3,bird.flac\n")
    pair = ("--pair", files["room"], files["bird"])
    assert finchsync("align", *pair, "--list", table, "--out", tmp_path / "p.csv").code == 0
    assert list(read_csv(tmp_path / "p.csv").files) == ["room.wav + bird.flac", "room.wav"]


def test_where_a_list_says_when_files_start_the_offset_is_looked_for_there(
    finchsync, write_text, tmp_path: Path
) -> None:
    rng = np.random.default_rng(5)
    sound = rng.normal(size=300 * 8000) * np.repeat(rng.random(3000) < 0.3, 800) * 0.2
    sound += rng.normal(scale=0.002, size=len(sound))
    sf.write(tmp_path / "a.wav", sound[: 260 * 8000], 8000)
    sf.write(tmp_path / "b.wav", sound[200 * 8000 :], 8000)
    header = "File 0,Start 0,File 1,Start 1\n"
    row = "a.wav,2026-05-14T04:30:00Z,b.wav,2026-05-14T06:33:20+02:00\n"
    command = ("align", "--list", write_text("p.csv", header + row), "--evidence", "spectral")
    assert finchsync(*command, "--out", tmp_path / "o.csv").code == 0
    (kept,) = read_csv(tmp_path / "o.csv").files.values()
    within = (kept.time_0_s > 205) & (kept.time_0_s < 255)
    np.testing.assert_allclose(kept.offset_s[within], -200.0, atol=0.005)


def _maes_ms(finchsync, files: TwoRecorders, out: Path) -> tuple[float, float]:
    """Of the stereo file, and of the files of two recorders."""
    pair = ("--pair", f"{files.many}:3", files.other)
    result = finchsync("align", files.stereo, *pair, "--out", out)
    assert (result.code, result.err) == (0, "")
    tables = read_csv(out).files
    return mae_ms(tables["stereo.wav"]), mae_ms(tables["many.w64:3"])


def test_two_recorders_files_are_aligned_as_well_as_one_stereo_file(
    finchsync, tmp_path: Path
) -> None:
    steady = DriftSpec(offset_s=(0, 0), drift_ppm=(0, 0), bend_s=(0, 0))
    scene = simulate_scene("zebra_finch", 5, 40.0, snr_db=20.0, drift=steady)
    files = TwoRecorders.write(tmp_path, scene.samples, scene.sample_rate_hz)
    whole, apart = _maes_ms(finchsync, files, tmp_path / "p.csv")
    assert whole < 10
    assert apart == pytest.approx(whole, abs=0.5)


def test_a_real_pair_in_two_recorders_files_is_aligned_as_well(
    finchsync, shared_data: Path, tmp_path: Path
) -> None:
    path = shared_data / "data" / "two_sensor" / "zf_birdpark_A_daq_vs_radio1.flac"
    samples, rate_hz = sf.read(path, dtype="float32", frames=16000 * 60)
    files = TwoRecorders.write(tmp_path, samples, rate_hz)
    whole, apart = _maes_ms(finchsync, files, tmp_path / "p.csv")
    assert whole < 10
    assert apart == pytest.approx(whole, abs=0.5)
