"""Heads by name: with fresh weights, or as the sizes in a file say."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch

from core.nets.clips import CLIP_SAMPLES
from core.nets.encoders.config import Heard
from core.nets.encoders.encoder import Encoder, Grid
from core.nets.heads.baseline_heads import Baseline2025Scorer, Baseline2026Scorer
from core.nets.heads.names import SYSTEMS, Head, System
from core.nets.heads.pair import CrossAttentionConfig, CrossAttentionScorer, PairScorer
from core.nets.heads.place import PlaceConfig, PlaceScorer
from core.nets.heads.probe import GatedScorer, ProbeConfig, ProbeScorer
from core.nets.heads.retrieval import RetrievalConfig, RetrievalScorer
from core.nets.heads.similarity import Ensemble, SimilarityScorer

Sizes = dict[str, Any]
"""What makes a scorer of this shape, as plain values."""

_MOST_HEADS = 8


@dataclass(frozen=True, slots=True)
class Ears:
    """What a head is given of an encoder.

    Parameters
    ----------
    width : int
        Of its tokens.
    grid : tuple of two int
        Places of a clip in time and frequency.
    layers : int
        How many layers' tokens there are, where all are heard.
    """

    width: int
    grid: Grid = (1, 1)
    layers: int = 0

    @classmethod
    def of(cls, encoder: Encoder, head: Head, heard: Heard) -> Ears:
        """What a head is given that hears all layers, or the last tokens; the probe hears all."""
        grid = encoder.grid(CLIP_SAMPLES)
        if heard == "all" or head == "probe":
            return cls(encoder.layer_width, grid, encoder.depth)
        return cls(encoder.width, grid)


@dataclass(frozen=True, slots=True)
class HeadOptions:
    """What can be asked of a head besides its name.

    Parameters
    ----------
    heard : Heard
        All layers through a gate, or the last tokens; the probe always hears all.
    dim : int
        Of the head's own space: projections, or prototypes of the probe; 0 is as wide as tokens.
    systems : tuple of System
        Of the retrieval head; several make an ensemble.
    by_place : bool
        Whether the retrieval head's attention has a bias by place.
    """

    heard: Heard = "last"
    dim: int = 0
    systems: tuple[System, ...] = (SYSTEMS[-1],)
    by_place: bool = False


def build_scorer(head: Head, ears: Ears, options: HeadOptions | None = None) -> PairScorer:
    """A scorer with fresh weights.

    Parameters
    ----------
    head : Head
    ears : Ears
    options : HeadOptions, optional
        Attention has eight heads where they divide its width, or else as many as do.
    """
    chosen = options or HeadOptions()
    if head == "probe":
        return ProbeScorer(
            ProbeConfig(ears.layers, ears.width, chosen.dim or ears.width, ears.grid)
        )
    scorer = _plain(head, ears, chosen)
    return GatedScorer(ears.layers, scorer) if chosen.heard == "all" else scorer


def _plain(head: Head, ears: Ears, chosen: HeadOptions) -> PairScorer:
    dim = chosen.dim or ears.width
    match head:
        case "cross":
            heads = math.gcd(_MOST_HEADS, ears.width)
            return CrossAttentionScorer(CrossAttentionConfig(ears.width, heads))
        case "concat2025":
            return Baseline2025Scorer(ears.width)
        case "difference2026":
            return Baseline2026Scorer(ears.width)
        case "place":
            return PlaceScorer(PlaceConfig(ears.width, dim, ears.grid))
        case _:
            heads = math.gcd(_MOST_HEADS, dim)
            members = [
                RetrievalScorer(
                    RetrievalConfig(
                        *(ears.width, dim, heads, system),
                        grid=ears.grid if chosen.by_place and system == "all" else None,
                    )
                )
                for system in chosen.systems
            ]
            return members[0] if len(members) == 1 else Ensemble(members)


def sizes_of(scorer: PairScorer) -> Sizes:
    """What `scorer_of` makes a scorer of this shape from."""
    match scorer:
        case CrossAttentionScorer():
            return {"head": "cross"} | asdict(scorer.config)
        case Baseline2025Scorer():
            return {"head": "concat2025", "width": scorer.width}
        case Baseline2026Scorer():
            return {"head": "difference2026", "width": scorer.width, "bins": scorer.bins}
        case RetrievalScorer():
            return {"head": "retrieval"} | asdict(scorer.config)
        case PlaceScorer():
            return {"head": "place"} | asdict(scorer.config)
        case ProbeScorer():
            return {"head": "probe"} | asdict(scorer.config)
        case GatedScorer():
            of = sizes_of(scorer.scorer)
            return {"head": "gated", "layers": len(scorer.gate.weight), "of": of}
        case Ensemble():
            return {"head": "ensemble", "of": [sizes_of(m) for m in scorer.members]}  # type: ignore[arg-type]
    raise TypeError(f"{type(scorer).__name__} has no place in a scorer file yet")


def scorer_of(sizes: Mapping[str, Any]) -> PairScorer:
    """A scorer without weights yet: sizes that a file only claims cost no memory.

    Raises
    ------
    KeyError, TypeError, ValueError, RuntimeError
        If the sizes make no scorer.
    """
    with torch.device("meta"):
        return _made(dict(sizes))


def _made(sizes: Sizes) -> PairScorer:
    head = sizes.pop("head")
    if head == "gated":
        return GatedScorer(_count(sizes["layers"]), _made(sizes["of"]))
    if head == "ensemble":
        members = [_made(of) for of in sizes["of"]]
        if not all(isinstance(member, SimilarityScorer) for member in members):
            raise ValueError("only similarities have a mean")
        return Ensemble(members)  # type: ignore[arg-type]
    for name, value in sizes.items():
        if name == "grid" and value is not None:
            tall, wide = map(_count, value)
            sizes[name] = (tall, wide)
        elif name not in ("system", "grid"):
            _count(value)
    if sizes.get("system", SYSTEMS[0]) not in SYSTEMS:
        raise ValueError(f"unknown system {sizes['system']}")
    return _MAKERS[head](**sizes)


def _count(value: object) -> int:
    """A whole number from one on."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{value!r} is no size")
    return value


_MAKERS: dict[str, Callable[..., PairScorer]] = {
    "cross": lambda **sizes: CrossAttentionScorer(CrossAttentionConfig(**sizes)),
    "concat2025": Baseline2025Scorer,
    "difference2026": Baseline2026Scorer,
    "retrieval": lambda **sizes: RetrievalScorer(RetrievalConfig(**sizes)),
    "place": lambda **sizes: PlaceScorer(PlaceConfig(**sizes)),
    "probe": lambda **sizes: ProbeScorer(ProbeConfig(**sizes)),
}
