"""Dialogs and pop-ups: preferences, command palette, shortcuts, go to."""
