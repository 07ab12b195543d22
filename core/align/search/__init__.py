"""Which offsets are compared closely."""
