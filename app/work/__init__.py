"""Background work: aligning, decoding again after decisions, computing spectrograms."""
