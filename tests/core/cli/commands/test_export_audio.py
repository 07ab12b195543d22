"""``finchsync export-audio``: aligned audio of sessions and tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.audio.recording import open_recording
from core.formats.sidecar import Rows, SidecarRecording, write_table
from core.formats.tables.biodcase import BiodcaseTable, csv_bytes
from core.keypoints import KeypointSet, ReviewState
from core.session import RecordingState, Session, SessionFile, identify

SECONDS = 6.0


@pytest.fixture
def lab(make_audio, tmp_path: Path) -> Path:
    """A folder with two recordings; the middle of the first was reviewed, the second never."""
    about, files = [], {}
    for seed, name in enumerate(("day.wav", "night.wav")):
        make_audio(f"lab/audio/{name}", seed=seed, duration_s=SECONDS)
        kept = KeypointSet(np.arange(SECONDS), np.arange(SECONDS) + 0.25)
        files[name] = kept if seed else kept.review([2, 3], ReviewState.ACCEPTED)
        about.append(SidecarRecording(name, "", files[name], (True,) * len(kept), "path"))
    path = tmp_path / "lab" / "finchsync.csv"
    write_table(path, csv_bytes(BiodcaseTable(files), path), tuple(about), Rows.ALL)
    return tmp_path / "lab"


def test_what_was_reviewed_leaves_and_what_was_not_is_named(finchsync, lab, tmp_path):
    out = tmp_path / "new" / "out"
    result = finchsync("export-audio", lab, "--out", out)
    assert result.code == 1
    assert [path.name for path in out.iterdir()] == ["day.aligned.wav"]
    assert "day.aligned.wav: channel 1 is silent from 0.000 to 1.500 s" in result.err
    assert "night.wav: has no keypoint that a person accepted or corrected" in result.err
    sound, rate_hz = sf.read(out / "day.aligned.wav")
    original, own_hz = sf.read(lab / "audio" / "day.wav")
    assert (rate_hz, sound.shape) == (own_hz, original.shape)
    np.testing.assert_allclose(sound[:, 0], original[:, 0], atol=1e-6)
    inner = slice(round(1.6 * rate_hz), round(3.4 * rate_hz))
    assert not sound[: round(1.4 * rate_hz), 1].any()
    assert np.abs(sound[inner, 1]).max() > 0.01
    again = finchsync("export-audio", lab, "--out", out, "--recording", "day.wav")
    assert again.code == 2
    assert "already exists" in again.err


def test_all_choices_together(finchsync, lab, tmp_path):
    result = finchsync(
        *("export-audio", lab, "--out", tmp_path, "--recording", "night.wav", "--unreviewed"),
        *("--format", "flac", "--rate", "11025", "--alone", "--trim"),
    )
    assert result.code == 0
    assert result.out.strip().endswith("0.000 to 5.750 s of channel 0, at 11,025 Hz")
    with sf.SoundFile(tmp_path / "night.aligned.flac") as file:
        assert (file.samplerate, file.channels, file.format) == (11025, 1, "FLAC")
        assert file.frames == pytest.approx(5.75 * 11025, abs=1)


def test_audio_that_is_not_there_is_a_line(finchsync, lab, tmp_path):
    (lab / "audio" / "day.wav").unlink()
    result = finchsync("export-audio", lab, "--out", tmp_path / "out", "--recording", "day.wav")
    assert result.code == 2
    why = f"its audio is not beside the table (day.wav in {lab})"
    fix = "put the table and the audio into one folder"
    assert result.err.splitlines() == [f"day.wav: {why}; {fix}."]


def test_audio_that_cannot_be_read_is_not_told_to_be_missing(finchsync, lab, tmp_path):
    (lab / "audio" / "day.wav").write_bytes(b"no sound")
    result = finchsync("export-audio", lab, "--out", tmp_path / "out", "--recording", "day.wav")
    assert result.code == 2
    assert "its audio is of no use" in result.err
    assert "not beside the table" not in result.err


def test_a_session_leaves_from_wherever_its_audio_is_now(finchsync, make_audio, tmp_path):
    recording = open_recording(make_audio("old/day.wav", duration_s=SECONDS))
    kept = KeypointSet(np.arange(SECONDS), np.arange(SECONDS) + 0.25)
    state = RecordingState.new(kept.review([2, 3], ReviewState.ACCEPTED))
    _, change = Session().add([(identify(recording, tmp_path), state)])
    with SessionFile.create(tmp_path / "old" / "birds.finchsync") as file:
        file.commit(change)
    (tmp_path / "old").rename(tmp_path / "new")
    asked = ("export-audio", tmp_path / "new" / "birds.finchsync", "--out", tmp_path / "out")
    assert finchsync(*asked).code == 0
    sound, _ = sf.read(tmp_path / "out" / "day.aligned.wav")
    assert np.abs(sound[:, 1]).max() > 0.01
    make_audio("new/day.wav", duration_s=SECONDS, seed=7)
    changed = finchsync(*asked, "--overwrite")
    assert changed.code == 2
    assert changed.err.startswith("day.wav: cannot be read:")
    assert changed.err.count("\n") == 1
