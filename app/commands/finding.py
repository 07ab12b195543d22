"""Commands that look where else a sound occurs."""

from __future__ import annotations

from app.commands.spec import ActionSpec, Thing

FINDING: tuple[ActionSpec, ...] = (
    ActionSpec(
        "find_like",
        "Find sounds like the region",
        "finding.like_region",
        "Region",
        ("Shift+F",),
        "Look where else the sound in the region occurs, in all recordings and on both channels",
        separated=True,
        on=(Thing.REGION,),
    ),
    ActionSpec(
        "mark_hit_right",
        "This hit is right",
        "hits.mark_right",
        "Find",
        ("Alt+Return",),
        "Say that the chosen hit is the sound that is looked for, and look again",
        on=(Thing.HIT,),
    ),
    ActionSpec(
        "mark_hit_wrong",
        "This hit is wrong",
        "hits.mark_wrong",
        "Find",
        ("Alt+Backspace",),
        "Say that the chosen hit is another sound, and look again without its like",
        on=(Thing.HIT,),
    ),
    ActionSpec(
        "play_hit",
        "Play the hit",
        "hits.play",
        "Find",
        tip="Show the chosen hit and play both channels there",
        on=(Thing.HIT,),
    ),
    ActionSpec(
        "export_hits",
        "Export hits as labels…",
        "hits.export",
        "Find",
        tip="Write the hits that are listed as labels, a file for every channel",
        on=(Thing.HIT,),
    ),
)
