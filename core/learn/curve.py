"""How far a net has learned: what a person sees while it does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LossPoint:
    """One point of the curve.

    Parameters
    ----------
    part, parts : int
        Which net learns, from 0, and how many do: one for each group of recordings that is left
        out, and one that learns from all.
    epoch, epochs : int
        Done, and in all.
    loss : float
        On what is learned from, nats a second of sound.
    left_out : float
        On the recordings that are left out; NaN where none are.
    """

    part: int
    parts: int
    epoch: int
    epochs: int
    loss: float
    left_out: float
