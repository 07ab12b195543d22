"""A pair model from its two files: the encoder's, and the scorer's that was trained on it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from core.errors import InputError
from core.evidence.choice import Precision
from core.nets.embed import ClipEncoder, choose_device
from core.nets.encoders.checkpoint import load_encoder
from core.nets.encoders.encoder import Encoder
from core.nets.heads.scorer_file import load_scorer
from core.nets.ranking import PairModel


def open_pair_model(
    checkpoint: Path, scorer: Path, device: str = "auto", precision: Precision = "float32"
) -> tuple[PairModel, str]:
    """Load an encoder and a scorer of its tokens.

    Parameters
    ----------
    checkpoint : Path
        As `core.nets.encoders.checkpoint.load_encoder`.
    scorer : Path
        What ``finchsync train`` made; with weights of the encoder where some were trained along.
    device : str
        As `core.nets.embed.choose_device`.
    precision : Precision
        Of the encoder.

    Returns
    -------
    model : PairModel
    model_id : str
        Digest of all weights.

    Raises
    ------
    InputError
        If a file cannot be used, the scorer belongs to another encoder, the device is not
        there or the precision is not for it.
    """
    encoder, digest = load_encoder(checkpoint)
    found = load_scorer(scorer, digest)
    if found.tuned:
        _tune(encoder, found.tuned, scorer)
        digest = f"{digest}-{found.digest}"
    clips = ClipEncoder(encoder, digest, choose_device(device), precision, heard=found.scorer.heard)
    model = PairModel(clips, found.scorer.to(clips.device))
    return model, f"{clips.model_id}-{found.digest}"


def _tune(encoder: Encoder, tuned: Mapping[str, Tensor], path: Path) -> None:
    """Put the weights that were trained along in their places."""
    own = dict(encoder.named_parameters())
    if any(name not in own or own[name].shape != weight.shape for name, weight in tuned.items()):
        raise InputError(
            path, "holds weights of another encoder", "give a scorer that 'finchsync train' made"
        )
    encoder.load_state_dict(dict(tuned), strict=False)
