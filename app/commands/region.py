"""Commands of the Region menu."""

from __future__ import annotations

from app.commands.spec import ActionSpec, Thing

REGION: tuple[ActionSpec, ...] = (
    ActionSpec(
        "begin_region",
        "Begin the region here",
        "regions.begin",
        "Region",
        ("[",),
        "Let the region begin at the playback cursor, or else at the selected keypoint",
        on=(Thing.PLOT,),
    ),
    ActionSpec(
        "end_region",
        "End the region here",
        "regions.end",
        "Region",
        ("]",),
        "Let the region end at the playback cursor, or else at the selected keypoint",
        on=(Thing.PLOT,),
    ),
    ActionSpec(
        "zoom_region",
        "Zoom to the region",
        "regions.zoom",
        "Region",
        ("Z",),
        "Show no more than the region; Backspace goes back",
        separated=True,
        on=(Thing.REGION,),
    ),
    ActionSpec(
        "set_region_aside",
        "Mark the region unalignable",
        "regions.set_aside",
        "Region",
        ("Shift+U",),
        "Say that no moment in the region can be aligned, or take that back",
        on=(Thing.REGION,),
    ),
    ActionSpec(
        "export_region",
        "Export the region…",
        "regions.export",
        "Region",
        ("Shift+E",),
        "Write the region as a label for other programs, or as sound of both channels",
        on=(Thing.REGION,),
    ),
    ActionSpec(
        "clear_region",
        "Select no region",
        "regions.clear",
        "Region",
        tip="Select nothing, as Esc does",
        separated=True,
        on=(Thing.REGION,),
    ),
)
