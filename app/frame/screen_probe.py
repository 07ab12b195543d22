"""What screen and sound this machine offers, asked in a process that may die of it.

Qt ends the process when it finds no usable display, and a broken sound driver
can do the same; a bug report must survive both.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping

TIMEOUT_S = 30


def probe() -> Mapping[str, str]:
    """Versions and devices of screen and sound, or why there are none."""
    found = {}
    for what in ("screen", "sound"):
        try:
            answer = subprocess.run(
                [sys.executable, "-m", "app.frame.screen_probe", what],
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            found[what] = f"does not answer ({error})"
            continue
        if answer.returncode == 0:
            found |= json.loads(answer.stdout.splitlines()[-1])
        else:
            said = answer.stderr.strip().splitlines() or ["no reason given"]
            found[what] = f"unusable ({said[0]})"
    return found


def _screen() -> dict[str, str]:
    from PySide6.QtCore import qVersion
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication([])
    screens = [
        f"{screen.size().width()} x {screen.size().height()} at {screen.devicePixelRatio():g}"
        for screen in application.screens()
    ]
    return {
        "Qt": qVersion(),
        "Qt platform": application.platformName(),
        "screens": ", ".join(screens) or "none",
    }


def _sound() -> dict[str, str]:
    try:
        import sounddevice
    except OSError as error:
        return {"sound": f"playback is off: {error}"}
    version = sounddevice.get_portaudio_version()[1]
    try:
        device = sounddevice.query_devices(kind="output")
    except (sounddevice.PortAudioError, ValueError) as error:
        return {"sound": f"playback is off: {error}", "PortAudio": version}
    rate_hz = device["default_samplerate"]
    return {"sound": f"{device['name']}, {rate_hz:g} Hz", "PortAudio": version}


if __name__ == "__main__":
    print(json.dumps({"screen": _screen, "sound": _sound}[sys.argv[1]]()))  # noqa: T201
