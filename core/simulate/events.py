"""What happens in a scene, event by event: the truth that searching is judged by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.simulate.sounds import Sound


@dataclass(frozen=True, slots=True)
class Event:
    """Something with a name that happens in the world: a call, a whole song, a hop.

    Parameters
    ----------
    start_s, end_s : float
        On the clock of channel 0, seconds.
    word : str
    source : int
        Which animal or place it comes from.
    heard : tuple of bool
        Whether each recorder hears it.
    """

    start_s: float
    end_s: float
    word: str
    source: int
    heard: tuple[bool, bool]


def events_of(sounds: Iterable[Sound]) -> tuple[Event, ...]:
    """The events that sounds make up, by their starts.

    Parameters
    ----------
    sounds : iterable of Sound
        As `core.simulate.aviary` and `core.simulate.field` give them: what goes on comes after
        what it goes on from.

    Returns
    -------
    tuple of Event
        Sounds without a word are none.
    """
    found: list[Event] = []
    for sound in sounds:
        end_s = sound.onset_s + sound.what.duration_s
        if sound.goes_on:
            found[-1] = replace(found[-1], end_s=max(end_s, found[-1].end_s))
        elif sound.word:
            heard = sound.heard
            found.append(Event(sound.onset_s, end_s, sound.word, sound.source, heard))
    return tuple(sorted(found, key=lambda event: event.start_s))
