"""A second window is a second program: what happens in one cannot harm the other."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QProcess


def own_command() -> list[str]:
    """What starts FinchSync as it was installed: the program and its arguments."""
    return [sys.executable, str(Path(__file__).parents[2] / "main.py")]


def start_another() -> bool:
    """Start a FinchSync that goes on when this one ends; whether that could be done."""
    program, *arguments = own_command()
    started, _process = QProcess.startDetached(program, arguments, "")
    return started
