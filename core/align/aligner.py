"""The one entry point of alignment: a recording goes in, steps and an alignment come out."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

import numpy as np

from core.align.alignment import Alignment, DecodedEvidence, Progress, Travel
from core.align.alignment_builder import build_alignment
from core.align.candidates import score_candidates
from core.align.claims import doubts
from core.align.claims.confidence import estimate
from core.align.claims.travel import heard_travel_s
from core.align.decoding.carried import decode_carried
from core.align.decoding.prior import DriftPrior
from core.align.decoding.relatedness import local_relatedness
from core.align.limits import INTERVAL_S, MAX_OFFSET_S, SOUND_M_S, TOLERANCE_S
from core.align.networks import used_of
from core.align.path import OffsetPath, Refinement
from core.align.rankings import RankedBy, Ranking
from core.align.scores import CandidateScores
from core.align.search.windows import PERHAPS_ELSEWHERE, is_at_edge
from core.align.sections.evidence import Comparison, Gathered, Heard
from core.align.sections.joined import gather_all
from core.align.sections.plan import Bounds
from core.align.stages import ProgressPlan, Stage
from core.align.tuning import Tuning
from core.align.waveforms.refine import refine
from core.align.waveforms.sharpen import sharpen
from core.arrays import Floats
from core.audio.recording import Recording
from core.audio.sequences.gaps import Gaps, heard_grid
from core.errors import InputError
from core.evidence.learned import Networks
from core.evidence.spectral import WINDOW_S
from core.evidence.surface import ScoreSurface
from core.steps import Steps, part_of
from core.sync_points import SyncPoints

SHORTEST_S = 3.0
"""Channels shorter than this hold too little to align."""
_SAME_SOUND = "both channels hold the same sound: was one recorder saved twice?"
_AT_ONCE = Bounds()


@dataclass(frozen=True, slots=True)
class AlignOptions:
    """How to align.

    Parameters
    ----------
    max_offset_s : float
        Up to here every offset is compared closely, seconds. Larger ones, up to two minutes, are
        found where a coarse search leads there.
    tolerance_s : float
        Error within which a keypoint counts as right for its confidence, seconds.
    spacing_m : float
        Distance of the microphones, metres. With it confidence is about the clocks; at zero it
        is about the sounds, which reach one microphone before the other, unless these are heard
        to come from different distances.
    interval_s : float
        From one keypoint to the next where their moments are not given, seconds.
    """

    max_offset_s: float = MAX_OFFSET_S
    tolerance_s: float = TOLERANCE_S
    spacing_m: float = 0.0
    interval_s: float = INTERVAL_S

    def at_spacing(self, spacing_m: float | None) -> AlignOptions:
        """The same for microphones whose distance is known, metres; None where it is not."""
        return self if spacing_m is None else replace(self, spacing_m=spacing_m)


Step = Progress | Ranking | ScoreSurface | Alignment


def align_steps(
    recording: Recording,
    time_0_s: Floats | None = None,
    options: AlignOptions | None = None,
    learned: Networks = (),
    prior: DriftPrior | None = None,
    tuning: Tuning | None = None,
    sync: SyncPoints | None = None,
    bounds: Bounds = _AT_ONCE,
) -> Iterator[Step]:
    """Align a recording step by step.

    Stop iterating to cancel: nothing runs between two steps, and no step takes
    longer than one batch.

    Parameters
    ----------
    recording : Recording
    time_0_s : ndarray, shape (K,), optional
        Keypoints on channel 0, seconds; by default one every `AlignOptions.interval_s`.
    options : AlignOptions, optional
    learned : Networks
        Each of their opinions is one term more of the evidence.
    prior : DriftPrior, optional
        How the clocks of this pair of recorders usually drift.
    tuning : Tuning, optional
        What a person's corrections taught of the evidence; of the same networks.
    sync : SyncPoints, optional
        Known to be the same on both clocks: the offsets around them are compared and no others.
        It is `core.align.pins.realign_steps` that leads the path through them.
    bounds : Bounds
        How much of a long recording is held in memory at once.

    Yields
    ------
    Progress
        Between batches of every stage.
    Ranking
        Each batch of linear candidates as it is scored: by every network alone as soon as it
        has been heard, of long recordings by the chosen one only, and by all evidence in the end.
    ScoreSurface
        Once, when the evidence is complete.
    Alignment
        Once, last.

    Raises
    ------
    InputError
        If the audio cannot be read, a channel is shorter than 3 s or one is
        silent from end to end.
    """
    options = options or AlignOptions()
    if time_0_s is None:
        time_0_s = heard_grid(recording, options.interval_s)
    _refuse_short(recording)
    told = [len(network.notices) for network in learned]
    asked = asked_of(recording, time_0_s, options, learned, prior, tuning, sync)
    found = yield from gather_all(asked, bounds)
    _refuse_silent(found.heard, recording)
    by_model = found.by_model
    yield found.surface
    plan = ProgressPlan(asked.network_cost)
    decoded = yield from decode_gathered(asked, found, options, plan)
    scored, batches = CandidateScores.none(), 0
    durations = asked.lines.duration_s
    for batch in score_candidates(found.surface, durations, options.max_offset_s):
        scored, batches = scored.joined(batch), batches + 1
        yield Ranking(RankedBy.EVIDENCE, by_model.model if by_model else "", batch)
        yield plan.progress(Stage.RANK, 1 - 0.5**batches)
    of_sound = doubts.of_unheard_sound(found.heard.share_above)
    evidence = replace(
        used_of(learned, told, tuning),
        warnings=(_SAME_SOUND,) if found.heard.is_same else (),
        doubts=of_sound + doubts.of_sample_rates(recording, scored),
    )
    decoded = replace(decoded, candidates=scored, by_model=by_model, evidence=evidence)
    yield build_alignment(decoded, time_0_s)


def align(
    recording: Recording,
    time_0_s: Floats | None = None,
    options: AlignOptions | None = None,
    learned: Networks = (),
    prior: DriftPrior | None = None,
    tuning: Tuning | None = None,
    sync: SyncPoints | None = None,
    bounds: Bounds = _AT_ONCE,
) -> Alignment:
    """Align a recording in one call.

    Parameters
    ----------
    recording, time_0_s, options, learned, prior, tuning, sync, bounds
        As in `align_steps`.

    Returns
    -------
    Alignment

    Raises
    ------
    InputError
        As `align_steps`.
    """
    for step in align_steps(recording, time_0_s, options, learned, prior, tuning, sync, bounds):
        if isinstance(step, Alignment):
            return step
    raise AssertionError("align_steps ends with an Alignment")


def asked_of(
    recording: Recording,
    time_0_s: Floats,
    options: AlignOptions,
    learned: Networks = (),
    prior: DriftPrior | None = None,
    tuning: Tuning | None = None,
    sync: SyncPoints | None = None,
) -> Comparison:
    """What is compared to align a recording.

    Parameters
    ----------
    recording, time_0_s, options, learned, prior, tuning, sync
        As in `align_steps`.

    Returns
    -------
    Comparison
        At rows in step with the keypoints.
    """
    rows_s = _window_centres(recording.duration_s, time_0_s)
    sync = SyncPoints.none() if sync is None else sync
    return Comparison(recording, rows_s, options.max_offset_s, learned, prior, tuning, sync)


def decode_gathered(
    asked: Comparison, found: Gathered, options: AlignOptions, plan: ProgressPlan
) -> Generator[Progress, None, DecodedEvidence]:
    """Decode a path, and ask the waveforms along it.

    Parameters
    ----------
    asked : Comparison
    found : Gathered
        Of all its rows, or of those that are of interest.
    options : AlignOptions
    plan : ProgressPlan

    Yields
    ------
    Progress

    Returns
    -------
    DecodedEvidence
        Without candidates, and without what the evidence was.
    """
    surface = found.surface
    second, use = yield from plan.staged(
        Stage.DECODE_AGAIN, decode_carried(surface, asked.prior, band=found.likely)
    )
    path = estimate(surface, second.posterior)
    travel = Travel(options.spacing_m / SOUND_M_S, is_given=True)
    if not options.spacing_m:
        travel = Travel(heard_travel_s(surface, path, second.log_shares))
    related = local_relatedness(second.row_evidence)
    unsearched = found.is_unsure | is_at_edge(surface, path)
    related[unsearched] = np.minimum(related[unsearched], PERHAPS_ELSEWHERE)
    refinement = yield from plan.staged(
        Stage.REFINE, _refined(asked.recording, surface.time_0_s, path)
    )
    return DecodedEvidence(
        surface=surface,
        posterior=second.posterior,
        log_evidence=second.log_evidence,
        related=related,
        refinement=refinement,
        candidates=CandidateScores.none(),
        duration_1_s=asked.lines.duration_s[1],
        tolerance_s=options.tolerance_s,
        travel=travel,
        prior=use,
        tuning=asked.tuning,
        gaps=Gaps.of(asked.recording),
    )


def _refined(recording: Recording, time_0_s: Floats, path: OffsetPath) -> Steps[Refinement]:
    """Offsets from waveforms, to a fraction of a millisecond where they are coherent enough."""
    first = yield from part_of(refine(recording, time_0_s, path), 0.0, 0.6)
    return (yield from part_of(sharpen(recording, time_0_s, first), 0.6, 1.0))


def _window_centres(duration_s: float, time_0_s: Floats) -> Floats:
    """Centres of the evidence windows: 1 s apart, in step with the keypoints."""
    phase = float(np.median(np.mod(time_0_s, WINDOW_S))) if len(time_0_s) else 0.0
    return np.asarray(np.arange(phase, max(duration_s, phase + WINDOW_S), WINDOW_S))


def _refuse_short(recording: Recording) -> None:
    for channel, source in enumerate(recording.channels):
        if source.duration_s < SHORTEST_S:
            raise InputError(
                source.path,
                f"channel {channel} lasts {source.duration_s:.2f} s, too short to align",
                f"give recordings of at least {SHORTEST_S:.0f} s",
            )


def _refuse_silent(heard: Heard, recording: Recording) -> None:
    for channel, is_silent in enumerate(heard.silent):
        if is_silent:
            raise InputError(
                recording.channels[channel].path,
                f"channel {channel} is silent from start to end",
                "check the recorder or its cable",
            )
