"""The published tables, repeated in shape on our own sets."""
