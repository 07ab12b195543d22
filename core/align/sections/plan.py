"""Where the sections of a long recording lie."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from core.evidence.spectral import WINDOW_S

_OVERLAP_S = 60.0
"""How far a section hears into its neighbours, seconds: a restart in the last half minute of what
it hears is not found."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a recording is held in memory at once.

    Parameters
    ----------
    section_s : float
        Recordings longer than one and a half of this are worked on in sections about as long,
        seconds.
    most_cells : int
        Moments times offsets at which the evidence of all sections is kept: 200 MB with
        the posterior. Up to seven hours they are as many as are compared.
    """

    section_s: float = 3600.0
    most_cells: int = 26_000_000


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a recording's rows.

    Parameters
    ----------
    rows : slice
        For which it speaks.
    heard : slice
        Which are compared: those of its neighbours near by as well.
    """

    rows: slice
    heard: slice

    @property
    def kept(self) -> slice:
        """The rows for which it speaks, among those that are compared."""
        return slice(self.rows.start - self.heard.start, self.rows.stop - self.heard.start)


def sections_of(rows: int, section_s: float) -> list[Section]:
    """Divide rows evenly.

    Parameters
    ----------
    rows : int
        How many there are, `WINDOW_S` apart.
    section_s : float
        About how long sections are, seconds.

    Returns
    -------
    list of Section
        A single one where there are less than one and a half.
    """
    count = max(1, round(rows * WINDOW_S / section_s))
    overlap = round(_OVERLAP_S / WINDOW_S)
    ends = pairwise(round(rows * number / count) for number in range(count + 1))
    return [
        Section(slice(start, end), slice(max(start - overlap, 0), min(end + overlap, rows)))
        for start, end in ends
    ]
