"""The length that a header claims against the length that is there."""

from __future__ import annotations

from pathlib import Path

from core.errors import InputError

SLACK_S = 0.01
"""A header that is off by less is sloppy, and no sound is missed; some count themselves in."""

COPY_AGAIN = "copy it again from the recorder"
TO_THE_END = "its header does not tell its length: the sound was read to the end of the file"
MAY_BE_CUT = "nothing marks its end: it may have been cut short"
WRAPPED = "its size wrapped at 4 GiB"


def weigh(
    path: Path, claimed: int | None, held: int, sample_rate_hz: int, reason: str = ""
) -> tuple[str, ...]:
    """Say how a claimed length differs from the true one.

    Parameters
    ----------
    path : Path
    claimed : int or None
        Frames that the header tells of; None if it does not tell.
    held : int
        Frames that are there.
    sample_rate_hz : int
    reason : str
        Why the header is wrong, if that is known.

    Returns
    -------
    tuple of str
        What a person should know; empty if nothing.

    Raises
    ------
    InputError
        If there is less than the header promises: the file was cut short.
    """
    if claimed is None:
        return (TO_THE_END,)
    slack = SLACK_S * sample_rate_hz
    there = length_text(held / sample_rate_hz)
    told = length_text(claimed / sample_rate_hz)
    if held > claimed + slack:
        why = f": {reason}" if reason else ""
        return (f"its header tells of {told}, the file holds {there}, all of which is read{why}",)
    if held >= claimed:
        return ()
    if held >= claimed - slack:
        more = f"{claimed - held} sample{'s'[: claimed - held - 1]}"
        return (f"its header promises {told}, which is {more} more than there are",)
    if claimed == 2 * held:
        return (
            f"its header promises {told}, twice what is there, as the firmware of some recorders "
            f"does: {there} are read",
        )
    if held == 0:
        raise InputError(path, f"holds nothing of the {told} that its header promises", COPY_AGAIN)
    raise InputError(
        path,
        f"is cut short: its header promises {told}, and the sound ends at {there}",
        f"{COPY_AGAIN}, or save what is there as a new file",
    )


def length_text(length_s: float) -> str:
    """A length to read: "9.90 s", "12.5 min", "18.6 h"."""
    if length_s < 120:
        return f"{length_s:.2f} s"
    return f"{length_s / 60:.1f} min" if length_s < 7200 else f"{length_s / 3600:.1f} h"
