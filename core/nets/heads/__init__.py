"""Heads: tokens of two clips in, how sure it is that both heard the same second out."""
