"""What each format for labels is known for, and what is wrong with damaged files."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from praatio import textgrid as praatio

from core.errors import InputError
from core.formats.kinds import audacity, raven, simple_seq, textgrid
from core.formats.registry import Format
from core.labels import Label, Labels, Tier

WHERE = Path("labels")


def read(chosen: Format, text: str) -> Labels:
    assert chosen.labels is not None
    return chosen.labels.read(text.encode(), WHERE)


def written(chosen: Format, labels: Labels) -> str:
    assert chosen.labels is not None
    return chosen.labels.content(labels, WHERE).decode()


# -- Audacity ----------------------------------------------------------------------------


def test_audacity_reads_points_spans_and_frequencies() -> None:
    labels = read(
        audacity.FORMAT,
        "1.000000\t1.000000\tpoint\n\\\t6928.456055\t6928.456055\n"
        '2.5\t3.5\ta\tb "c"\n\\\t-1.000000\t-1.000000\n4,25\tonly one time\n5\t6\n',
    )
    assert list(labels) == [
        Label(1.0, 1.0, "point", 6928.456055, 6928.456055),
        Label(2.5, 3.5, 'a\tb "c"'),
        Label(4.25, 4.25, "only one time"),
        Label(5.0, 6.0, ""),
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("\\\t1\t2\n", "line 1: begins with a backslash"),
        ("1\t2\ta\n\\\t100\n", "line 2: begins with a backslash"),
        ("1\t2\ta\nb\n", "line 2: is no label"),
        ("1\t2\ta\n\nx\t2\tb\n", "line 3: the start is 'x', not a number"),
        ("1\tnan\ta\n1\t\ta\n", "line 1: the end is nan"),
    ],
)
def test_damaged_audacity_labels_are_refused_with_their_line(text: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        read(audacity.FORMAT, text)


def test_tiny_times_have_no_exponent() -> None:
    labels = Labels((Tier("", (Label(1e-7, 1e-5, "a"),)),))
    assert written(audacity.FORMAT, labels) == "0.0000001\t0.00001\ta\n"


# -- Raven -------------------------------------------------------------------------------

TABLE = (
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)"
    "\tDelta Time (s)\tSpecies\n"
    '1\tWaveform 1\t1\t0.5\t1.25\t\t\t0.75\tä "x"\n'
    '1\tSpectrogram 1\t1\t0.5\t1.25\t900.5\t8000\t0.75\tä "x"\n'
    "2\tSpectrogram 1\t2\t2\t2\t100\t200\t0\t\n"
)


def test_raven_keeps_channels_views_and_all_other_columns() -> None:
    labels = read(raven.FORMAT, TABLE)
    first, second = labels
    assert (first.text, first.low_hz, first.high_hz) == ('ä "x"', 900.5, 8000.0)
    assert dict(second.others) == {
        "Selection": "2",
        "View": "Spectrogram 1",
        "Channel": "2",
        "Delta Time (s)": "0",
    }
    assert "says 1 selections twice" in labels.notes[0]
    again = read(raven.FORMAT, written(raven.FORMAT, labels))
    assert list(again) == list(labels)
    assert "\tSpecies\n" in written(raven.FORMAT, labels)


def test_raven_has_a_column_for_confidence_and_one_for_tiers() -> None:
    labels = Labels(
        (
            Tier("one", (Label(0.0, 1.0, "a", confidence=0.75),)),
            Tier("two", (Label(0.0, 1.0, "b"),)),
        )
    )
    one, two = read(raven.FORMAT, written(raven.FORMAT, labels)).tiers
    assert (one.name, two.name) == ("one", "two")
    assert one.labels[0].confidence == 0.75
    assert math.isnan(two.labels[0].confidence)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (TABLE.replace("8000", "8 kHz"), "line 3: High Freq .* is '8 kHz', not a number"),
        (TABLE.replace("\t0.75\tä", "\tä"), "line 2: has 8 fields where the header has 9"),
        (TABLE.replace("Delta Time (s)", "begin time (S)"), "'Begin Time .*' is there more than"),
        (TABLE.replace("Delta Time (s)", "species"), "'Species' is there more than once"),
        (TABLE.replace("Begin", "Start"), "'Begin Time .*' is missing"),
        (TABLE.replace("0.5", "-0.5"), "line 2: Begin Time .* is -0.5, before the start"),
        ("", "is empty"),
    ],
)
def test_damaged_raven_tables_are_refused_with_their_line(text: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        read(raven.FORMAT, text)


# -- simple-seq --------------------------------------------------------------------------


def test_simple_seq_keeps_what_stands_in_quotes() -> None:
    labels = Labels((Tier("", (Label(0.1, 0.2, 'a, "b"\nc'), Label(0.3, 0.3, "i"))),))
    text = written(simple_seq.FORMAT, labels)
    assert text.startswith("onset_s,offset_s,label\n0.1,0.2,")
    assert list(read(simple_seq.FORMAT, text)) == list(labels)


def test_simple_seq_reads_decimal_commas_and_other_columns() -> None:
    (label,) = read(simple_seq.FORMAT, "label;onset_s;offset_s;bird\na;0,5;1,5;x\n")
    assert label == Label(0.5, 1.5, "a", others=(("bird", "x"),))


# -- TextGrid ----------------------------------------------------------------------------

SHORT = (
    'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n4.5\n<exists>\n2\n'
    '"IntervalTier"\n"a"\n0\n4.5\n2\n0\n1.5\n"x ""y"""\n1.5\n4.5\n""\n"TextTier"\n"p"\n0\n4.5\n0\n'
)


def test_textgrids_are_read_short_and_long() -> None:
    short = read(textgrid.FORMAT, SHORT)
    assert short.tiers == (Tier("a", (Label(0.0, 1.5, 'x "y"'),)), Tier("p", (), is_points=True))
    assert short.end_s == 4.5
    assert read(textgrid.FORMAT, written(textgrid.FORMAT, short)).tiers == short.tiers


def test_words_of_the_format_in_a_label_are_its_text() -> None:
    text = 'item [1]: intervals [2]: xmin = 3 class = "IntervalTier" ! <exists>'
    labels = Labels((Tier("t", (Label(1.0, 2.0, text),)),), 4.0)
    assert read(textgrid.FORMAT, written(textgrid.FORMAT, labels)).tiers == labels.tiers


def test_comments_of_a_textgrid_are_passed_over() -> None:
    commented = SHORT.replace('"a"\n', '"a" ! the tier 7 "of" birds\n')
    assert read(textgrid.FORMAT, commented).tiers == read(textgrid.FORMAT, SHORT).tiers


def test_a_boundary_in_silence_is_named() -> None:
    text = SHORT.replace('"x ""y"""', '""')
    assert (
        "1 boundaries between empty intervals of 'a' are lost"
        in read(textgrid.FORMAT, text).notes[0]
    )


def test_confidence_stands_in_a_tier_beside_the_labels() -> None:
    labels = Labels((Tier("song", (Label(1.0, 2.0, "a", confidence=0.5),)),), 4.0)
    text = written(textgrid.FORMAT, labels)
    assert 'name = "song confidence"' in text
    assert 'text = "0.5000"' in text
    (song,) = read(textgrid.FORMAT, text).tiers
    assert [(label.text, label.confidence) for label in song.labels] == [("a", 0.5)]
    other = text.replace("0.5000", "sure")
    assert len(read(textgrid.FORMAT, other).tiers) == 2, "a tier of a person's own is one"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (SHORT[:80], "ends where a text in quotes should stand"),
        (SHORT[:-3], "ends where a number should stand"),
        (SHORT.replace("<exists>", "<absent>"), ""),
        (SHORT.replace('"x ""y"""', '"x'), "should"),
        (SHORT.replace("<exists>\n2", "<exists>\n2.5"), "line 7: 2.5 is no count"),
        (SHORT.replace("<exists>\n2", "<exists>\n999999999"), "ends where a text"),
        (SHORT.replace("IntervalTier", "WordTier"), "'WordTier' is no kind of tier"),
        (SHORT.replace("TextGrid", "Pitch"), "is no TextGrid"),
        (SHORT.replace("\n0\n1.5\n", "\n0\nzwei\n"), "line 15: a text in quotes stands where"),
        ("ooBinaryFile\x08TextGrid", "is a binary TextGrid"),
    ],
)
def test_damaged_textgrids_are_refused(text: str, what: str) -> None:
    if not what:
        assert read(textgrid.FORMAT, text).tiers == ()
        return
    with pytest.raises(InputError, match=what):
        read(textgrid.FORMAT, text)


def test_praatio_reads_what_is_written_and_the_other_way_round(tmp_path: Path) -> None:
    path = tmp_path / "a.TextGrid"
    labels = Labels(
        (
            Tier("Gesang ü", (Label(0.5, 1.25, 'a "q"\nzwei'), Label(1.25, 2.0, "b"))),
            Tier("leer", ()),
            Tier("Punkte", (Label(1.5, 1.5, "x"),), is_points=True),
        ),
        4.5,
    )
    path.write_text(written(textgrid.FORMAT, labels), "utf-8")
    theirs = praatio.openTextgrid(str(path), includeEmptyIntervals=False)
    assert theirs.tierNames == ("Gesang ü", "leer", "Punkte")
    assert [tuple(entry) for entry in theirs.getTier("Gesang ü").entries] == [
        (0.5, 1.25, 'a "q"\nzwei'),
        (1.25, 2.0, "b"),
    ]
    for kind in ("long_textgrid", "short_textgrid"):
        theirs.save(str(path), kind, includeBlankSpaces=True)
        assert textgrid.FORMAT.labels is not None
        again = textgrid.FORMAT.labels.read(path.read_bytes(), path)
        assert again.tiers == labels.tiers
