"""Formats of labels that are read and not written: a module each, with its `READER`."""
