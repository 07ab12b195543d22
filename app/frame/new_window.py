"""A second window is a process of its own: what happens in one cannot harm the other."""

from __future__ import annotations

from PySide6.QtCore import QProcess

from core.processes.child_process import own_command


def start_another() -> bool:
    """Start a FinchSync that goes on when this one ends; whether that could be done."""
    program, *arguments = own_command()
    started, _process = QProcess.startDetached(program, arguments, "")
    return started
