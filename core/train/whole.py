"""How far whole alignments are from the truth, by the challenge's way of finding them."""

from __future__ import annotations

import numpy as np

from core.align.candidates import baseline_candidates
from core.evaluate import Errors, evaluate
from core.keypoints import KeypointSet, machine_keypoints
from core.nets.cache import EmbeddingCache
from core.nets.ranking import PairModel, pair_table
from core.steps import result_of
from core.train.samples.labelled import LabelledRecording

CANDIDATES_AN_AXIS = 101
"""Offsets every 100 ms, as fine as the grid of embeddings, for 5 s to either side."""


def best_line(
    model: PairModel, cache: EmbeddingCache, recording: LabelledRecording, max_offset_s: float
) -> KeypointSet:
    """Keypoints along the linear candidate that the pair model ranks first.

    The baseline's candidates, ten times finer, are looked up in a table of predictions
    every 100 ms and ranked by the normalised confidence-weighted score.

    Parameters
    ----------
    model : PairModel
        In the state for evaluation.
    cache : EmbeddingCache
    recording : LabelledRecording
        Of the truth, the channel-0 times are used.
    max_offset_s : float
        Largest offset of a candidate, seconds.

    Returns
    -------
    KeypointSet
        Distinct channel-0 times; unaligned where no candidate has a score.
    """
    time_0_s = np.unique(recording.truth.time_0_s)
    table = result_of(pair_table(model, cache, recording.clips, time_0_s, max_offset_s))
    offset_s, drift_ppm, time_1_s = baseline_candidates(
        time_0_s, recording.duration_s, max_offset_s, CANDIDATES_AN_AXIS
    )
    found_s = time_0_s
    if len(offset_s):
        score = table.rank(time_1_s).normalised
        best = int(score.argmax())
        if np.isfinite(score[best]):
            found_s = offset_s[best] + time_0_s * (1.0 + drift_ppm[best] * 1e-6)
    found_s = np.clip(found_s, 0.0, recording.duration_s[1])
    return machine_keypoints(time_0_s, found_s)


def alignment_errors(
    model: PairModel, cache: EmbeddingCache, recording: LabelledRecording, max_offset_s: float
) -> Errors:
    """Errors of `best_line` by the challenge's rules; parameters as there."""
    found = best_line(model, cache, recording, max_offset_s)
    return evaluate({recording.name: found}, {recording.name: recording.truth}).overall
