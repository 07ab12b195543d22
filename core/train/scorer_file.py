"""A trained pair scorer on disk: safetensors, with its model card beside it and inside."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from core.errors import InputError
from core.formats.atomic import write_whole
from core.nets.baseline_heads import Baseline2025Scorer, Baseline2026Scorer
from core.nets.pair import CrossAttentionConfig, CrossAttentionScorer, PairScorer

Head = Literal["cross", "concat2025", "difference2026"]
HEADS: tuple[Head, ...] = get_args(Head)

Card = dict[str, Any]
"""Plain values, as in YAML."""

_MOST_HEADS = 8
_ENTRY = "finchsync_card"
_FIX = "give a scorer that 'finchsync train' wrote"


def build_scorer(head: Head, width: int) -> PairScorer:
    """A scorer with fresh weights.

    Parameters
    ----------
    head : Head
    width : int
        Of the encoder's tokens. Attention has eight heads where they divide it, or
        else as many as do.
    """
    match head:
        case "cross":
            return CrossAttentionScorer(CrossAttentionConfig(width, math.gcd(_MOST_HEADS, width)))
        case "concat2025":
            return Baseline2025Scorer(width)
        case _:
            return Baseline2026Scorer(width)


def card_path(path: Path) -> Path:
    """Where the model card of a scorer stands."""
    return path.with_suffix(".yaml")


def write_yaml(path: Path, value: Mapping[str, object]) -> None:
    """Write plain values, whole or not at all, over what is there."""
    text = yaml.safe_dump(dict(value), sort_keys=False, allow_unicode=True, width=100)
    with write_whole(path, overwrite=True) as file:
        file.write(text.encode("utf-8"))


def write_scorer(path: Path, scorer: PairScorer, card: Card) -> None:
    """Write weights and model card, each whole or not at all; the card also goes inside.

    Parameters
    ----------
    path : Path
        Ends in ``.safetensors``; replaced if there.
    scorer : PairScorer
    card : Card
        With ``head`` and ``width``, from which the scorer can be built again.

    Raises
    ------
    InputError
        If the disk refuses.
    """
    weights = {name: value.detach().cpu().contiguous() for name, value in _named(scorer).items()}
    content = save(weights, {_ENTRY: json.dumps(card)})
    with write_whole(path, overwrite=True) as file:
        file.write(content)
    write_yaml(card_path(path), card)


def read_scorer(path: Path) -> tuple[PairScorer, Card]:
    """Read a scorer; its card is taken from inside the file.

    Returns
    -------
    scorer : PairScorer
        On the processor, frozen, in the state for evaluation.
    card : Card

    Raises
    ------
    InputError
        If the file is missing, damaged or holds no scorer of ours.
    """
    try:
        with safe_open(path, framework="pt") as file:
            card = json.loads((file.metadata() or {})[_ENTRY])
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        scorer = build_scorer(card["head"], card["width"])
        scorer.load_state_dict(weights)
    except FileNotFoundError as error:
        raise InputError(path, "there is no such file", "check the path") from error
    except (SafetensorError, OSError) as error:
        raise InputError(path, "is cut short or no safetensors file", _FIX) from error
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise InputError(path, "holds no pair scorer", _FIX) from error
    return scorer.eval().requires_grad_(requires_grad=False), card


def _named(scorer: PairScorer) -> dict[str, Any]:
    return dict(scorer.state_dict())
