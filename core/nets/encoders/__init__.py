"""Encoders: a clip of sound in, its tokens out; and the checkpoints they are read from."""
