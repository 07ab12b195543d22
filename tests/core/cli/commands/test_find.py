"""Sounds are found on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.formats.registry import read_labels
from core.formats.tables.biodcase import BiodcaseTable, write_csv
from core.keypoints import KeypointSet, ReviewState, machine_keypoints
from core.session import RecordingState, Session, SessionFile, identify
from tests.core.find.scenes import call, write

RISING, FALLING = call(2000, 4000), call(5000, 3500)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Channel 1 is half a second late; of three calls it has heard two."""
    write(
        tmp_path / "a.wav",
        ([(2.0, RISING), (5.0, FALLING), (8.0, RISING)], [(2.5, RISING), (5.5, FALLING)]),
    )
    write(tmp_path / "b.wav", ([(4.0, RISING)], [(9.0, FALLING)]), seed=1)
    time_0_s = np.arange(12.0)
    known = machine_keypoints(time_0_s, np.minimum(time_0_s + 0.5, 12.0))
    write_csv(tmp_path / "annotations.csv", BiodcaseTable({"a.wav": known}))
    return tmp_path


def _hits(result: object) -> list[dict[str, object]]:
    assert result.code == 0, result.err
    return json.loads(result.out)["hits"]


def test_hits_come_best_first_with_their_other_side(finchsync: Callable, folder: Path) -> None:
    found = _hits(finchsync("find", folder, "--like", "a.wav:2-2.2", "--top", 3, "--json"))
    assert [hit["score"] for hit in found] == sorted((h["score"] for h in found), reverse=True)
    places = {(hit["recording"], hit["channel"], round(hit["start_s"])): hit for hit in found}
    assert {("a.wav", 0, 8), ("b.wav", 0, 4)} < set(places)
    alone = places["a.wav", 0, 8]
    assert alone["other_start_s"] == pytest.approx(alone["start_s"] + 0.5, abs=1e-3)
    assert alone["agrees"] is False
    assert places["b.wav", 0, 4]["other_score"] is None


def test_disagreements_alone(finchsync: Callable, folder: Path) -> None:
    options = ("--like", "b.wav:4-4.2", "--top", 2, "--json")
    assert {hit["agrees"] for hit in _hits(finchsync("find", folder, *options))} == {True, False}
    found = _hits(finchsync("find", folder, *options, "--disagreements"))
    assert round(found[0]["start_s"]) == 8
    assert {hit["agrees"] for hit in found} == {False}


def test_hits_leave_as_labels(finchsync: Callable, folder: Path, tmp_path: Path) -> None:
    options = ("--like", "a.wav:2-2.2", "--top", 2, "--out", tmp_path / "hits")
    result = finchsync("find", folder, *options, "--format", "raven")
    assert result.code == 0, result.err
    files = sorted((tmp_path / "hits").iterdir())
    texts = [label.text for path in files for label in read_labels(path)[1]]
    assert texts == ["a.wav:2-2.2"] * 2
    again = finchsync("find", folder, *options, "--format", "raven")
    assert again.code == 2
    assert "already exists" in again.err


@pytest.mark.parametrize(
    ("like", "told"),
    [
        ("a.wav", "--like: a.wav is no stretch of a file; give FILE:START-END in seconds"),
        ("c.wav:1-2", "holds no recording 'c.wav'; give one of a.wav, b.wav."),
        ("a.wav:0.5-1", "holds nothing that stands out on channel 0; mark a stretch with a sound."),
        ("a.wav:1-9", "is 8 s long; mark 0.04 to 5 s."),
        ("a.wav:11.5-13", "ends after channel 0, which lasts 12.00 s"),
    ],
)
def test_an_example_of_no_use_is_refused_in_a_line(
    finchsync: Callable, folder: Path, like: str, told: str
) -> None:
    result = finchsync("find", folder, "--like", like)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert told in result.err


def test_a_place_without_recordings_is_refused(finchsync: Callable, tmp_path: Path) -> None:
    for place, told in ((tmp_path, "no audio file"), (tmp_path / "x.txt", "neither a session")):
        result = finchsync("find", place, "--like", "a.wav:1-2")
        assert result.code == 2
        assert told in result.err


def test_an_index_that_cannot_be_written_is_refused_in_a_line(
    finchsync: Callable, folder: Path
) -> None:
    (folder / "finchsync.frames").write_text("in the way")
    result = finchsync("find", folder, "--like", "a.wav:2-2.2")
    assert (result.code, result.out) == (2, "")
    assert "finchsync.frames: cannot be made" in result.err
    assert result.err.count("left out") == 0


def test_an_index_that_is_cut_short_is_made_again_and_told(
    finchsync: Callable, folder: Path
) -> None:
    options = ("--like", "a.wav:2-2.2", "--json")
    before = _hits(finchsync("find", folder, *options))
    path = sorted((folder / "finchsync.frames").iterdir())[0]
    path.write_bytes(path.read_bytes()[:-1])
    again = finchsync("find", folder, *options)
    assert "its index was damaged or cut short and is made again" in again.err
    assert _hits(again) == before


def test_a_session_is_searched_and_its_index_lies_beside_it(
    finchsync: Callable, tmp_path: Path
) -> None:
    recording = write(tmp_path / "a.wav", ([(2.0, RISING), (8.0, RISING)], [(2.5, RISING)]))
    kept = KeypointSet(np.arange(12.0), np.minimum(np.arange(12.0) + 0.5, 12.0))
    state = RecordingState.new(kept.review([*range(12)], ReviewState.ACCEPTED))
    _, change = Session().add([(identify(recording, tmp_path), state)])
    with SessionFile.create(tmp_path / "birds.finchsync") as file:
        file.commit(change)
    options = ("--like", "a.wav:2-2.2", "--top", 1, "--json")
    (hit,) = _hits(finchsync("find", tmp_path / "birds.finchsync", *options, "--disagreements"))
    assert (hit["channel"], round(hit["start_s"]), hit["agrees"]) == (0, 8, False)
    assert len(list((tmp_path / "birds.frames").iterdir())) == 1
    (tmp_path / "a.wav").unlink()
    gone = finchsync("find", tmp_path / "birds.finchsync", *options)
    assert gone.code == 2
    assert "holds no recording that can be searched: a.wav: left out" in gone.err


def test_the_index_is_the_same_whoever_makes_it(finchsync: Callable, folder: Path) -> None:
    options = ("--like", "a.wav:2-2.2", "--json")
    alone = _hits(finchsync("find", folder, *options))
    frames = sorted((folder / "finchsync.frames").iterdir())
    before = [path.read_bytes() for path in frames]
    for path in frames:
        path.unlink()
    (folder / "c.wav").write_bytes(b"RIFF")
    result = finchsync("find", folder, *options, "--jobs", 2)
    assert _hits(result) == alone
    assert [path.read_bytes() for path in frames] == before
    assert "c.wav: left out, " in result.err


def test_a_label_of_ones_own_is_found_by_its_name(finchsync: Callable, folder: Path) -> None:
    (folder / "a.txt").write_text("2\t2.2\twren\n8\t8.2\twren\n", encoding="utf-8")
    hits = _hits(finchsync("find", folder, "--text", "Wren", "--top", 2, "--json"))
    places = {(hit["recording"], hit["channel"], round(hit["start_s"], 1)) for hit in hits}
    assert places == {("a.wav", 1, 2.5), ("b.wav", 0, 4.0)}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("robin",), "the words: 'robin' is not known; known are tet, distance call, "),
        (("hop", "--channel", 0), "--text: is looked for on both channels; leave out --channel"),
        (("hop", "--words-model", "nowhere"), "nowhere: is no folder with config.json and model"),
        (("hop", "--encoder", "x.pt"), "--text: is understood by the shipped net only; leave out"),
    ],
)
def test_words_of_no_use_are_refused_in_a_line(
    finchsync: Callable, folder: Path, options: tuple[str, ...], told: str
) -> None:
    result = finchsync("find", folder, "--text", *options)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert told in result.err
    assert not (folder / "finchsync.frames").exists()


def test_a_sentence_gives_stretches_of_six_seconds(finchsync: Callable, folder: Path) -> None:
    hits = _hits(finchsync("find", folder, "--text", "two tets, then song", "--json"))
    assert {round(hit["end_s"] - hit["start_s"], 6) for hit in hits} == {6.0}
