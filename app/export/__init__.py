"""What goes out: tables with their sidecar, drift curves, pictures."""
