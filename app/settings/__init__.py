"""Preferences, and which evidence to align with."""
