"""Toolbar, status bar, message bar and strips."""
