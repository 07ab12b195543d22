"""Start times in the names that recorders give their files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from core.audio.start_times.names import start_in_name

MORNING = datetime(2023, 5, 11, 4, 30)


@pytest.mark.parametrize(
    "name",
    [
        "20230511_043000.WAV",
        "20230511_043000T.WAV",
        "248D9B045EBE0D26_20230511_043000.WAV",
        "SM4_20230511_043000.wav",
        "S4A01234_20230511_043000_000.wav",
        "SM2_20230511$043000.wav",
        "SM2_20230511_$043000.wav",
        "SMM00001_0+1_20230511_043000.flac",
        "2023-05-11_04-30-00.wav",
        "bird_2023-05-11 04.30.00_DAQmxChannels.w64",
        "2023_05_11_04_30_00.wav",
        "20230511043000.wav",
        "20230511T043000_site.wav",
        "station20230510_230000_20230511_043000.wav",
    ],
)
def test_the_start_stands_in_the_name(name):
    start = start_in_name(name)
    assert start is not None
    assert start.moment == MORNING
    assert not start.has_zone
    assert start.resolution_s == 1.0


def test_old_audiomoths_count_seconds_in_hexadecimal_digits():
    start = start_in_name("5B1E5A3C.WAV")
    assert start is not None
    assert start.moment == datetime(2018, 6, 11, 11, 17, 16, tzinfo=UTC)


def test_an_end_in_the_name_is_no_start():
    name = "S20230511T043000.250000+0200_E20230511T043500.750000+0200_REC.flac"
    start = start_in_name(name)
    assert start is not None
    zone = timezone(timedelta(hours=2))
    assert start.moment == MORNING.replace(microsecond=250_000, tzinfo=zone)


@pytest.mark.parametrize(
    ("name", "zone"), [("20230511T043000Z.wav", 0), ("20230511T043000+0530_REC.flac", 330)]
)
def test_a_zone_in_the_name_is_read(name, zone):
    start = start_in_name(name)
    assert start is not None
    assert start.moment == MORNING.replace(tzinfo=timezone(timedelta(minutes=zone)))


def test_a_fraction_of_a_second_is_read():
    start = start_in_name("20230511_043000.250.wav")
    assert start is not None
    assert start.moment == MORNING + timedelta(seconds=0.25)
    assert start.resolution_s == pytest.approx(0.001)


@pytest.mark.parametrize(
    "name",
    [
        "song.wav",
        "20230511.wav",
        "12345678.wav",
        "DEADBEEF.wav",
        "20231311_043000.wav",
        "20230511_253000.wav",
        "18890511_043000.wav",
        "120230511_043000.wav",
        "20230511_0430001.wav",
        "9" * 5000 + ".wav",
        "",
    ],
)
def test_other_names_tell_nothing(name):
    assert start_in_name(name) is None


def test_a_number_behind_the_time_is_no_zone():
    start = start_in_name("20230511_043000-0100.wav")
    assert start is not None
    assert not start.has_zone
