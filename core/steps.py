"""Long work in steps: a generator that yields after each and returns its result.

Between two steps nothing runs, so whoever stops iterating has cancelled the work.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from typing import TypeVar

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")

Steps = Generator[float, None, T]
"""Yields the share of the work done, 0 to 1, after every step; returns the result."""


def result_of(steps: Generator[object, None, T]) -> T:
    """Take all steps.

    Parameters
    ----------
    steps : generator

    Returns
    -------
    object
        What the steps return.
    """
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


def reported(steps: Generator[A, None, T], tell: Callable[[A], B]) -> Generator[B, None, T]:
    """Take steps and say each in other words.

    Parameters
    ----------
    steps : generator
    tell : callable
        From what a step yields to what is yielded in its place.

    Yields
    ------
    object
        What `tell` makes of each step.

    Returns
    -------
    object
        What the steps return.
    """
    with closing(steps):
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                result: T = end.value
                return result
            yield tell(step)


def told_of(steps: Generator[A, None, T], tell: Callable[[A], object]) -> T:
    """Take all steps, telling of each.

    Parameters
    ----------
    steps : generator
    tell : callable
        Is given what each step yields.

    Returns
    -------
    object
        What the steps return.
    """
    return result_of(reported(steps, tell))


def part_of(steps: Steps[T], start: float, end: float) -> Steps[T]:
    """Take steps as a part of longer work.

    Parameters
    ----------
    steps : generator of float
    start, end : float
        Shares of the longer work that are done before and after the steps.

    Yields
    ------
    float
        Share of the longer work done.

    Returns
    -------
    object
        What the steps return.
    """
    return reported(steps, lambda share: start + (end - start) * share)
