"""Pair scorers on disk: safetensors, with their model card and the encoder they belong to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from core.errors import InputError, refuse_unreadable
from core.formats.files.atomic import write_whole
from core.nets.encoders.reading import file_digest
from core.nets.heads.making import scorer_of, sizes_of
from core.nets.heads.pair import PairScorer

Card = dict[str, Any]
"""What should be known of a model, as plain values: data, seed, versions, metrics."""

_KEY = "finchsync pair scorer"
_TUNED = "encoder/"
"""Before the names of an encoder's weights that were trained along."""
_FIX = "give a scorer that 'finchsync train' made"


@dataclass(frozen=True, slots=True)
class ScorerFile:
    """A scorer and what its file says about it.

    Parameters
    ----------
    scorer : PairScorer
        On the processor, ready to score.
    encoder_digest : str
        Of the checkpoint whose tokens it was trained on.
    card : Card
        Its model card.
    digest : str
        Of the file's content, 32 hexadecimal digits.
    tuned : mapping of str to Tensor
        Weights of the encoder that were trained along.
    """

    scorer: PairScorer
    encoder_digest: str
    card: Card
    digest: str
    tuned: Mapping[str, Tensor]


def save_scorer(
    path: Path,
    scorer: PairScorer,
    encoder_digest: str,
    card: Card | None = None,
    *,
    tuned: Mapping[str, Tensor] | None = None,
    overwrite: bool = False,
) -> None:
    """Write a scorer, whole or not at all.

    Parameters
    ----------
    path : Path
    scorer : PairScorer
    encoder_digest : str
        Of the encoder's checkpoint, as `core.nets.encoders.checkpoint.load_encoder` gives it.
    card : Card, optional
    tuned : mapping of str to Tensor, optional
        Weights of the encoder that were trained along, by its own names.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    told = {
        "sizes": sizes_of(scorer),
        "encoder": encoder_digest,
        "layers": scorer.heard,
        "card": card or {},
    }
    weights = scorer.state_dict() | {_TUNED + name: w for name, w in (tuned or {}).items()}
    plain = {name: weight.detach().cpu().contiguous() for name, weight in weights.items()}
    content = save(plain, metadata={_KEY: json.dumps(told)})
    with write_whole(path, overwrite=overwrite) as file:
        file.write(content)


def load_scorer(path: Path, encoder_digest: str | None = None) -> ScorerFile:
    """Read a scorer.

    Parameters
    ----------
    path : Path
    encoder_digest : str, optional
        Of the encoder it is to work with.

    Raises
    ------
    InputError
        If the file is missing, unreadable, damaged or no scorer, if a weight is not finite, or if
        the scorer belongs to another encoder.
    """
    refuse_unreadable(path)
    try:
        with safe_open(path, framework="pt") as file:
            told = json.loads((file.metadata() or {})[_KEY])
            weights: dict[str, Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        scorer = scorer_of(told["sizes"])
        own = {name: w for name, w in weights.items() if not name.startswith(_TUNED)}
        scorer.load_state_dict(own, assign=True)
        tuned = {n.removeprefix(_TUNED): w for n, w in weights.items() if n not in own}
        digest, card = file_digest(path), dict(told["card"])
        found = ScorerFile(scorer, str(told["encoder"]), card, digest, tuned)
    except (SafetensorError, OSError) as error:
        raise InputError(path, "is cut short or no safetensors file", _FIX) from error
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise InputError(path, "holds no pair scorer", _FIX) from error
    if not all(w.dtype == torch.float32 and w.isfinite().all() for w in weights.values()):
        raise InputError(path, "holds weights that are not finite numbers in float32", _FIX)
    if encoder_digest not in (None, found.encoder_digest):
        raise InputError(
            path,
            "was trained with another encoder, its scores would mean nothing",
            f"load the checkpoint with digest {found.encoder_digest}",
        )
    scorer.eval().requires_grad_(requires_grad=False)
    return found
