"""A table that is written away from its audio knows where that is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.audio.recording import open_sources
from core.formats.files.places import place_at, place_text
from core.formats.folder_recordings import recordings_in
from core.formats.sidecar import read_sidecar, sidecar_path
from core.learn.sources import read_corrections
from core.session.kept import read_kept


@pytest.fixture
def table(make_audio: Callable, finchsync: Callable, fake_aligner: None, tmp_path: Path) -> Path:
    """Of a stereo file and of two mono files with one name, in folders of their own."""
    stereo = make_audio("lab/day.wav")
    for seed, side in enumerate("ab"):
        make_audio(f"lab/{side}/night.wav", channels=1, seed=seed)
    pair = [tmp_path / "lab" / side / "night.wav" for side in "ab"]
    out = tmp_path / "results" / "pred.csv"
    out.parent.mkdir()
    assert finchsync("align", stereo, "--pair", *pair, "--out", out).code == 0
    return out


def test_places_are_told_from_the_folder_of_the_sidecar(table: Path) -> None:
    said = json.loads(sidecar_path(table).read_bytes())["recordings"]
    assert [each["places"] for each in said] == [
        ["../lab/day.wav"],
        ["../lab/a/night.wav", "../lab/b/night.wav"],
    ]


def test_its_recordings_are_opened_from_where_they_are(table: Path, tmp_path: Path) -> None:
    found = {each.own_name: each for each in recordings_in(table.parent, table)}
    assert list(found) == ["day.wav", "night.wav"]
    assert open_sources(found["night.wav"]).paths == (
        tmp_path / "lab" / "a" / "night.wav",
        tmp_path / "lab" / "b" / "night.wav",
    )


def test_table_and_audio_move_together_also_behind_a_link(table: Path, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere"
    place.mkdir()
    for part in ("lab", "results"):
        shutil.move(tmp_path / part, place / part)
    (tmp_path / "link").symlink_to(place / "results")
    for folder in (place / "results", tmp_path / "link"):
        kept, _ = read_kept(folder / table.name)
        assert [each.audio().name for each in kept] == ["day.wav", "night.wav"]


def test_audio_that_was_put_beside_the_table_is_found(table: Path, tmp_path: Path) -> None:
    shutil.move(tmp_path / "lab" / "day.wav", table.parent / "day.wav")
    shutil.rmtree(tmp_path / "lab")
    (day, night), _ = read_kept(table)
    assert day.audio().paths == (table.parent / "day.wav",)
    assert night.recording is None
    assert f"neither where it was ({tmp_path / 'lab' / 'a' / 'night.wav'} and" in night.why_no_audio


def test_other_audio_in_its_place_is_refused(
    table: Path, finchsync: Callable, make_audio: Callable, tmp_path: Path
) -> None:
    make_audio("lab/day.wav", seed=9)
    said = finchsync("export-audio", table, "--out", tmp_path / "aligned", "--unreviewed")
    assert said.code == 1
    assert "day.wav: its audio has changed since it was aligned" in said.err
    assert [path.stem for path in (tmp_path / "aligned").iterdir()] == ["night.aligned"]


def test_merged_and_exported_tables_know_it_too(
    finchsync: Callable, make_audio: Callable, fake_aligner: None, tmp_path: Path
) -> None:
    make_audio("lab/day.wav")
    make_audio("lab/night.wav", seed=1)
    (tmp_path / "parts").mkdir()
    parts = [tmp_path / "parts" / f"{number}.csv" for number in (1, 2)]
    for number, part in enumerate(parts, 1):
        finchsync("align", tmp_path / "lab", "--shard", f"{number}/2", "--out", part)
    merged, exported = tmp_path / "all.csv", tmp_path / "far" / "away" / "all.csv"
    assert finchsync("merge", *parts, "--out", merged).code == 0
    away = ("--format", "biodcase", "--out", exported.parent)
    assert finchsync("export", merged, *away).code == 0
    for place in (merged, exported):
        sidecar = read_sidecar(place)
        assert sidecar is not None
        found = [path for each in sidecar.recordings.values() for path in each.places]
        assert sorted(found) == [tmp_path / "lab" / "day.wav", tmp_path / "lab" / "night.wav"]


def test_what_was_reviewed_is_learned_from_where_its_audio_is(table: Path) -> None:
    sidecar = sidecar_path(table)
    sidecar.write_text(sidecar.read_text().replace('"unreviewed"', '"accepted"'))
    found = read_corrections([table], include_imported=False)
    assert [each.recording.name for each in found.recordings] == ["day.wav", "night.wav"]
    assert found.notes == ()


def test_only_where_no_way_leads_the_whole_path_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def other_drive(path: object, start: object) -> str:
        raise ValueError(f"{path} and {start} are on different drives")

    monkeypatch.setattr("os.path.relpath", other_drive)
    assert place_text(tmp_path / "a.wav", Path("far")) == str(tmp_path / "a.wav")
    assert place_at(str(tmp_path / "a.wav"), Path("far")) == tmp_path / "a.wav"
