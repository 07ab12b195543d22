"""How a head is trained."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.align.limits import MAX_OFFSET_S
from core.nets.heads.names import RANKING, Head
from core.train.samples.draw import DrawOptions


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a scorer is trained; the defaults are the challenge winner's where it gives any.

    Parameters
    ----------
    seed : int
    learning_rate, weight_decay : float
        Of AdamW.
    plateau_epochs : int
        Without a lower validation loss for longer, the learning rate is cut to `plateau_factor`.
    plateau_factor : float
    patience_epochs : int
        Without a lower validation loss for as long, training ends.
    max_offset_s : float
        Of the alignments that are validated, seconds.
    unfrozen_layers : int
        Last layers of the encoder that are trained along, at a tenth of the learning rate.
    draw : DrawOptions
    """

    seed: int = 0
    learning_rate: float = 2e-4
    weight_decay: float = 0.01
    plateau_epochs: int = 10
    plateau_factor: float = 0.5
    patience_epochs: int = 25
    max_offset_s: float = MAX_OFFSET_S
    unfrozen_layers: int = 0
    draw: DrawOptions = field(default_factory=DrawOptions)


def recipe_of(head: Head) -> Recipe:
    """The recipe of a head where nobody asks for another.

    Heads that rank similarities hear many offsets of the same file, as different sensors would
    hear them: nothing less taught them anything that holds in noise.
    """
    if head not in RANKING:
        return Recipe()
    draw = DrawOptions(hard_negatives=8, augmented_share=0.5, changes="sensors", jitter_s=0.05)
    decay = 0.05 if head == "probe" else 0.01
    return Recipe(learning_rate=1e-3, weight_decay=decay, draw=draw)
