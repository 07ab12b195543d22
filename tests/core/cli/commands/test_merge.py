"""``finchsync align --shard`` and ``finchsync merge``: a run in parts is the run as a whole."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from core.formats.sidecar import is_result, read_sidecar
from core.formats.tables.biodcase import read_csv

HEADER = "Filename,Time Channel 0,Time Channel 1\n"

pytestmark = pytest.mark.usefixtures("fake_aligner")


@pytest.fixture
def folder(make_audio: Callable, tmp_path: Path) -> Path:
    """Recordings of 1 to 7 s, some of them in a table that goes to and fro between them."""
    for seed, name in enumerate(("g", "a", "d", "f", "b", "e", "c")):
        make_audio(f"set/audio/{name}.wav", duration_s=seed + 1, seed=seed)
    rows = ("c.wav,0.50,0\n", "a.wav,0.25,0\n", "c.wav,1.5,1\n", "g.wav,0.125,0\n")
    (tmp_path / "set" / "annotations.csv").write_text(HEADER + "".join(rows))
    return tmp_path / "set"


@pytest.fixture
def sharded(finchsync: Callable, tmp_path: Path) -> Callable[..., list[Path]]:
    """Align in so many shards: ``sharded(3, *arguments)``."""

    def run(of: int, *arguments: object, code: int = 0) -> list[Path]:
        tables = [tmp_path / f"part.{number}.csv" for number in range(1, of + 1)]
        for number, table in enumerate(tables, 1):
            said = finchsync("align", *arguments, "--shard", f"{number}/{of}", "--out", table)
            assert said.code in {0, code}, said.err
        return tables

    return run


def _recordings(table: Path) -> list[str]:
    sidecar = read_sidecar(table)
    assert sidecar is not None
    return list(sidecar.recordings)


@pytest.mark.parametrize("of", [1, 3, 9])
def test_parts_make_the_table_of_one_run_to_the_byte(
    finchsync: Callable, sharded: Callable, folder: Path, tmp_path: Path, of: int
) -> None:
    one, out = tmp_path / "one.csv", tmp_path / "all.csv"
    assert finchsync("align", folder, "--out", one).code == 0
    parts = sharded(of, folder)
    said = finchsync("merge", *reversed(parts), "--out", out)
    assert (said.code, said.err) == (0, "")
    assert f"7 of 7 recordings of {of} shards" in said.out
    assert out.read_bytes() == one.read_bytes()
    assert _recordings(out) == _recordings(one)
    assert is_result(out)
    whole, apart = read_sidecar(one), read_sidecar(out)
    assert whole is not None
    assert apart is not None
    for name, about in whole.recordings.items():
        assert apart.recordings[name].keypoints.confidence.tolist() == (
            about.keypoints.confidence.tolist()
        )
        assert apart.recordings[name].verdict == about.verdict


def test_a_recording_is_in_the_same_shard_in_whatever_order_it_is_named(
    sharded: Callable, folder: Path
) -> None:
    files = sorted((folder / "audio").iterdir())
    found = []
    for order in (files, files[::-1]):
        parts = sharded(2, *order, "--overwrite")
        found.append([sorted(_recordings(part)) for part in parts])
    assert found[0] == found[1]
    # 28 s of sound in two shards of 14 s
    lengths = dict(zip("gadfbec", range(1, 8), strict=True))
    assert [sum(lengths[name[0]] for name in part) for part in found[0]] == [14, 14]


def test_lists_and_names_that_need_folders_merge_as_well(
    finchsync: Callable,
    sharded: Callable,
    make_audio: Callable,
    write_text: Callable,
    tmp_path: Path,
) -> None:
    for day in ("day 1", "day, 2"):
        for side in ("room", "bird"):
            make_audio(f"{day}/{side}.wav", channels=1, seed=len(day + side))
    rows = "".join(f'"{day}/room.wav","{day}/bird.wav"\n' for day in ("day 1", "day, 2"))
    pairs = write_text("pairs.csv", f"File 0,File 1\n{rows}")
    one, out = tmp_path / "one.csv", tmp_path / "all.csv"
    assert finchsync("align", "--list", pairs, "--out", one).code == 0
    assert finchsync("merge", *sharded(2, "--list", pairs), "--out", out).code == 0
    assert out.read_bytes() == one.read_bytes()
    assert list(read_csv(out).files) == ["day 1/room.wav", "day, 2/room.wav"]


def test_failures_are_named_and_the_rest_is_as_of_one_run(
    finchsync: Callable, sharded: Callable, make_audio: Callable, folder: Path, tmp_path: Path
) -> None:
    bad = [make_audio(f"bad {number}.wav", channels=1) for number in range(2)]
    one, out = tmp_path / "one.csv", tmp_path / "all.csv"
    whole = finchsync("align", bad[1], folder, bad[0], "--out", one)
    assert whole.code == 1
    sharded(4, bad[1], folder, bad[0], code=1)
    said = finchsync("merge", *sorted(tmp_path.glob("part.*.csv")), "--out", out)
    assert (said.code, said.err) == (1, whole.err)
    assert out.read_bytes() == one.read_bytes()
    failed = (tmp_path / "all.failed.csv").read_text()
    assert failed == (tmp_path / "one.failed.csv").read_text()
    assert [line.split(",")[0] for line in failed.splitlines()] == [
        "Recording",
        "bad 1.wav",
        "bad 0.wav",
    ]


@pytest.mark.skipif(sys.platform == "darwin", reason="no such names there")
def test_a_name_that_is_no_unicode_fails_alone_in_a_shard_too(
    finchsync: Callable, sharded: Callable, folder: Path, make_audio: Callable, tmp_path: Path
) -> None:
    strange = make_audio("odd.wav").rename(folder / "audio" / os.fsdecode(b"K\xe4fig.wav"))
    parts = sharded(2, folder, code=1)
    assert finchsync("merge", *parts, "--out", tmp_path / "all.csv").code == 1
    assert len(_recordings(tmp_path / "all.csv")) == 7
    assert "fig.wav" in (tmp_path / "all.failed.csv").read_text("utf-8")
    assert strange.exists()


def test_where_all_fail_the_list_is_all_there_is(
    finchsync: Callable, sharded: Callable, make_audio: Callable, tmp_path: Path
) -> None:
    bad = [make_audio(f"{number}.wav", channels=1) for number in range(2)]
    parts, out = sharded(2, *bad, code=1), tmp_path / "all.csv"
    said = finchsync("merge", *parts, "--out", out)
    assert (said.code, len(said.err.splitlines())) == (2, 2)
    assert not out.exists()
    assert len((tmp_path / "all.failed.csv").read_text().splitlines()) == 3


def test_what_stands_against_a_merge_is_a_sentence_each_and_nothing_is_written(
    finchsync: Callable, sharded: Callable, folder: Path, tmp_path: Path
) -> None:
    def refused(*tables: Path) -> list[str]:
        before = sorted(tmp_path.iterdir())
        said = finchsync("merge", *tables, "--out", tmp_path / "all.csv")
        assert said.code == 2
        assert sorted(tmp_path.iterdir()) == before
        return said.err.splitlines()

    parts = sharded(6, folder)
    (missing,) = refused(parts[0], parts[4])
    assert missing.startswith("shards 2 to 4, 6 of 6: are missing")
    (missing,) = refused(*parts[:5])
    assert missing.startswith("shard 6 of 6: is missing")

    again = tmp_path / "copy.csv"
    again.write_bytes(parts[1].read_bytes())
    again.with_suffix(".json").write_bytes(parts[1].with_suffix(".json").read_bytes())
    twice, missing = refused(*parts[:5], again)
    assert twice.startswith(f"{again}: is shard 2/6, as {parts[1]} is")
    assert "shard 6 of 6" in missing

    other = tmp_path / "other.csv"
    way = ("--shard", "1/5", "--out", other)
    assert finchsync("align", folder, *way).code == 0
    lines = refused(*parts[:5], other)
    assert any("as " in line and "holds '" in line for line in lines)
    assert any("is one of 5 shards, but most are one of 6" in line for line in lines)
    way = ("--tolerance", 0.1, "--shard", "6/6", "--out", other, "--overwrite")
    assert finchsync("align", folder, *way).code == 0
    (options,) = refused(*parts[:5], other)
    assert options.startswith(f"{other}: was aligned with other recordings or options")


def test_only_what_shards_wrote_is_merged(
    finchsync: Callable, sharded: Callable, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "all.csv"
    assert finchsync("align", folder, "--out", tmp_path / "one.csv").code == 0
    for table in (tmp_path / "one.csv", folder / "annotations.csv"):
        said = finchsync("merge", table, "--out", out)
        assert (said.code, "is not from 'finchsync align --shard'" in said.err) == (2, True)
    (part,) = sharded(1, folder)
    table, sidecar = part.read_bytes(), part.with_suffix(".json").read_bytes()
    for place, content in (
        (part, table.replace(b"0.50", b"0.51")),
        (part.with_suffix(".json"), sidecar.replace(b"0.9", b"0.8")),
        (part.with_suffix(".json"), sidecar[:-20]),
    ):
        was = place.read_bytes()
        place.write_bytes(content)
        said = finchsync("merge", part, "--out", out)
        assert (said.code, "is not as the shard wrote it" in said.err) == (2, True)
        place.write_bytes(was)
    said = finchsync("merge", part, "--out", part, "--overwrite")
    assert (said.code, "is one of the files to be read" in said.err) == (2, True)
    assert finchsync("merge", part, "--out", out).code == 0
    said = finchsync("merge", part, "--out", out)
    assert (said.code, "already exists" in said.err) == (2, True)
    assert finchsync("merge", part, "--out", out, "--overwrite").code == 0


def test_what_lies_beside_the_parts_does_no_harm_in_a_pattern(
    finchsync: Callable, sharded: Callable, make_audio: Callable, tmp_path: Path
) -> None:
    for minute in (4, 5):
        for device in ("a", "b"):
            make_audio(f"{device}/20260514_040{minute}00.wav", channels=1, seed=minute)
    sharded(2, "--pair", tmp_path / "a", tmp_path / "b")
    found = sorted(tmp_path.glob("part.*.csv"))
    assert len(found) > 2
    assert finchsync("merge", *found, "--out", tmp_path / "all.csv").code == 0


@pytest.mark.parametrize("shard", ["0/4", "5/4", "1", "a/b", "1/0", "-1/4"])
def test_a_shard_that_is_none_is_one_line(
    finchsync: Callable, folder: Path, tmp_path: Path, shard: str
) -> None:
    said = finchsync("align", folder, f"--shard={shard}", "--out", tmp_path / "p.csv")
    assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert "is no shard, as 1/4 to 4/4" in said.err


@pytest.mark.parametrize(
    ("more", "what"),
    [
        (("--group",), "would tear groups apart"),
        (("--report", "p.json"), "is where 'finchsync merge' looks"),
    ],
)
def test_what_a_shard_cannot_do_is_refused_before_any_work(
    finchsync: Callable,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    more: Sequence[str],
    what: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    said = finchsync("align", folder, "--shard", "1/2", "--out", "p.csv", *more)
    assert (said.code, what in said.err) == (2, True)
    assert not (tmp_path / "p.csv").exists()


def test_a_failed_list_is_renewed_and_no_other_table_gives_way_to_it(
    finchsync: Callable, make_audio: Callable, tmp_path: Path
) -> None:
    path, out, failed = (
        make_audio("a.wav", channels=1),
        tmp_path / "p.csv",
        tmp_path / "p.failed.csv",
    )
    assert finchsync("align", path, "--out", out).code == 2
    assert failed.read_text().startswith("Recording,Reason\na.wav,")
    make_audio("a.wav")
    assert finchsync("align", path, "--out", out).code == 0
    assert failed.read_text() == "Recording,Reason\n"
    failed.write_text("Mine\n1\n")
    said = finchsync("align", path, "--out", out, "--overwrite")
    assert (said.code, "p.failed.csv: is not from FinchSync" in said.err) == (2, True)
    assert failed.read_text() == "Mine\n1\n"


def test_the_part_stands_in_the_sidecar_as_its_schema_says(sharded: Callable, folder: Path) -> None:
    first, *_ = sharded(2, folder)
    part = json.loads(first.with_suffix(".json").read_text())["part"]
    assert (part["number"], part["of"]) == (1, 2)
    assert sum(size for _, size in part["rows"]) == first.stat().st_size - len(HEADER)
