import pytest

from core.steps import part_of, reported, result_of


def work(log, steps=4):
    try:
        for step in range(steps):
            log.append(step)
            yield (step + 1) / steps
        return "done"
    finally:
        log.append("left")


def test_the_result_of_steps_is_what_they_return():
    assert result_of(work([])) == "done"
    assert result_of(work([], steps=0)) == "done"


def test_a_part_of_longer_work_fills_its_share_of_it():
    shares = []
    assert result_of(reported(part_of(work([]), 0.5, 0.9), shares.append)) == "done"
    assert shares == pytest.approx([0.6, 0.7, 0.8, 0.9])


def test_work_that_is_given_up_is_left_at_once():
    log = []
    steps = part_of(part_of(work(log), 0.0, 0.5), 0.2, 1.0)
    next(steps)
    steps.close()
    assert log == [0, "left"]


def test_what_goes_wrong_inside_comes_out():
    def broken():
        yield 0.5
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        result_of(part_of(broken(), 0.0, 1.0))
