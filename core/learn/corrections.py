"""What a person corrected, and whether it can be learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats
from core.audio.recording import Recording
from core.errors import InputError
from core.keypoints import KeypointSet, ReviewState

FEWEST_RECORDINGS = 5
"""With fewer, nothing can be learned from some and tried on others."""
WHERE = "corrections"
"""What is at fault where they cannot be learned from."""

# Chosen by hand during development.

_FEWEST_KEYPOINTS = 3
"""A recording with fewer tells no offset and drift."""
_SHORTEST_S = 10.0
"""Keypoints closer together, seconds, tell no drift."""
_NEIGHBOURS = 3
"""To either side, that say where a keypoint should be about."""
_STRAY_S = 0.05
"""No keypoint is further from its neighbours, seconds..."""
_STRAY_SLOPE = 0.01
"""...and so much more for every second between them..."""
_STRAY_SCATTER = 5.0
"""...and so many times what the recording's keypoints are in the median: sound from several places
takes as many ways, and no hand is exact."""
_MOST_STRAY = 0.05
"""Share of keypoints that may be slips of the mouse."""
_END_S = 1e-3
"""So near to an end of channel 1 a keypoint says only that its moment is beyond, seconds."""
_FEWEST_IN_GROUP = 3
_GROUP_SD = (0.05, 50e-6)
"""How much offset (seconds) and slope scatter in one deployment at least."""
_GROUPS_APART = (4.5, 18.0)
"""Groups whose means are further apart are two deployments, standard deviations within them: the
first, and the second shared by the recordings, of which few fall apart by chance."""


@dataclass(frozen=True, slots=True, eq=False)
class Corrected:
    """A recording and what a person says of it.

    Parameters
    ----------
    recording : Recording
    fingerprint : str
        As `Recording.fingerprint`.
    keypoints : KeypointSet
        Accepted, corrected, or imported and said to be reviewed.
    is_imported : bool
        Whether accepted ones stand where a table had put them, not the machine.
    """

    recording: Recording
    fingerprint: str
    keypoints: KeypointSet
    is_imported: bool = False

    @property
    def is_accepted_only(self) -> bool:
        """Whether every keypoint stands where the machine had put it."""
        states = self.keypoints.state
        return not self.is_imported and all(state is ReviewState.ACCEPTED for state in states)

    @property
    def tells_drift(self) -> bool:
        """Whether its keypoints lie far enough apart to know how its clocks drift."""
        return float(np.ptp(self.keypoints.time_0_s)) >= _SHORTEST_S

    def inside(self) -> Corrected:
        """Without keypoints at the ends of channel 1, whose moments may lie anywhere beyond."""
        times_s, end_s = self.keypoints.time_1_s, self.recording.channels[1].duration_s
        within = (times_s > _END_S) & (times_s < end_s - _END_S)
        return replace(self, keypoints=self.keypoints.kept(within))


@dataclass(frozen=True, slots=True, eq=False)
class Corrections:
    """All that there is to learn from.

    Parameters
    ----------
    recordings : tuple of Corrected
        No two of the same audio.
    notes : tuple of str
        What was left out, and why.
    """

    recordings: tuple[Corrected, ...]
    notes: tuple[str, ...] = ()

    def sentence(self) -> str:
        """What there is, and how much it takes.

        Returns
        -------
        str
            As "38 recordings, 1,912 keypoints, two recorders; 5 recordings are the least".
        """
        count = len(self.recordings)
        keypoints = sum(len(each.keypoints) for each in self.recordings)
        recorders = f", {self._recorders} recorders" if count else ""
        return (
            f"{count} {'recording' if count == 1 else 'recordings'}, {keypoints:,} keypoints"
            f"{recorders}; {FEWEST_RECORDINGS} recordings are the least"
        )

    @property
    def _recorders(self) -> int | str:
        """How many there are by their names; two where nobody names them."""
        sides = (side for each in self.recordings for side in each.recording.channels)
        named = len({side.device for side in sides if side.device})
        return named if named > 2 else "two"


def usable(corrections: Corrections) -> Corrections:
    """Those that can be learned from.

    Parameters
    ----------
    corrections : Corrections

    Returns
    -------
    Corrections
        Without recordings that have hardly a keypoint and without slips, which its notes name.

    Raises
    ------
    InputError
        If they are too few, say nothing new, or cannot be true.
    """
    notes, kept = list(corrections.notes), []
    for each in map(Corrected.inside, corrections.recordings):
        if len(each.keypoints) < _FEWEST_KEYPOINTS:
            notes.append(f"{each.recording.name}: fewer than {_FEWEST_KEYPOINTS} keypoints")
        else:
            kept.append(each)
    refuse_few(len(kept), "recordings with keypoints that a person settled")
    if all(each.is_accepted_only for each in kept):
        raise InputError(
            WHERE,
            "every keypoint was accepted where the machine had put it: there is nothing to learn",
            "correct some that are wrong; 'finchsync prior' learns a pair's usual drift from these",
        )
    strays = [_strays(each.keypoints) for each in kept]
    _refuse_strays(kept, strays)
    notes += [
        f"{each.recording.name}: {_told(stray.sum())}"
        for each, stray in zip(kept, strays, strict=True)
        if stray.any()
    ]
    kept = [
        replace(each, keypoints=each.keypoints.kept(~stray))
        for each, stray in zip(kept, strays, strict=True)
    ]
    refuse_two_deployments(kept)
    return Corrections(tuple(kept), tuple(notes))


def refuse_few(count: int, what: str) -> None:
    """Refuse too few of something to learn from some and try it on others; raises InputError."""
    if count < FEWEST_RECORDINGS:
        raise InputError(
            WHERE, f"hold {count} {what}, and {FEWEST_RECORDINGS} are the least", "review more"
        )


def _strays(keypoints: KeypointSet) -> NDArray[np.bool_]:
    """Which keypoints stand where no clock could be between their neighbours, shape (K,)."""
    time_s, count = keypoints.time_0_s, len(keypoints)
    offset_s = keypoints.offset_s - _steady_slope(keypoints) * time_s
    off_s, span_s = np.zeros(count), np.zeros(count)
    for index in range(count):
        near = slice(max(0, index - _NEIGHBOURS), index + _NEIGHBOURS + 1)
        off_s[index] = abs(float(offset_s[index] - np.median(offset_s[near])))
        span_s[index] = np.ptp(time_s[near])
    return off_s > _STRAY_S + _STRAY_SLOPE * span_s + _STRAY_SCATTER * np.median(off_s)


def _steady_slope(keypoints: KeypointSet) -> float:
    """Median slope between keypoints half a recording apart, seconds per second."""
    half = len(keypoints) // 2
    apart_s = keypoints.time_0_s[half:] - keypoints.time_0_s[: len(keypoints) - half]
    rise_s = keypoints.offset_s[half:] - keypoints.offset_s[: len(keypoints) - half]
    some = apart_s > 0
    return float(np.median(rise_s[some] / apart_s[some])) if some.any() else 0.0


def _told(strays: int) -> str:
    if strays == 1:
        return "1 keypoint stands apart from its neighbours"
    return f"{strays:,} keypoints stand apart from their neighbours"


def _refuse_strays(recordings: Sequence[Corrected], strays: Sequence[NDArray[np.bool_]]) -> None:
    share = sum(stray.sum() for stray in strays) / sum(map(len, strays))
    if share <= _MOST_STRAY:
        return
    worst = int(np.argmax([stray.mean() for stray in strays]))
    at_s = recordings[worst].keypoints.time_0_s[np.flatnonzero(strays[worst])[0]]
    raise InputError(
        WHERE,
        f"{share:.0%} of the keypoints stand where no clock could be between their neighbours, "
        f"first at {at_s:.0f} s of {recordings[worst].recording.name}",
        "look at them again, or leave those recordings out",
    )


def refuse_two_deployments(recordings: Sequence[Corrected]) -> None:
    """Refuse recordings whose clocks fall into two groups.

    Raises
    ------
    InputError
        If their offsets or drifts lie in two places.
    """
    lines = np.array([_line(each.keypoints) for each in recordings])
    for column, least, scale, unit in zip(
        lines.T, _GROUP_SD, (1.0, 1e6), ("s", "ppm"), strict=True
    ):
        if (parted := _parted(column, least)) is not None:
            low, high = column[column <= parted], column[column > parted]
            centres = " and ".join(f"{scale * np.median(part):+.3g} {unit}" for part in (low, high))
            raise InputError(
                WHERE,
                f"the clocks fall into two groups of {len(low)} and {len(high)} recordings, around "
                f"{centres}, as those of two deployments or of swapped recorders do",
                "learn from each group alone",
            )


def _line(keypoints: KeypointSet) -> tuple[float, float]:
    """Offset in the middle, seconds, and slope of a recording's clocks."""
    slope = _steady_slope(keypoints)
    middle_s = float(np.median(keypoints.time_0_s))
    left_s = keypoints.offset_s - slope * (keypoints.time_0_s - middle_s)
    return float(np.median(left_s)), slope


def _parted(values: Floats, least: float) -> float | None:
    """Where the widest gap between values lies, if it parts two groups; None if it does not."""
    ordered = np.sort(values)
    ends = range(_FEWEST_IN_GROUP, len(ordered) - _FEWEST_IN_GROUP + 1)
    if not ends:
        return None
    end = max(ends, key=lambda end: float(ordered[end] - ordered[end - 1]))
    groups = ordered[:end], ordered[end:]
    squares = sum(float(((group - group.mean()) ** 2).sum()) for group in groups)
    within = max(least, float(np.sqrt(squares / (len(ordered) - 2))))
    apart = float(groups[1].mean() - groups[0].mean())
    limit, shared = _GROUPS_APART
    is_two = apart > (limit + shared / len(ordered)) * within
    return float(ordered[end - 1]) if is_two else None
