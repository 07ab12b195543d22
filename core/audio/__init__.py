"""Recordings, spectrogram frames and the features the aligner compares."""
