"""A model: what is known before a recording is heard, as a value and as a file."""
