"""What holds for every format that keypoints and labels leave and come in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.audio.recording import open_recording
from core.errors import InputError
from core.formats.fitting import fitted
from core.formats.registry import (
    Format,
    KeypointExport,
    format_named,
    formats,
    label_formats,
    read_labels,
)
from core.formats.sidecar import sidecar_path
from core.formats.tables.biodcase import BiodcaseTable
from core.keypoints import machine_keypoints
from core.labels import Label, Labels, Tier
from core.sync_points import SyncPoints

UNUSUAL = Labels(
    (
        Tier("Gesänge „A“", (Label(0.5, 1.25, 'ä "zit" 🐦\nzweite\tZeile', 900.0, 8000.5),)),
        Tier("leer", ()),
        Tier("Punkte", (Label(2.0, 2.0, " x "), Label(2.5, 2.5)), is_points=True),
        Tier("gemischt", (Label(1.0, 1.0, "p"), Label(0.9, 1.6, "a"), Label(1.1, 3.0000001, "b"))),
    ),
    4.5,
)

every = pytest.mark.parametrize("chosen", formats(), ids=lambda chosen: chosen.name)
for_labels = pytest.mark.parametrize("chosen", label_formats(), ids=lambda chosen: chosen.name)


def form(chosen: Format):
    assert chosen.labels is not None
    return chosen.labels


def times(labels: Labels) -> list[tuple[float, float]]:
    return sorted((label.start_s, label.end_s) for label in labels)


def test_formats_can_be_told_apart() -> None:
    titles = {each.title for each in formats()}
    assert len(titles) == len({each.name for each in formats()}) == len(formats())
    assert {each.name for each in formats()} >= {
        *("audacity", "biodcase", "raven", "simple-seq", "textgrid"),
    }


@every
def test_a_format_names_its_files_and_leaves_the_table_alone(chosen: Format, make_audio) -> None:
    recording = open_recording(make_audio("a 🐦.wav"))
    table = BiodcaseTable({"a 🐦.wav": machine_keypoints([0.0, 1.0], [0.25, 1.25])})
    sync = SyncPoints(np.array([1.0]), np.array([1.25]))
    export = KeypointExport(table, {"a 🐦.wav": recording}, {"a 🐦.wav": sync})
    path = Path("out" + chosen.suffix)
    assert all(suffix.startswith(".") for suffix in chosen.suffixes)
    assert sidecar_path(path) != path
    files = chosen.keypoint_files(export, path)
    assert files == chosen.keypoint_files(export, path)
    assert all(files.values())
    assert set(files) == set(chosen.places(("a 🐦.wav",), path))


@every
def test_recordings_of_the_same_stem_are_never_written_over_each_other(chosen: Format) -> None:
    times_s = machine_keypoints([0.0], [0.25])
    table = BiodcaseTable({"a.wav": times_s, "a.flac": times_s})
    if len(set(chosen.places(("a.wav", "b.wav"), Path("out.csv")))) == 1:
        assert chosen.places(("a.wav", "a.flac"), Path("out.csv")) == (Path("out.csv"),)
        return
    files = chosen.keypoint_files(KeypointExport(table), Path("out" + chosen.suffix))
    assert len(files) == len(chosen.places(("a.wav", "b.wav"), Path("out.csv")))
    assert all(path.parent == Path() for path in files)


@for_labels
def test_keypoints_can_be_read_back_from_every_format(chosen: Format, tmp_path: Path) -> None:
    table = BiodcaseTable({"a.wav": machine_keypoints([0.0, 1.0], [0.25, 1.3], [0.9, 0.5])})
    found: list[Label] = []
    for path, content in chosen.keypoint_files(
        KeypointExport(table), tmp_path / f"a{chosen.suffix}"
    ).items():
        path.write_bytes(content)
        read_as, labels = read_labels(path)
        assert read_as.name == chosen.name
        found += [label for label in labels if "unreviewed" in label.text]
        assert "0.9" in content.decode()
    assert sorted(label.start_s for label in found) == [0.0, 0.25, 1.0, 1.3]


@for_labels
def test_unusual_labels_come_back_or_are_named(chosen: Format) -> None:
    holds = form(chosen).holds
    fits, notes = fitted(UNUSUAL, holds)
    again = form(chosen).read(form(chosen).content(fits, Path("out")), Path("out"))
    assert times(again) == times(UNUSUAL)
    assert sorted(label.text for label in again) == sorted(label.text for label in fits)
    told = " ".join(notes)
    if not holds.frequencies:
        assert "1 label loses its frequencies" in told
    else:
        assert {(x.low_hz, x.high_hz) for x in again} == {(900.0, 8000.5), (None, None)}
    if holds.tiers:
        assert {tier.name for tier in UNUSUAL.tiers if tier.labels} <= {t.name for t in again.tiers}
    else:
        assert "'Gesänge „A“'" in told
    if holds.empty_tiers:
        assert "leer" in {tier.name for tier in again.tiers}
    else:
        assert "1 tier without labels ('leer') is left out" in told
    if not holds.breaks:
        assert "blanks where its line breaks" in told
    if not holds.overlaps:
        assert "labels of 'gemischt' overlap: they stand in 2 tiers" in notes
        assert "points of 'gemischt' stand in a tier of their own" in notes


@for_labels
def test_what_fits_is_told_of_by_no_word(chosen: Format) -> None:
    labels = Labels((Tier("", (Label(0.0, 1.0, "a"), Label(1.5, 2.0, "b"))),))
    assert fitted(labels, form(chosen).holds) == (labels, ())


@for_labels
def test_a_file_without_labels_is_one(chosen: Format, tmp_path: Path) -> None:
    content = form(chosen).content(Labels((Tier("", ()),)), Path("out"))
    assert len(form(chosen).read(content, Path("out"))) == 0


@for_labels
@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16"])
def test_labels_are_read_in_every_coding_of_unicode(
    chosen: Format, coding: str, tmp_path: Path
) -> None:
    labels = Labels((Tier("", (Label(0.25, 1.0, "Kohlmeise ü 🐦"),)),))
    content = form(chosen).content(labels, Path("out")).decode()
    path = tmp_path / f"labels{chosen.suffix}"
    path.write_bytes(content.encode(coding))
    read_as, again = read_labels(path)
    assert read_as.name == chosen.name
    assert [label.text for label in again] == ["Kohlmeise ü 🐦"]


@for_labels
def test_another_coding_is_told(chosen: Format) -> None:
    labels = Labels((Tier("", (Label(0.25, 1.0, "ü"),)),))
    content = form(chosen).content(labels, Path("out")).decode()
    again = form(chosen).read(content.encode("cp1252"), Path("out"))
    assert [label.text for label in again] == ["ü"]
    assert "Windows-1252" in again.notes[0]
    with pytest.raises(InputError, match="is not UTF-8 text"):
        form(chosen).read(content.encode() + b"\x81\n", Path("out"))


@for_labels
def test_a_label_that_ends_before_it_starts_is_refused_with_its_line(chosen: Format) -> None:
    labels = Labels((Tier("", (Label(1.25, 7.5, "a"),)),))
    content = form(chosen).content(labels, Path("out")).replace(b"7.5", b"0.5")
    with pytest.raises(InputError, match=r"line \d+.*ends at 0.5 s, before it starts at 1.25 s"):
        form(chosen).read(content, Path("out"))


def test_the_endings_of_formats_do_not_decide_alone(tmp_path: Path) -> None:
    raven = tmp_path / "a.txt"
    raven.write_text("Selection\tBegin Time (s)\tEnd Time (s)\n1\t0.5\t1\n")
    assert read_labels(raven)[0].name == "raven"
    audacity = tmp_path / "b.txt"
    audacity.write_text("0.5\t1\ta\n")
    assert read_labels(audacity)[0].name == "audacity"
    neither = tmp_path / "c.txt"
    neither.write_text("Dear diary\n")
    with pytest.raises(InputError, match="holds no labels in a format that is known"):
        read_labels(neither)


def test_formats_go_by_the_names_that_commands_take() -> None:
    assert format_named("raven").title == "Raven selection table"
    with pytest.raises(InputError, match="give one of audacity, biodcase"):
        format_named("Raven")
