"""Computes the spectrograms of a recording step by step; runs in a worker thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from core.audio.recording import Recording
from core.audio.spectra.frame_plan import FramePlan, FrameSettings
from core.audio.spectra.spectrogram import Decibels, Spectrogram, frame_blocks


@dataclass(frozen=True, slots=True, eq=False)
class FirstFrames:
    """New spectrograms that hold their first frames, and go on being filled."""

    spectrograms: tuple[Spectrogram, Spectrogram]


def spectrogram_steps(
    recording: Recording, settings: FrameSettings, from_s: tuple[float, float] = (0.0, 0.0)
) -> Iterator[FirstFrames | None]:
    """Fill the spectrograms of both channels in turns, so that both appear early.

    Parameters
    ----------
    recording : Recording
    settings : FrameSettings
    from_s : pair of float
        Where to begin, seconds on each channel's clock: what is looked at comes first.

    Yields
    ------
    FirstFrames
        Once, as soon as both channels have frames.
    None
        Whenever there are more.

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    first, second = (
        Spectrogram(FramePlan.for_channel(s.sample_rate_hz, s.frames, settings))
        for s in recording.channels
    )
    waiting = deque(
        (s, _in_order(recording, channel, s.plan, from_s[channel]))
        for channel, s in enumerate((first, second))
    )
    are_shown = False
    while waiting:
        spectrogram, blocks = waiting.popleft()
        step = next(blocks, None)
        if step is None:
            continue
        spectrogram.add(step[1], step[0])
        waiting.append((spectrogram, blocks))
        if are_shown:
            yield None
        elif first.stretches and second.stretches:
            are_shown = True
            yield FirstFrames((first, second))


def _in_order(
    recording: Recording, channel: int, plan: FramePlan, from_s: float
) -> Iterator[tuple[int, Decibels]]:
    """Frames from a moment to the end, then those before it, with the place of each block."""
    begin = min(max(int(from_s / plan.hop_s), 0), plan.frames - 1)
    for first, stop in ((begin, plan.frames), (0, begin)):
        at = first
        for codes in frame_blocks(recording, channel, plan, first=first, stop=stop):
            yield at, codes
            at += len(codes)
