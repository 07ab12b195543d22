import pytest

from app.review.review_pace import Pace, time_left_text


def decisions(*times_s: float, count: int = 1) -> Pace:
    pace = Pace()
    for at_s in times_s:
        pace = pace.decided(at_s, count)
    return pace


def test_too_few_decisions_say_nothing() -> None:
    assert Pace().left_s(100) is None
    assert decisions(0, 4, 8, 12, 16).left_s(100) is None


def test_a_steady_pace_goes_on() -> None:
    assert decisions(*range(0, 40, 4)).left_s(100) == pytest.approx(400)
    assert decisions(*range(0, 40, 4)).left_s(0) == 0


def test_a_pause_over_a_minute_does_not_count() -> None:
    worked = (0, 4, 8, 12, 612, 616, 620, 624)
    assert decisions(*worked).left_s(10) == pytest.approx(40)


def test_one_hard_keypoint_does_not_upset_the_estimate() -> None:
    assert decisions(0, 3, 6, 9, 59, 62, 65, 68).left_s(10) == pytest.approx(30)


def test_accepting_many_at_once_is_part_of_the_pace() -> None:
    pace = decisions(0, 4, 8, 12, 16, 20).decided(24, 94)
    assert pace.left_s(1000) == pytest.approx(1000 / (99 / 6) * 4)


def test_only_recent_decisions_count() -> None:
    slow = [30.0 * n for n in range(50)]
    quick = [slow[-1] + 2.0 * n for n in range(1, 60)]
    assert decisions(*slow, *quick).left_s(10) == pytest.approx(20)


@pytest.mark.parametrize(
    ("left_s", "text"),
    [
        (20, "under a minute"),
        (14 * 60 + 10, "about 14 min"),
        (89 * 60, "about 89 min"),
        (3 * 3600, "about 3.0 h"),
    ],
)
def test_time_left_is_rough(left_s: float, text: str) -> None:
    assert time_left_text(left_s) == text
