from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.making.compact_scenes import log_mel_of
from core.errors import InputError
from core.find import frames as frames_module
from core.find.collection import collection_of
from core.find.frames import CompactFrames
from core.find.index import open_frames, read_label
from core.find.indexing import Index, indexed
from core.find.query import Stretch, query_of
from core.find.search import search
from core.steps import result_of
from tests.core.find.scenes import RATE_HZ, Noise, call, write

QUIET: tuple[list, list] = ([], [])


def _index(folder: Path, encoder: Noise) -> Index:
    return result_of(indexed(collection_of(folder), encoder))


def test_calls_are_found_in_another_recording_and_on_the_other_channel(tmp_path: Path) -> None:
    rising, falling = call(2000, 4000), call(5000, 3500)
    write(tmp_path / "a.wav", ([(2.0, rising), (5.0, falling)], [(7.0, rising)]))
    write(tmp_path / "b.wav", ([(4.0, falling)], [(3.0, falling), (9.0, rising)]), seed=1)
    index = result_of(indexed(collection_of(tmp_path), CompactFrames()))
    query = query_of(index.frames[0].channels[0], Stretch(0, 0, 2.0, 2.2), "a.wav")
    found = [each.stretch for each in search(index.frames, query, 2)]
    assert sorted((x.recording, x.channel) for x in found) == [(0, 1), (1, 1)]
    for each in found:
        assert each.start_s == pytest.approx(7.0 if each.recording == 0 else 9.0, abs=0.04)


def test_nothing_is_indexed_twice_and_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"{number}.wav", QUIET, seed=number)
    encoder = Noise()
    steps = indexed(collection_of(tmp_path), encoder)
    while encoder.embedded[-1:] != ["1.wav 0"]:
        next(steps)
    steps.close()
    _index(tmp_path, encoder)
    assert encoder.embedded == [
        *("0.wav 0", "0.wav 1", "1.wav 0"),
        *("1.wav 0", "1.wav 1", "2.wav 0", "2.wav 1"),
    ]
    assert not list((tmp_path / "finchsync.frames").glob("*.tmp"))
    before = len(encoder.embedded)
    assert _index(tmp_path, encoder).notes == ()
    assert len(encoder.embedded) == before


def test_what_changed_is_indexed_again_and_told(tmp_path: Path) -> None:
    for number in range(2):
        write(tmp_path / f"{number}.wav", QUIET, seed=number)
    first = _index(tmp_path, Noise())
    files = sorted((tmp_path / "finchsync.frames").iterdir())
    kept = tmp_path / "finchsync.frames" / first.frames[0].label.file_name
    assert len(files) == 2
    kept.write_bytes(kept.read_bytes()[:-100])
    write(tmp_path / "1.wav", QUIET, seed=7)
    again = _index(tmp_path, Noise())
    assert again.notes == (
        "0.wav: its index was damaged or cut short and is made again",
        "1.wav: its audio has changed since it was indexed; it is indexed again",
    )
    assert len(list((tmp_path / "finchsync.frames").iterdir())) == 2
    other = _index(tmp_path, Noise("1" * 16))
    assert [note.split(": ")[1] for note in other.notes] == [
        "its index was made with another model and is made again"
    ] * 2


def test_an_index_of_an_earlier_layout_is_made_again_and_told(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", QUIET)
    first = _index(tmp_path, Noise())
    path = tmp_path / "finchsync.frames" / first.frames[0].label.file_name
    path.write_bytes(path.read_bytes().replace(b"frames 2", b"frames 1", 1))
    told = "a.wav: its index was made with another model and is made again"
    assert _index(tmp_path, Noise("1" * 16)).notes == (told,)
    path.write_bytes(path.read_bytes().replace(b'"files"', b'"filed"', 1))
    told = "a.wav: its index was damaged or cut short and is made again"
    assert _index(tmp_path, Noise()).notes == (told,)


def test_a_file_of_frames_is_what_it_says(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", QUIET)
    index = _index(tmp_path, Noise())
    path = tmp_path / "finchsync.frames" / index.frames[0].label.file_name
    opened = open_frames(path)
    assert opened.label == index.frames[0].label
    assert opened.channels[0].rows.shape == (600, 32)
    for content, told in (
        (b"RIFF", "is no index of FinchSync"),
        (b"finchsync frames 2\n{", "is damaged"),
        (path.read_bytes() + b" ", "is cut short"),
    ):
        broken = tmp_path / "broken.frames"
        broken.write_bytes(content)
        with pytest.raises(InputError, match=told):
            read_label(broken)


def test_audio_that_cannot_be_read_is_left_out_and_told(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", QUIET)
    (tmp_path / "b.wav").write_bytes(b"RIFF")
    index = _index(tmp_path, Noise())
    assert [each.name for each in index.collection.recordings] == ["a.wav"]
    assert index.notes[0].startswith("b.wav: left out, ")


def test_sections_join_without_a_seam(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    recording = write(tmp_path / "a.wav", ([(3.9, call(2000, 4000))], []))
    whole = [part.kinds for part in CompactFrames().frames(recording, 0)]
    monkeypatch.setattr(frames_module, "SECTION_FRAMES", 400)
    parts = np.concatenate([part.kinds for part in CompactFrames().frames(recording, 0)])
    assert parts.shape == np.concatenate(whole).shape == (600, 32)
    alike = np.einsum("td,td->t", parts, np.concatenate(whole))
    assert alike[190:220].mean() > 0.9 * np.einsum("td,td->t", parts, parts)[190:220].mean()


def test_log_power_in_blocks_is_that_of_the_whole() -> None:
    samples = np.random.default_rng(0).normal(size=RATE_HZ + 77).astype(np.float32)
    blocks = iter(np.array_split(samples, 7))
    found = np.concatenate([*frames_module._log_mel(blocks, 100)])
    assert np.allclose(found, log_mel_of(samples)[:100], atol=1e-4)
