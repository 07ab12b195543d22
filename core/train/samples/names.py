"""The names of what training offers; torch is not needed to say them."""

from __future__ import annotations

from typing import Literal, get_args

Changes = Literal["conservative", "sensors"]
"""How clips are changed: as the challenge's winner did, or as other sensors would hear them."""
CHANGES: tuple[Changes, ...] = get_args(Changes)
