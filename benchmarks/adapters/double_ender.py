"""double-ender-sync: channel 0 as master, channel 1 as track, non-linear drift allowed.

Made for podcasts, it refuses most such recordings as they come. So its limits
are opened: faster clocks, more anchors, offsets of low confidence used instead
of refused, and its search bounded by the +-5 s that every method here may
assume. Where it still finds no drift it trusts it writes no audio; that counts
as a failure, not as an error of its times.

usage: double_ender.py < jobs.json
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import soundfile as sf
from _serve import serve
from double_ender_sync import cli
from double_ender_sync.api import AlignmentOptions, run_alignment
from double_ender_sync.config import AnchorSelectionConfig, InitialOffsetSafetyConfig

WIDEST_PPM = 50000.0
REACH_S = 10.0
"""Around its first offset, itself within +-5 s: how far an anchor may lie."""
SAFETY = InitialOffsetSafetyConfig(
    initial_offset_min_confidence=0.01,
    low_confidence_threshold=0.001,
    medium_confidence_threshold=0.002,
    medium_confidence_search_radius_seconds=REACH_S,
    low_confidence_search_radius_seconds=REACH_S,
)
ANCHORS = AnchorSelectionConfig(
    anchor_density_per_minute=20.0, max_anchor_density_per_minute=20.0, min_anchor_count=20
)

_found: list[object] = []
_select = cli.select_drift_model


def _keep(*arguments: object, **named: object) -> object:
    _found.append(_select(*arguments, **named))
    return _found[-1]


# The report rounds and splits the model by kind; the object itself has the map.
cli.select_drift_model = _keep


def align(samples: np.ndarray, rate_hz: int, time_0_s: np.ndarray) -> np.ndarray:
    _found.clear()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for channel, name in enumerate(("master", "track")):
            sf.write(folder / f"{name}.wav", samples[:, channel], rate_hz)
        done = run_alignment(
            AlignmentOptions(
                master=folder / "master.wav",
                tracks=[folder / "track.wav"],
                out=folder / "out",
                stretch_ratio_auto_continue=True,
                allow_nonlinear_drift=True,
                max_abs_rate_deviation_ppm=WIDEST_PPM,
                max_rate_change_ppm=WIDEST_PPM,
                initial_offset_safety=SAFETY,
                anchor_selection=ANCHORS,
            )
        )
    if done != 0:
        raise RuntimeError(f"exit code {done}")
    if not _found or _found[-1] is None:
        raise RuntimeError("no reliable drift estimate")
    local_s = np.arange(-10.0, len(samples) / rate_hz + 10.0, 0.02)
    master_s = np.array([_found[-1].map_local_to_master(float(t)) for t in local_s])
    return np.interp(time_0_s, master_s, local_s)


serve(align)
