"""Screens and sound outputs of this machine, for bug reports."""

from __future__ import annotations


def probe(part: str) -> dict[str, str]:
    """Versions and devices of a part; see `core.cli.screen.Screen.probe`."""
    return {"screen": _screen, "sound": _sound}[part]()


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
