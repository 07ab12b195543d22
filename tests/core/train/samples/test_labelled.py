from __future__ import annotations

import numpy as np
import pytest
import soundfile as sf

from core.audio.recording import open_recording
from core.audio.same_sound import alike
from core.errors import InputError
from core.formats.files.wav import write_wav
from core.formats.sidecar import Rows, SidecarRecording, write_table
from core.formats.tables.biodcase import BiodcaseTable, csv_bytes, write_csv
from core.formats.tables.folder_tables import TABLE_NAME
from core.keypoints import KeypointSet, ReviewState
from core.nets.clips import ReadClips, channel_clips
from core.simulate import simulate_scene
from core.simulate.spec import DriftSpec
from core.train.samples.labelled import read_labelled
from core.train.samples.same_sound import course, shared


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 48_000])
@pytest.mark.parametrize("around", [0, 16_000])
def test_clips_are_read_where_they_are_asked_for(tmp_path, rate_hz, around):
    """In any order, beyond the ends too, as from the whole channel at once."""
    rng = np.random.default_rng(0)
    sf.write(tmp_path / "a.wav", 0.1 * rng.standard_normal((round(9.3 * rate_hz), 2)), rate_hz)
    recording = open_recording(tmp_path / "a.wav")
    whole = channel_clips(recording, 1)
    read = ReadClips(recording, 1, recording.fingerprint())
    start = np.array([100_000, 0, 5_000, 99_999, 40_123, 140_000, 300_000])
    expected, found = whole.cut(start, around), read.cut(start, around)
    np.testing.assert_allclose(found, expected, atol=2e-4)
    assert np.abs(expected[:3]).max() > 0.1
    assert read.duration_s == pytest.approx(9.3, abs=1e-3)
    assert read.fingerprint == whole.fingerprint
    assert read.cut(np.empty(0, dtype=np.int64)).shape == (0, 16_000)


def test_a_folder_is_opened_without_its_sound(place, monkeypatch):
    monkeypatch.setattr("core.audio.recording.Recording.blocks", None)
    assert [r.name for r in read_labelled(place.train)] == [f"train_{n}.wav" for n in (1, 2, 3)]


@pytest.fixture(scope="module")
def drifted(tmp_path_factory):
    """Three recordings of one scene under other drifts, gains and formats, and one of another."""
    folder = tmp_path_factory.mktemp("drifted")
    (folder / "audio").mkdir()
    truth = {}
    for name, seed, drift_seed, gain in (
        ("a.wav", 1, 1, 1.0),
        ("b.wav", 1, 2, 0.3),
        ("c.wav", 2, 1, 1.0),
    ):
        scene = simulate_scene("zebra_finch", seed, 20.0, drift=DriftSpec.moderate())
        samples = gain * scene.samples
        if drift_seed == 2:
            samples[:, 1] = np.roll(samples[:, 1], 3000)
        write_wav(folder / "audio" / name, samples, scene.sample_rate_hz)
        truth[name] = scene.keypoints(step_s=1.0)
    write_csv(folder / TABLE_NAME, BiodcaseTable(truth))
    return read_labelled(folder)


def test_a_recording_is_known_again_under_another_drift(drifted):
    a, b, c = drifted
    assert a.clips[0].fingerprint != b.clips[0].fingerprint
    assert shared([a], [b, c]) == ("b.wav",)
    assert shared([c], [a, b]) == ()
    assert alike(course(a), course(c)) < 0.7


@pytest.fixture
def reviewed(tmp_path):
    """A folder with an old table, and beside it one in which a person set half of the keypoints."""
    (tmp_path / "audio").mkdir()
    noise = np.random.default_rng(0).normal(scale=0.1, size=(9 * 8000, 2))
    write_wav(tmp_path / "audio" / "a.wav", noise.astype(np.float32), 8000)
    time_s = np.arange(8.0)
    old = KeypointSet(time_s, time_s + 0.1)
    write_csv(tmp_path / TABLE_NAME, BiodcaseTable({"a.wav": old}))
    state = (ReviewState.CORRECTED, ReviewState.UNREVIEWED) * 4
    kept = KeypointSet(time_s, time_s + 0.5, state)
    path = tmp_path / "finchsync.csv"
    about = SidecarRecording("a.wav", "", kept, (True,) * 8, "path")
    write_table(path, csv_bytes(BiodcaseTable({"a.wav": kept}), path), (about,), Rows.ALL)
    return tmp_path


def test_the_reviewed_rows_of_the_corrected_table_are_learned_from(reviewed):
    told = []
    (found,) = read_labelled(reviewed, tell=told.append)
    np.testing.assert_allclose(found.truth.offset_s, 0.5)
    assert found.truth.time_0_s.tolist() == [0.0, 2.0, 4.0, 6.0]
    assert told[-2] == f"keypoints come from {reviewed / 'finchsync.csv'}"
    assert told[-1] == "4 keypoints were not reviewed and are left out (--include-unreviewed)"


def test_another_table_and_unreviewed_rows_are_taken_when_asked_for(reviewed):
    (found,) = read_labelled(reviewed, reviewed / TABLE_NAME)
    np.testing.assert_allclose(found.truth.offset_s, 0.1)
    (found,) = read_labelled(reviewed, takes_unreviewed=True)
    assert len(found.truth) == 8


def test_what_a_machine_guessed_is_not_taken_for_truth(reviewed):
    path = reviewed / "finchsync.csv"
    guessed = KeypointSet(np.arange(8.0), np.arange(8.0))
    about = SidecarRecording("a.wav", "", guessed, (True,) * 8, "path")
    content = csv_bytes(BiodcaseTable({"a.wav": guessed}), path)
    write_table(path, content, (about,), Rows.ALL, overwrite=True)
    with pytest.raises(InputError, match="nothing but keypoints that nobody reviewed"):
        read_labelled(reviewed, path)


def test_two_mono_files_are_learned_from(reviewed):
    for channel, name in enumerate(("zero.wav", "one.wav")):
        sound = open_recording(reviewed / "audio" / "a.wav").read(channel)
        write_wav(reviewed / "audio" / name, sound[:, None], 8000)
    time_s = np.arange(8.0)
    kept = KeypointSet(time_s, time_s + 0.5, (ReviewState.ACCEPTED,) * 8)
    files = ("zero.wav", "one.wav")
    about = SidecarRecording("zero.wav", "", kept, (True,) * 8, "path", files=files)
    path = reviewed / "pairs.csv"
    write_table(path, csv_bytes(BiodcaseTable({"zero.wav": kept}), path), (about,), Rows.ALL)
    (found,) = read_labelled(reviewed, path)
    assert found.duration_s == pytest.approx((9.0, 9.0))
    assert len(found.usable()) == 8
