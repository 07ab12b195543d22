"""What may be asked of an alignment."""

OFFSETS_S = (0.1, 600.0)
"""Smallest and largest `AlignOptions.max_offset_s`, seconds. Within twice the tolerance every
offset is about right, and confidence would say so; further apart than the largest, the coarse
search has too many places to be wrong in."""

TOLERANCES_S = (0.02, 1.0)
"""Smallest and largest `AlignOptions.tolerance_s`, seconds. Below, the way of the sound to
either microphone counts, and confidence does not know it."""
