"""The dark and the light palette, safe for colour-blind eyes.

Pictures of sound are drawn in the colours of `DARK` in both themes: calls are light on
dark there, and the marks over them are made for it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """Named colours, ``#rrggbb``; marks follow Okabe and Ito (2008).

    `border` only divides; the edge of whatever can be operated has the colour of `control`,
    and what is selected an edge of `accent`, since those alone stand out from every ground.
    """

    window: str = "#16191f"
    panel: str = "#1c2027"
    stripe: str = "#20252d"
    raised: str = "#262b34"
    plot: str = "#0d0f13"
    border: str = "#323946"
    control: str = "#76819a"
    text: str = "#e8ebf0"
    muted: str = "#a0a9b8"
    disabled: str = "#6b7483"
    accent: str = "#6cb2ff"
    selection: str = "#1a3350"
    channel_0: str = "#f39be8"
    channel_1: str = "#7fe0a2"
    selected: str = "#ffffff"
    machine: str = "#c3cbd8"
    uncertain: str = "#f0a83c"
    accepted: str = "#1fc796"
    corrected: str = "#56b4e9"
    unalignable: str = "#ee7a4b"
    path: str = "#ffffff"
    playing: str = "#e6ff3d"
    candidate: str = "#e9c25a"
    error: str = "#ff8a80"


DARK = Palette()
LIGHT = Palette(
    window="#eef0f3",
    panel="#ffffff",
    stripe="#f5f7f9",
    raised="#e2e6ec",
    plot="#ffffff",
    border="#bcc4cf",
    control="#707a88",
    text="#191c22",
    muted="#4c5563",
    disabled="#8b94a3",
    accent="#0a5fb4",
    selection="#cbe1f8",
    channel_0="#98248f",
    channel_1="#13683a",
    selected="#000000",
    machine="#48505d",
    uncertain="#7d4f00",
    accepted="#03664a",
    corrected="#095b91",
    unalignable="#a33a0c",
    path="#000000",
    playing="#5d6b00",
    candidate="#6e5400",
    error="#a8221b",
)
