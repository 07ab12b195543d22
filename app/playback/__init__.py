"""Playback: aligned sound on its way from the files to the sound device."""
