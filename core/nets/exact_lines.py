"""The best lines of a model, scored once more as the challenge's systems score them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.align.candidates import score_predictions
from core.align.rankings import Ranking
from core.align.scores import FORMS, CandidateScores
from core.arrays import Floats
from core.audio.recording import Recording
from core.nets.clips import CLIP_S
from core.nets.pair_evidence import PairEvidence
from core.steps import Steps


def rank_exactly(
    evidence: PairEvidence, recording: Recording, ranking: Ranking, time_0_s: Floats, most: int
) -> Steps[Ranking]:
    """Score the best lines with every second cut where the line says, to the sample.

    The ranking that is shown looks lines up in a table of seconds 100 ms apart.

    Parameters
    ----------
    evidence : PairEvidence
        Whose ranking it is.
    recording : Recording
    ranking : Ranking
    time_0_s : ndarray, shape (K,)
        Where the seconds of channel 0 begin, ascending, seconds: the keypoints.
    most : int
        So many of the best in each form of Eq. 2 are scored.

    Yields
    ------
    float
        Share of the work done.

    Returns
    -------
    Ranking
        Of those lines that hold whole seconds of both channels.

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    lines = ranking.candidates
    best = [np.argsort(-getattr(lines.parts, form), kind="stable")[:most] for form in FORMS]
    lines = lines.take(np.unique(np.concatenate(best)))
    time_1_s = lines.offset_s[:, None] + time_0_s * (1.0 + 1e-6 * lines.drift_ppm[:, None])
    last_0_s, last_1_s = (source.duration_s - CLIP_S for source in recording.channels)
    whole = (time_0_s <= last_0_s) & (time_1_s >= 0) & (time_1_s <= last_1_s)
    odds = yield from evidence.exact_odds(recording, time_0_s, np.where(whole, time_1_s, np.nan))
    scored = CandidateScores(lines.offset_s, lines.drift_ppm, score_predictions(odds))
    return replace(ranking, candidates=scored.take(np.flatnonzero(scored.parts.used)))
