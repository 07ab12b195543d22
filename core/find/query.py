"""What is looked for: the frames of a stretch of sound, in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.arrays import Floats32
from core.errors import InputError
from core.find.frames import STEP_S
from core.find.index import ChannelFrames

SHORTEST_S, LONGEST_S = 0.04, 5.0
SILENT = 0.6
"""Length of the longest frame, below which a stretch is background: that of all sounds of simulated
scenes at 10 dB that stand out is 0.95 and more, that of nine in ten stretches without any less."""


class Stretch(NamedTuple):
    """A part of a channel, seconds on its own clock."""

    recording: int
    channel: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """What is looked for.

    Parameters
    ----------
    frames : ndarray of float32, shape (L, WIDTH)
    stretch : Stretch or None
        Where it comes from, which is no hit.
    """

    frames: Floats32
    stretch: Stretch | None = None


def parsed_example(text: str) -> tuple[str, float, float]:
    """File, start and end in seconds of an example, as ``day1.wav:12.3-13.1``.

    Raises
    ------
    ValueError
        If it is no such text.
    """
    found = re.fullmatch(r"(.+):(\d+(?:\.\d*)?)-(\d+(?:\.\d*)?)", text, re.ASCII | re.DOTALL)
    if found is None:
        raise ValueError(text)
    return found[1], float(found[2]), float(found[3])


def query_of(frames: ChannelFrames, stretch: Stretch, name: str) -> Query:
    """Frames of a stretch of a channel.

    Parameters
    ----------
    frames : ChannelFrames
        Of its channel.
    stretch : Stretch
    name : str
        Of the recording, for messages.

    Raises
    ------
    InputError
        If it is too short, too long, not in the recording, or silent.
    """
    start_s, end_s = stretch.start_s, stretch.end_s
    where = f"{name}, {round(start_s, 3):g} to {round(end_s, 3):g} s"
    if not SHORTEST_S <= round(end_s - start_s, 6) <= LONGEST_S:
        what = f"is {round(end_s - start_s, 3):g} s long"
        raise InputError(where, what, f"mark {SHORTEST_S:g} to {LONGEST_S:g} s")
    if end_s > frames.duration_s + STEP_S:
        what = f"ends after channel {stretch.channel}, which lasts {frames.duration_s:.2f} s"
        raise InputError(where, what, "mark a stretch within it")
    first = round(start_s / STEP_S)
    found = frames.stretch(first, max(2, round((end_s - start_s) / STEP_S)))
    if np.sqrt(np.einsum("td,td->t", found, found)).max() < SILENT:
        what = f"holds nothing that stands out on channel {stretch.channel}"
        raise InputError(where, what, "mark a stretch with a sound")
    return Query(found, stretch)
