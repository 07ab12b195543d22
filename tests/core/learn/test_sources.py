"""What a person decided is found in sessions and folders, and nothing else is taken for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.audio.recording import Recording, open_recording
from core.audio.sources import Source
from core.errors import InputError
from core.formats.files.wav import write_wav
from core.formats.sidecar import Rows, SidecarRecording, write_table
from core.formats.tables.biodcase import BiodcaseTable, csv_bytes, write_csv
from core.formats.tables.folder_tables import TABLE_NAME
from core.keypoints import KeypointSet, ReviewState
from core.learn.corrections import Corrections
from core.learn.sources import read_corrections
from core.session import Basis, RecordingState, Session, SessionFile, identify

TIME_S = np.arange(8.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "audio").mkdir()
    rng = np.random.default_rng(0)
    for name in ("a", "b", "c"):
        samples = rng.normal(scale=0.1, size=(9 * 8000, 2)).astype(np.float32)
        write_wav(tmp_path / "audio" / f"{name}.wav", samples, 8000)
    return tmp_path


def _opened(folder: Path, name: str) -> Recording:
    return open_recording(folder / "audio" / name)


def _reviewed(offset_s: float = 0.5) -> KeypointSet:
    """One accepted, one corrected, one unalignable; the rest is as the machine left it."""
    kept = KeypointSet(TIME_S, TIME_S + offset_s).review(0, ReviewState.ACCEPTED)
    return kept.move(2, 2.75).review(3, ReviewState.UNALIGNABLE)


def _write(path: Path, files: dict[str, KeypointSet], folder: Path, **about: object) -> None:
    beside = tuple(
        SidecarRecording(
            name,
            _opened(folder, name).fingerprint(),
            kept,
            (True,) * len(kept),
            **{"basis": "path", **about},
        )
        for name, kept in files.items()
    )
    write_table(path, csv_bytes(BiodcaseTable(files), path), beside, Rows.ALL)


def _times(found: Corrections) -> dict[str, list[float]]:
    return {each.recording.name: each.keypoints.time_1_s.tolist() for each in found.recordings}


def test_only_what_a_person_settled_in_a_table_counts(folder):
    _write(folder / "p.csv", {"a.wav": _reviewed(), "b.wav": KeypointSet(TIME_S, TIME_S)}, folder)
    found = read_corrections([folder], include_imported=False)
    assert _times(found) == {"a.wav": [0.5, 2.75]}


def test_the_corrected_table_counts_although_the_old_one_lies_beside_it(folder):
    """And what it was made from does not count twice where it is pooled."""
    write_csv(folder / TABLE_NAME, BiodcaseTable({"a.wav": KeypointSet(TIME_S, TIME_S)}))
    _write(folder / "finchsync.csv", {"a.wav": _reviewed()}, folder, basis="imported")
    found = read_corrections([folder], include_imported=False)
    assert _times(found) == {"a.wav": [0.5, 2.75]}
    assert "finchsync.csv is read, in which keypoints were reviewed" in found.notes[0]


def test_imported_times_count_only_when_told_so(folder):
    write_csv(folder / TABLE_NAME, BiodcaseTable({"a.wav": KeypointSet(TIME_S, TIME_S + 0.3)}))
    with pytest.raises(InputError, match="nobody knows who set its times; add --include-imported"):
        read_corrections([folder], include_imported=False)
    found = read_corrections([folder], include_imported=True)
    assert _times(found) == {"a.wav": (TIME_S + 0.3).tolist()}


def test_what_is_unalignable_is_no_truth_even_among_imported_times(folder):
    _write(folder / "p.csv", {"a.wav": _reviewed()}, folder, basis="imported")
    found = read_corrections([folder], include_imported=True)
    assert len(found.recordings[0].keypoints) == len(TIME_S) - 1


def test_two_mono_files_are_one_recording(folder):
    for channel in (0, 1):
        sound = _opened(folder, "a.wav").read(channel)
        write_wav(folder / "audio" / f"mono{channel}.wav", sound[:, None], 8000)
    pair = open_recording(*(folder / "audio" / f"mono{channel}.wav" for channel in (0, 1)))
    kept = _reviewed()
    about = SidecarRecording(
        "mono0.wav",
        pair.fingerprint(),
        kept,
        (True,) * len(kept),
        "path",
        files=("mono0.wav", "mono1.wav"),
    )
    table = BiodcaseTable({"mono0.wav": kept})
    write_table(folder / "p.csv", csv_bytes(table, folder), (about,), Rows.ALL)
    found = read_corrections([folder / "p.csv"], include_imported=False)
    assert len(found.recordings[0].recording.paths) == 2


def test_channels_of_many_are_found_again_by_what_the_sidecar_calls_them(folder):
    sound = np.random.default_rng(3).normal(scale=0.1, size=(40_000, 5)).astype(np.float32)
    many = folder / "audio" / "many.wav"
    write_wav(many, sound, 8000)
    pair, kept = open_recording(Source(many, 3), Source(many, 0)), _reviewed()
    about = SidecarRecording(
        pair.name, pair.fingerprint(), kept, (True,) * len(kept), "path", files=pair.labels
    )
    content = csv_bytes(BiodcaseTable({pair.name: kept}), folder)
    write_table(folder / "p.csv", content, (about,), Rows.ALL)
    found = read_corrections([folder / "p.csv"], include_imported=False)
    assert found.recordings[0].recording.channels == pair.channels


def test_audio_that_was_changed_or_lost_is_left_out_and_named(folder):
    files = {"a.wav": _reviewed(), "b.wav": _reviewed(), "c.wav": _reviewed()}
    _write(folder / "p.csv", files, folder)
    (folder / "audio" / "a.wav").unlink()
    write_wav(folder / "audio" / "b.wav", np.zeros((8000, 2), np.float32), 8000, overwrite=True)
    found = read_corrections([folder], include_imported=False)
    assert list(_times(found)) == ["c.wav"]
    assert "a.wav" in found.notes[0]
    assert found.notes[1] == "b.wav: left out, its audio has changed since it was reviewed"


def _session(path: Path, folder: Path, states: dict[str, RecordingState]) -> Path:
    items = [(identify(_opened(folder, name), folder), state) for name, state in states.items()]
    _, change = Session().add(items)
    with SessionFile.create(path) as file:
        file.commit(change)
    return path


def test_sessions_are_only_read_and_pooled_with_folders(folder, tmp_path):
    states = {
        "a.wav": RecordingState.new(_reviewed()),
        "b.wav": replace(RecordingState.new(_reviewed()), is_out=True),
    }
    path = _session(tmp_path / "lab.finchsync", folder, states)
    more = _reviewed(0.25).review([4, 5], ReviewState.ACCEPTED)
    _write(folder / "p.csv", {"a.wav": more, "c.wav": _reviewed()}, folder)
    before = path.read_bytes()
    with SessionFile.open(path):
        found = read_corrections([path, folder], include_imported=False)
    assert _times(found) == {"a.wav": [0.25, 2.75, 4.25, 5.25], "c.wav": [0.5, 2.75]}
    assert found.notes == ("a.wav: there twice, the one with most keypoints counts",)
    assert path.read_bytes() == before


def test_imported_times_of_a_session_count_only_when_told_so(folder, tmp_path):
    imported = RecordingState.new(KeypointSet(TIME_S, TIME_S + 0.3), Basis.IMPORTED)
    path = _session(tmp_path / "lab.finchsync", folder, {"a.wav": imported})
    assert read_corrections([path], include_imported=False).recordings == ()
    assert len(read_corrections([path], include_imported=True).recordings[0].keypoints) == 8
