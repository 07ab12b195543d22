"""From a posterior to an alignment: path, keypoints, confidence, flags and reasons."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.align.alignment import Alias, Alignment, Decision, DecodedEvidence
from core.align.calibration import MOST_CONFIDENT, MOST_UNSURE
from core.align.claims import confidence
from core.align.claims.alias import find_alias
from core.align.claims.monotone import never_back
from core.align.claims.row_claims import claims, file_related, step_beside
from core.align.limits import CERTAIN, DOUBTFUL, FEW_DOUBTFUL
from core.align.path import RowStatistics
from core.arrays import Floats
from core.audio.sequences.gaps import NO_GAP, Gaps
from core.evidence.surface import ScoreSurface
from core.keypoints import KeypointSet, machine_keypoints

PINNED = "fixed by a person"
UNHEARD = "accepted by a person where nothing is heard"
SYNCED = "fixed by a sync point"
BEFORE_START = "at or before the start of channel 1, says a person"
AFTER_END = "at or after the end of channel 1, says a person"
UNALIGNABLE = "set aside by a person as unalignable"
GOES_BACK = "the path goes back in channel 1: it is wrong before or after"
NOTHING_IN_COMMON = "the channels may have nothing in common: this alignment is a guess"
OUTVOTED = (
    "the recorders do not follow their usual drift here: is the prior one of this pair, and did "
    "neither of them stop?"
)
RESTART_S = 0.5
"""A larger step of the offset is no dropped buffer: a recorder stopped, or the path is wrong on one
side; chosen by hand."""
_TOLD_SHARE = 0.1
"""From this share of a confidence on, it is told that it rests on the usual drift."""


def build_alignment(
    decoded: DecodedEvidence,
    time_0_s: Floats,
    *,
    decided: Mapping[int, Decision] | None = None,
    statistics: RowStatistics | None = None,
) -> Alignment:
    """Draw every conclusion from decoded evidence.

    Parameters
    ----------
    decoded : DecodedEvidence
    time_0_s : ndarray, shape (N,)
        Keypoints, seconds; anywhere.
    decided : dict of int to Decision, optional
        Rows of which something is known, with the reason to show. A pin also
        settles which of two aliases is meant.
    statistics : RowStatistics, optional
        What the rows of the posterior say, where that is known already.

    Returns
    -------
    Alignment
        Without `Alignment.decisions`, which only the caller knows.
    """
    decided = decided or {}
    statistics = statistics or confidence.row_statistics(decoded)
    surface, path, duration_1_s = decoded.surface, statistics.path, decoded.duration_1_s
    clear = confidence.clarity(surface.time_0_s, statistics.nats)
    why = list(confidence.reasons(surface.time_0_s, statistics, clear, duration_1_s))
    pinned = any(known.reason in (PINNED, SYNCED) for known in decided.values())
    alias = None if pinned else find_alias(surface, path, statistics.nats, decided)
    claim = claims(decoded, statistics, clear, alias=alias, pinned=pinned)
    sure = claim.sure
    time_1_s = surface.time_0_s + path.offset_s
    _tell_carried(why, claim.carried, time_1_s, duration_1_s)
    held_s = never_back(time_1_s, sure, duration_1_s)
    back = _doubt_what_goes_back(sure, decoded, time_1_s, held_s)
    _doubt_beside_steps(sure, why, decoded, path.offset_s)
    for row in back:
        why[row] = GOES_BACK
    for row, known in decided.items():
        why[row] = known.reason
        if known.reason == SYNCED:
            sure[row] = min(_share_within(decoded.tolerance_s, known.sd_s), MOST_CONFIDENT)
        elif known.reason != UNALIGNABLE:
            sure[row] = MOST_CONFIDENT
    proposed = _keypoints(surface, held_s, sure, why, time_0_s, duration_1_s)
    keypoints = _unclaimed(proposed, decoded.gaps)
    mean = decoded.gaps.mean_outside(keypoints.confidence, keypoints.time_0_s, keypoints.time_1_s)
    evidence = decoded.evidence
    stepped = () if len(back) else _steps(path.offset_s, surface.time_0_s, decoded.gaps)
    warnings = (*evidence.warnings, *_warnings(decoded, alias, surface.time_0_s[back]), *stepped)
    if file_related(decoded, pinned=pinned) < 0.5:
        warnings = (*warnings, NOTHING_IN_COMMON, *evidence.doubts)
    elif decoded.prior is not None and decoded.prior.share < 0.5:
        warnings = (*warnings, OUTVOTED)
    if mean >= CERTAIN:
        warnings = (*warnings, *_doubtful(keypoints, decoded.gaps))
    return Alignment(
        keypoints=keypoints,
        time_map=keypoints.time_map(),
        path=path,
        surface=surface,
        posterior=decoded.posterior,
        candidates=decoded.candidates,
        alias=alias,
        needs_review=bool(warnings) or mean < CERTAIN,
        warnings=warnings,
        tolerance_s=decoded.tolerance_s,
        log_evidence=decoded.log_evidence,
        related=decoded.related,
        duration_1_s=duration_1_s,
        refinement=decoded.refinement,
        statistics=statistics,
        by_model=decoded.by_model,
        evidence=evidence,
        prior=decoded.prior,
        travel=decoded.travel,
        tuning=decoded.tuning,
        gaps=decoded.gaps,
    )


def _share_within(tolerance_s: float, sd_s: float) -> float:
    """Share of a normal distribution that is no further than so much from its mean."""
    return math.erf(tolerance_s / (math.sqrt(2) * sd_s))


def _tell_carried(why: list[str], share: Floats, time_1_s: Floats, duration_1_s: float) -> None:
    """Say of every row how much of its confidence only the prior gives."""
    within = (time_1_s >= 0) & (time_1_s <= duration_1_s)
    for row in np.flatnonzero(within & (share >= _TOLD_SHARE)):
        why[row] = f"carried by this pair's usual drift (its share: {share[row]:.0%})"


def _keypoints(
    surface: ScoreSurface,
    time_1_s: Floats,
    sure: Floats,
    why: list[str],
    time_0_s: Floats,
    duration_1_s: float,
) -> KeypointSet:
    """Keypoints between the rows, whose moments of channel 1 never go back, shape (K,)."""
    between_s = time_0_s + np.interp(time_0_s, surface.time_0_s, time_1_s - surface.time_0_s)
    return machine_keypoints(
        time_0_s,
        np.maximum.accumulate(np.clip(between_s, 0.0, duration_1_s)),
        np.interp(time_0_s, surface.time_0_s, sure),
        tuple(why[row] for row in surface.nearest_rows(time_0_s)),
    )


def _unclaimed(keypoints: KeypointSet, gaps: Gaps) -> KeypointSet:
    """The same without any claim between two files."""
    channel = gaps.channel_at(keypoints.time_0_s, keypoints.time_1_s)
    is_silent = channel != NO_GAP
    if not is_silent.any():
        return keypoints
    reasons = tuple(
        why if at == NO_GAP else f"between two files of channel {at}"
        for why, at in zip(keypoints.reason, channel.tolist(), strict=True)
    )
    sure = np.where(is_silent, 0.0, keypoints.confidence)
    return replace(keypoints, confidence=sure, reason=reasons)


def _doubt_what_goes_back(
    sure: Floats, decoded: DecodedEvidence, time_1_s: Floats, held_s: Floats
) -> NDArray[np.intp]:
    """Rows that are held elsewhere, as time does not go back; `sure` gets lower there.

    What their posterior says of the path is no word for where they are held.
    """
    moved_s = np.abs(held_s - np.clip(time_1_s, 0.0, decoded.duration_1_s))
    back = np.flatnonzero(moved_s > decoded.tolerance_s)
    if len(back):
        rows = decoded.rows(back)
        mass = confidence.mass_near(rows, held_s[back] - rows.surface.time_0_s)
        sure[back] = np.minimum(sure[back], mass)
    return back


def _doubt_beside_steps(
    sure: Floats, why: list[str], decoded: DecodedEvidence, offset_s: Floats
) -> None:
    """Claim little, and say why, beside a step of the clock; `sure` and `why` change there.

    Before and after channel 1 there is nothing to be on the wrong side of.
    """
    time_0_s = decoded.surface.time_0_s
    time_1_s = time_0_s + offset_s
    within = (time_1_s > 0) & (time_1_s < decoded.duration_1_s)
    step_s = step_beside(time_0_s, offset_s, decoded.tolerance_s)
    for row in np.flatnonzero(within & (step_s != 0) & (sure > MOST_UNSURE)):
        sure[row] = MOST_UNSURE
        why[row] = f"the clock steps by {step_s[row]:+.2f} s beside it"


def _doubtful(keypoints: KeypointSet, gaps: Gaps) -> tuple[str, ...]:
    """A sentence where more than a few of many sure keypoints are in doubt, and undecided."""
    is_heard = gaps.channel_at(keypoints.time_0_s, keypoints.time_1_s) == NO_GAP
    is_open = np.array([reason != UNALIGNABLE for reason in keypoints.reason], dtype=bool)
    doubtful = np.flatnonzero(is_heard & is_open & (keypoints.confidence < DOUBTFUL))
    count, heard = len(doubtful), int(is_heard.sum())
    if count <= FEW_DOUBTFUL * heard:
        return ()
    least_s = keypoints.time_0_s[doubtful[np.argmin(keypoints.confidence[doubtful])]]
    return (f"{count} of {heard} keypoints are in doubt, most of all at {least_s:.0f} s",)


def _steps(offset_s: Floats, time_0_s: Floats, gaps: Gaps) -> tuple[str, ...]:
    """A sentence where the offset steps by seconds within a file, the largest step."""
    is_silent = gaps.channel_at(time_0_s, time_0_s + offset_s) != NO_GAP
    step_s = np.where(is_silent[1:] | is_silent[:-1], 0.0, np.diff(offset_s))
    if not (np.abs(step_s) > RESTART_S).any():
        return ()
    row = int(np.abs(step_s).argmax())
    at = f"at {time_0_s[row + 1]:.0f} s"
    return (f"{at} the offset steps by {step_s[row]:+.1f} s: did a recorder stop there?",)


def _warnings(decoded: DecodedEvidence, alias: Alias | None, back_s: Floats) -> tuple[str, ...]:
    found = list(decoded.travel.sentences(decoded.tolerance_s))
    if len(back_s):
        found.append(
            f"at {back_s[0]:.0f} s the path goes back in channel 1: it is wrong before or after"
        )
    if alias:
        found.append(alias.sentence())
    return tuple(found)
