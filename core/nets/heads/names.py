"""The names of the heads; torch is not needed to say them."""

from __future__ import annotations

from typing import Literal, get_args

Head = Literal["cross", "concat2025", "difference2026", "retrieval", "place", "probe"]
HEADS: tuple[Head, ...] = get_args(Head)
"""What can be trained; the first where nobody says another."""

RANKING: frozenset[Head] = frozenset({"retrieval", "place", "probe"})
"""Those that learn by ranking similarities; the others learn log odds."""

System = Literal["pooled", "one", "all"]
"""What the retrieval head asks with: both clips' means compared, one mean token, or all tokens."""
SYSTEMS: tuple[System, ...] = get_args(System)
