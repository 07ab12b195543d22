"""Preferences, kept in the settings; invalid values there fall back to the defaults."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QSettings, Signal

from app.look.theme import ThemeChoice
from app.settings.evidence_preference import AS_SHIPPED, EvidencePreference
from core.align.limits import MAX_OFFSET_S, OFFSETS_S, SPACINGS_M, TOLERANCE_S, TOLERANCES_S
from core.align.rankings import RankedBy
from core.session import Provenance

Values = TypeVar("Values", "Preferences", EvidencePreference)

AlignSettings = dict[str, float | str]
"""What alignments go by: the names of `AlignOptions`, ``prior`` and ``model``."""
LIMITS = {"max_offset_s": OFFSETS_S, "tolerance_s": TOLERANCES_S, "spacing_m": SPACINGS_M}
"""Smallest and largest value, in the unit of the name."""
WORDS = {
    "theme": "theme",
    "max_offset_s": "largest offset",
    "tolerance_s": "tolerance",
    "spacing_m": "spacing",
    "prior": "usual drift",
    "model": "model",
    "models_folder": "folder of models",
    "aligns_on_open": "align on opening",
    "shows_tips": "tips",
    "dragging_moves_view": "dragging",
    "ranked_by": "ranking",
    "shows_score_parts": "parts of the score",
    "listens_with": "what listens",
    "listeners": "what may listen",
    "name": "evidence",
    "checkpoint": "BEATs checkpoint",
    "scorer": "pair scorer",
    "device": "device",
    "precision": "precision",
}
_FILES = ("prior", "model")
_ALIGNED_BY = (*LIMITS, *_FILES)
_GROUP = "preferences"
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person can choose.

    Parameters
    ----------
    theme : ThemeChoice
    max_offset_s : float
        Largest offset the aligner searches, seconds.
    tolerance_s : float
        Error within which a keypoint counts as right for its confidence, seconds.
    spacing_m : float
        Distance of the microphones, metres; zero where nobody says.
    prior : str
        Where the usual drift of the recorders is, as ``finchsync prior`` learned it; empty where
        none is known.
    model : str
        Where the model is that was learned from corrections; empty for the shipped one.
    models_folder : str
        Where models are that are to choose from; empty for that of this person.
    aligns_on_open : bool
        Whether a recording without an alignment is aligned when it is shown.
    shows_tips : bool
    dragging_moves_view : bool
        Whether a drag over a plot moves the view; else it selects a region.
    ranked_by : RankedBy
        Whose ranking of linear candidates is shown.
    shows_score_parts : bool
        Whether it is shown with what scores are made of.
    listens_with : str
        Where the encoder or the model of words is by which sounds are found; empty for the shipped
        net.
    listeners : str
        Where those are that were chosen, a line each, the last one first.
    evidence : EvidencePreference

    Raises
    ------
    ValueError
        If a number is out of its `LIMITS`.
    """

    theme: ThemeChoice = ThemeChoice.SYSTEM
    max_offset_s: float = MAX_OFFSET_S
    tolerance_s: float = TOLERANCE_S
    spacing_m: float = 0.0
    prior: str = ""
    model: str = ""
    models_folder: str = ""
    aligns_on_open: bool = True
    shows_tips: bool = True
    dragging_moves_view: bool = False
    ranked_by: RankedBy = RankedBy.MODEL
    shows_score_parts: bool = False
    listens_with: str = ""
    listeners: str = ""
    evidence: EvidencePreference = AS_SHIPPED

    @property
    def align_settings(self) -> AlignSettings:
        """What differs from the aligner's own, by the names of `AlignOptions`, and the files."""
        defaults = {field.name: field.default for field in fields(self)}
        return {n: getattr(self, n) for n in _ALIGNED_BY if getattr(self, n) != defaults[n]}

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(name)


def settings_of(made: Provenance) -> AlignSettings:
    """What a run was set to, as `Preferences.align_settings`."""
    said = ((name, made.settings.get(name)) for name in LIMITS)
    numbers = {name: float(value) for name, value in said if isinstance(value, (int, float))}
    files = {name: made.settings.get(name) for name in _FILES}
    return numbers | {name: path for name, path in files.items() if isinstance(path, str)}


def load(settings: QSettings) -> tuple[Preferences, tuple[str, ...]]:
    """Preferences from the settings, and the words for those that made no sense there."""
    wrong: list[str] = []
    return _loaded(settings, _GROUP, Preferences(), wrong), tuple(wrong)


def save(settings: QSettings, preferences: Preferences) -> None:
    """Keep `preferences`; what is at its default leaves no trace."""
    _save(settings, _GROUP, preferences)


def _loaded(settings: QSettings, group: str, values: Values, wrong: list[str]) -> Values:
    for field in fields(values):
        key, value = f"{group}/{field.name}", getattr(values, field.name)
        try:
            if isinstance(value, EvidencePreference):
                found: Any = _loaded(settings, key, value, wrong)
            elif settings.contains(key):
                found = _parsed(settings.value(key), type(value))
            else:
                continue
            values = replace(values, **{field.name: found})
        except (ValueError, KeyError, TypeError):
            wrong.append(WORDS[field.name])
    return values


def _save(settings: QSettings, group: str, values: Preferences | EvidencePreference) -> None:
    for field in fields(values):
        key, value = f"{group}/{field.name}", getattr(values, field.name)
        if isinstance(value, EvidencePreference):
            _save(settings, key, value)
        elif value == field.default:
            settings.remove(key)
        else:
            settings.setValue(key, str(value).lower() if isinstance(value, bool) else str(value))


def _parsed(value: object, kind: type) -> Any:
    text = str(value)
    if kind is bool:
        return _BOOLEANS[text]
    if kind is float:
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(text)
        return number
    return kind(text)


class PreferenceStore(QObject):
    """The preferences in use.

    Parameters
    ----------
    remembers : bool
        Whether they come from the settings and go there.

    Attributes
    ----------
    value : Preferences
    wrong : tuple of str
        What made no sense in the settings, in words.

    Signals
    -------
    changed()
        `value` is another.
    """

    changed = Signal()

    def __init__(self, *, remembers: bool = True, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._remembers = remembers
        self.value, self.wrong = load(QSettings()) if remembers else (Preferences(), ())

    def put(self, value: Preferences) -> None:
        """Prefer something else from now on."""
        if value == self.value:
            return
        self.value = value
        if self._remembers:
            save(QSettings(), value)
        self.changed.emit()
