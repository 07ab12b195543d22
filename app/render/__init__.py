"""Spectrogram images: uint8 dB to RGB32, no model code."""
