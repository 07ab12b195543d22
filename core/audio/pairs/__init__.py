"""Which files are of one recording."""
