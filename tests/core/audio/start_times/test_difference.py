"""What two start times say of the offset."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from core.audio.start_times.difference import Reading, start_difference

MORNING = datetime(2023, 5, 11, 4, 30)
HOUR_S = 3600.0


def _at(later_s: float = 0.0, zone_h: float | None = None) -> datetime:
    zone = None if zone_h is None else timezone(timedelta(hours=zone_h))
    return (MORNING + timedelta(seconds=later_s)).replace(tzinfo=zone)


def test_a_difference_of_hours_is_the_offset():
    found = start_difference(_at(), _at(2.3 * HOUR_S), 4 * HOUR_S, 4 * HOUR_S)
    assert found.later_s == pytest.approx(2.3 * HOUR_S)
    assert found.offsets_s == pytest.approx((-2.3 * HOUR_S,))
    assert found.reading is Reading.AS_TOLD
    assert found.notes == ()


def test_zones_are_counted():
    found = start_difference(_at(zone_h=0), _at(2 * HOUR_S + 7, zone_h=2), 600, 600)
    assert found.later_s == pytest.approx(7)
    assert found.notes == ()


def test_a_time_without_a_zone_is_of_the_others():
    found = start_difference(_at(zone_h=2), _at(7), 600, 600)
    assert found.later_s == pytest.approx(7)
    assert "the start of channel 1 has no time zone" in found.notes[0]


@pytest.mark.parametrize("rest_s", [-40.0, 0.0, 12.0])
def test_whole_hours_apart_is_another_zone_where_nothing_would_be_shared(rest_s):
    found = start_difference(_at(), _at(-2 * HOUR_S + rest_s), 600, 600)
    assert found.reading is Reading.OTHER_ZONE
    assert found.later_s == pytest.approx(rest_s)
    assert "differ by 2 hours" in found.notes[0]
    assert "time zone" in found.notes[0]


def test_whole_hours_are_told_where_they_may_be_true():
    found = start_difference(_at(), _at(HOUR_S + 5), 8 * HOUR_S, 8 * HOUR_S)
    assert found.reading is Reading.AS_TOLD
    assert found.later_s == pytest.approx(HOUR_S + 5)
    assert found.offsets_s == pytest.approx((-HOUR_S - 5, -5.0))
    assert found.notes == (
        "their start times differ by 1 hour and 5 s: is one recorder's clock set to another time "
        "zone? Both are looked at, and what is heard decides",
    )


def test_recordings_that_share_no_moment_are_named():
    found = start_difference(_at(), _at(3 * HOUR_S + 20 * 60), 600, 600)
    assert found.reading is Reading.APART
    assert found.notes == (
        "by their start times, channel 1 began 3 h 10 min after channel 0 had ended",
    )
