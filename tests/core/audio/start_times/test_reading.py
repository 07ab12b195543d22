"""Start times in headers, and which of several is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
import soundfile as sf

from core.audio.start_times.reading import start_time
from core.audio.start_times.start_time import ToldBy
from core.errors import InputError
from tests.core.audio.start_times import making
from tests.core.audio.start_times.making import RATE_HZ, write_wav

MORNING = datetime(2023, 5, 11, 4, 30)
SUMMER = timezone(timedelta(hours=2))
MOTH = "Recorded at {} by AudioMoth 248D9B045EBE0D26 at medium gain while battery was 4.1V."


@pytest.mark.parametrize(
    ("header", "moment", "told_by"),
    [
        (making.guano("2023-05-11T04:30:00"), MORNING, ToldBy.GUANO),
        (making.guano("2023-05-11T04:30:00Z"), MORNING.replace(tzinfo=UTC), ToldBy.GUANO),
        (
            making.guano("2023-05-11T04:30:00.5+02:00"),
            MORNING.replace(microsecond=500_000, tzinfo=SUMMER),
            ToldBy.GUANO,
        ),
        (making.wamd("2023-05-11 04:30:00+02:00"), MORNING.replace(tzinfo=SUMMER), ToldBy.WAMD),
        (making.wamd("2023-05-11 04:30:00"), MORNING, ToldBy.WAMD),
        (making.bext("2023-05-11", "04:30:00"), MORNING, ToldBy.BEXT),
        (making.bext("2023:05:11", "04-30-00"), MORNING, ToldBy.BEXT),
        (
            making.comment(MOTH.format("04:30:00 11/05/2023 (UTC)")),
            MORNING.replace(tzinfo=UTC),
            ToldBy.COMMENT,
        ),
        (
            making.comment(MOTH.format("04:30:00.250 11/05/2023 (UTC+2)")),
            MORNING.replace(microsecond=250_000, tzinfo=SUMMER),
            ToldBy.COMMENT,
        ),
        (
            making.comment(MOTH.format("04:30:00 11/05/2023 (UTC-3:30)")),
            MORNING.replace(tzinfo=timezone(-timedelta(hours=3, minutes=30))),
            ToldBy.COMMENT,
        ),
        (
            making.comment(MOTH.format("04:30:00 11/05/2023")),
            MORNING.replace(tzinfo=UTC),
            ToldBy.COMMENT,
        ),
    ],
)
@pytest.mark.parametrize("is_after", [False, True])
def test_headers_before_and_after_the_samples_are_read(tmp_path, header, moment, told_by, is_after):
    chunks = {"after": (header,)} if is_after else {}
    path = write_wav(tmp_path / "a.wav", *(() if is_after else (header,)), **chunks)
    start = start_time(path)
    assert start is not None
    assert start.moment == moment
    assert start.has_zone == (moment.tzinfo is not None)
    assert start.told_by is told_by


def test_bext_counts_samples_since_midnight(tmp_path):
    samples = (4 * 3600 + 30 * 60) * RATE_HZ + RATE_HZ // 4
    start = start_time(
        write_wav(tmp_path / "a.wav", making.bext("2023-05-11", "04:30:00", samples))
    )
    assert start is not None
    assert start.moment == MORNING + timedelta(seconds=0.25)
    assert start.resolution_s == 1 / RATE_HZ


def test_a_place_in_an_editors_session_is_no_start(tmp_path):
    header = making.bext("2023-05-11", "04:30:00", 3600 * RATE_HZ)
    start = start_time(write_wav(tmp_path / "a.wav", header))
    assert start is not None
    assert start.moment == MORNING


def test_a_header_is_believed_before_the_name(tmp_path):
    path = write_wav(tmp_path / "20200101_120000.wav", making.guano("2023-05-11T04:30:00"))
    start = start_time(path)
    assert start is not None
    assert start.moment == MORNING


def test_sources_complete_each_other(tmp_path):
    headers = making.bext("2023-05-11", "04:30:00"), making.wamd("2023-05-11 04:30:00.125")
    start = start_time(write_wav(tmp_path / "20230511T043000+0200.wav", *headers))
    assert start is not None
    assert start.moment == MORNING.replace(microsecond=125_000, tzinfo=SUMMER)
    assert start.resolution_s == pytest.approx(0.001)


def test_a_clock_that_was_never_set_tells_nothing(tmp_path):
    assert start_time(write_wav(tmp_path / "20000101_000512.wav")) is None
    path = write_wav(tmp_path / "a.wav", making.comment(MOTH.format("00:00:12 01/01/1970 (UTC)")))
    assert start_time(path) is None


@pytest.mark.parametrize(
    "header",
    [
        making.guano("yesterday"),
        making.guano("2023-05-11T04:30:00+99:00"),
        making.wamd("2023-02-30 04:30:00"),
        making.chunk(b"wamd", b"\5\0\xff\xff\xff\xff2023"),
        making.chunk(b"guan", b"\xff\xfe"),
        making.chunk(b"bext", b"short"),
        making.comment("nothing to tell"),
    ],
)
def test_unusable_headers_tell_nothing(tmp_path, header):
    assert start_time(write_wav(tmp_path / "a.wav", header)) is None


@pytest.mark.parametrize(("format_", "ending"), [("FLAC", "flac"), ("W64", "w64"), ("AU", "au")])
def test_names_tell_the_start_of_every_kind_of_file(tmp_path, format_, ending):
    path = tmp_path / f"SM4_20230511_043000.{ending}"
    sf.write(path, np.zeros(100), RATE_HZ, format=format_)
    start = start_time(path)
    assert start is not None
    assert start.moment == MORNING
    assert start.told_by is ToldBy.NAME


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(InputError, match="cannot be opened"):
        start_time(tmp_path / "20230511_043000.wav")
