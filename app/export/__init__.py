"""Exports: tables with their sidecar, drift curves, pictures."""
