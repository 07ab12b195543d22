"""What may be why two channels do not match, told where they do not."""

from __future__ import annotations

from itertools import product

from core.align.scores import CandidateScores
from core.audio.recording import Recording
from core.audio.spectra.levels import RATE_HZ as FEATURE_RATE_HZ

_COMMON_RATES_HZ = (
    *(8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000),
    *(176_400, 192_000, 250_000, 256_000, 384_000, 500_000),
)
"""Rates that recorders offer, those for ultrasound among them, hertz."""
_RATE_TOLERANCE = 2e-3
"""Share by which a stretch may miss that of two rates: clocks drift, and lines are on a grid."""


def of_unheard_sound(share_above: tuple[float, float]) -> tuple[str, ...]:
    """Whether most of a channel's sound lies where the aligner does not listen.

    Parameters
    ----------
    share_above : tuple of two floats
        As `core.audio.spectra.features.ChannelFeatures.share_above`, of each channel.

    Returns
    -------
    tuple of str
        A sentence, or nothing.
    """
    if max(share_above) < 0.5:
        return ()
    limit_khz = FEATURE_RATE_HZ // 2000
    return (f"most of the sound is above {limit_khz} kHz, which is not compared",)


def of_sample_rates(recording: Recording, candidates: CandidateScores) -> tuple[str, ...]:
    """Whether one channel is longer by the ratio of two rates that recorders have.

    Parameters
    ----------
    recording : Recording
        Of two files: those of one file share its rate.
    candidates : CandidateScores
        The best line tells how much longer, and so do the lengths of files that were started
        and stopped together.

    Returns
    -------
    tuple of str
        A sentence, or nothing.
    """
    if len(recording.paths) == 1:
        return ()
    first, second = recording.channels
    found = [second.duration_s / first.duration_s]
    found += [1.0 + 1e-6 * float(drift_ppm) for drift_ppm in candidates.ranked(1).drift_ppm]
    for true_hz, (channel, source) in product(_COMMON_RATES_HZ, enumerate((first, second))):
        label_hz = source.sample_rate_hz
        # A label that is too low makes its channel longer.
        longer = label_hz / true_hz if channel == 0 else true_hz / label_hz
        is_other = abs(longer - 1.0) > _RATE_TOLERANCE
        if is_other and any(abs(stretch / longer - 1.0) < _RATE_TOLERANCE for stretch in found):
            rates = f"{max(true_hz, label_hz)}/{min(true_hz, label_hz)}"
            return (f"one file may be labelled with a wrong sample rate ({rates})",)
    return ()
