"""Commands of the Playback menu."""

from __future__ import annotations

from collections.abc import Iterator

from app.commands.spec import ActionSpec, Thing


def _high_passes() -> Iterator[ActionSpec]:
    for corner_hz in (0, 200, 500, 1000):
        yield ActionSpec(
            f"high_pass_{corner_hz}",
            f"{corner_hz} Hz" if corner_hz else "Off",
            "sound.set_high_pass",
            "Playback/High-pass",
            tip=f"Hear nothing lower than {corner_hz} Hz" if corner_hz else "Hear all frequencies",
            argument=corner_hz,
            checkable=True,
            checked=corner_hz == 0,
            group="high_pass",
        )


PLAYBACK: tuple[ActionSpec, ...] = (
    ActionSpec(
        "play",
        "Play",
        "playback.play",
        "Playback",
        ("Space",),
        "Play aligned, channel 0 left and channel 1 right: the region, or else from the click or "
        "half a second before the selected keypoint; again to stop",
        icon="play",
        on=(Thing.REGION, Thing.PLOT),
    ),
    ActionSpec(
        "play_alternating",
        "Play A/B",
        "playback.play_alternating",
        "Playback",
        ("Shift+Space",),
        "Play a second of channel 0, then the same of channel 1, and so on; again to stop",
        icon="alternate",
        on=(Thing.REGION, Thing.PLOT),
    ),
    ActionSpec(
        "play_loop",
        "Loop",
        "playback.set_loop",
        "Playback",
        ("Shift+L",),
        "Repeat the region, or else the second around the selected keypoint; corrections are heard "
        "at once",
        icon="loop",
        checkable=True,
        separated=True,
        on=(Thing.REGION, Thing.PLOT),
    ),
    ActionSpec(
        "play_half_speed",
        "Half speed",
        "sound.set_half_speed",
        "Playback",
        ("H",),
        "Play half as fast; everything sounds an octave lower",
        checkable=True,
    ),
    ActionSpec(
        "clean",
        "Clean for listening",
        "sound.set_cleaning",
        "Playback",
        ("C",),
        "Turn down what lies in the noise of each channel; only what you hear changes, never what "
        "is aligned",
        checkable=True,
        on=(Thing.REGION, Thing.PLOT),
    ),
    *_high_passes(),
    ActionSpec(
        "next_high_pass",
        "Next high-pass",
        "sound.next_high_pass",
        "Playback",
        ("Shift+H",),
        "Hear nothing lower than 200, 500, 1000 Hz in turn, then all again",
    ),
    ActionSpec(
        "louder",
        "Louder",
        "sound.louder",
        "Playback",
        ("Ctrl+Up",),
        "Raise the volume by 3 dB",
        separated=True,
    ),
    ActionSpec(
        "quieter",
        "Quieter",
        "sound.quieter",
        "Playback",
        ("Ctrl+Down",),
        "Lower the volume by 3 dB",
    ),
    ActionSpec(
        "find_devices",
        "Look for devices again",
        "playback.find_devices",
        "Playback",
        tip="Look for sound devices, also for those plugged in since the start",
        separated=True,
    ),
)
