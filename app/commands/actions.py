"""Every command once, as data; menus, toolbar, keys, palette and the help sheet come from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QKeySequence

from app.commands.application import APPLICATION
from app.commands.finding import FINDING
from app.commands.model import MODEL
from app.commands.platform_keys import with_platform_keys
from app.commands.playback import PLAYBACK
from app.commands.region import REGION
from app.commands.review import REVIEW
from app.commands.spec import ActionSpec
from app.commands.view import VIEW

ACTIONS: tuple[ActionSpec, ...] = tuple(
    with_platform_keys((*APPLICATION, *REVIEW, *REGION, *FINDING, *MODEL, *VIEW, *PLAYBACK))
)

MENUS = (
    "File",
    "Edit",
    "Keypoint",
    "Keypoint/Nudge",
    "Recordings",
    "Region",
    "Find",
    "Align",
    "Align/Evidence",
    "Align/Ranking",
    "Model",
    "Playback",
    "Playback/High-pass",
    "View",
    "View/Theme",
    "Help",
)


TOOLBAR = (
    "open export | previous_keypoint next_keypoint next_uncertain | accept unalignable | align | "
    "play play_alternating play_loop | warp links | zoom_out zoom_in fit | shortcuts"
)


def shown_key(key: str) -> str:
    """A shortcut as the person's platform writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def collisions(keys: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Keys that more than one command claims, with the commands' ids.

    Parameters
    ----------
    keys : mapping of str to sequence of str
        The keys of every command, by id.
    """
    owners: dict[str, list[str]] = {}
    for name, claimed in keys.items():
        for key in claimed:
            portable = QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)
            owners.setdefault(portable, []).append(name)
    return {key: ids for key, ids in owners.items() if len(ids) > 1}
