"""Default keys where the platform has another use for the usual ones."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from app.commands.spec import ActionSpec

_ON_MACOS: Mapping[str, tuple[str, ...]] = {
    # Ctrl is the command key there, and Meta the control key: the command key opens preferences
    # with a comma and cancels with a full stop.
    "preferences": ("Ctrl+,",),
    "cancel": ("Esc", "Ctrl+."),
    "nudge_earlier_100": ("Meta+,",),
    "nudge_later_100": ("Meta+.",),
    # The key that is called Backspace elsewhere says "delete"; this one goes back in browsers.
    "zoom_back": ("Ctrl+[",),
}


def with_platform_keys(
    actions: Iterable[ActionSpec], platform: str = sys.platform
) -> Iterator[ActionSpec]:
    """Commands with the default keys of a platform, by the name that Python has for it."""
    own = _ON_MACOS if platform == "darwin" else {}
    for spec in actions:
        yield replace(spec, keys=own.get(spec.id, spec.keys))
