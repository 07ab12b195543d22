"""The evidence of a recording, made section by section where it is long."""
