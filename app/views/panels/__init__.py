"""Dock panels: keypoint, candidates, recordings, history, spectrogram settings."""
