"""Widgets, one per file; each shows the session and asks it for edits."""
