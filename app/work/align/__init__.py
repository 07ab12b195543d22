"""Aligning in the background: what waits for it, the process that does it, what is said of it."""
