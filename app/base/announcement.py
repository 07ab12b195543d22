"""What a screen reader is to say beside what the keyboard is on."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, text: str, *, is_urgent: bool = False) -> None:
    """Have `text` spoken, if anyone listens; an urgent one breaks off what is being said."""
    if text and QAccessible.isActive():
        event = QAccessibleAnnouncementEvent(widget, text)
        manners = QAccessible.AnnouncementPoliteness
        event.setPoliteness(manners.Assertive if is_urgent else manners.Polite)
        QAccessible.updateAccessibility(event)
