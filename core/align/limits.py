"""What may be asked of an alignment, what is asked where nobody says, and when it is believed."""

MAX_OFFSET_S = 5.0
"""`AlignOptions.max_offset_s` where nobody says another."""
OFFSETS_S = (0.1, 600.0)
"""Smallest and largest `AlignOptions.max_offset_s`, seconds. Within twice the tolerance every
offset is about right, and confidence would say so; further apart than the largest, the coarse
search has too many places to be wrong in."""
WIDE_SEARCH_S = 120.0
"""Offsets up to here are looked for coarsely whatever `AlignOptions.max_offset_s` says, seconds."""
COARSE_ABOVE_S = 10.0
"""A larger `AlignOptions.max_offset_s` makes no window: only coarse offsets lead there."""

TOLERANCE_S = 0.05
"""`AlignOptions.tolerance_s` where nobody says another; what the calibration was fitted for."""
TOLERANCES_S = (0.02, 1.0)
"""Smallest and largest `AlignOptions.tolerance_s`, seconds. Below, the way of the sound to
either microphone counts, and where no spacing is given confidence does not know it."""

INTERVAL_S = 1.0
"""From one keypoint to the next where nobody says more, as the challenge has it, seconds."""
INTERVALS_S = (0.01, 3600.0)
"""Smallest and largest `AlignOptions.interval_s`, seconds."""

SOUND_M_S = 343.0
"""Speed of sound in air at 20 degrees Celsius, metres per second."""
SPACINGS_M = (0.0, 343.0)
"""Smallest and largest `AlignOptions.spacing_m`, metres. Further apart, sounds arrive over a second
apart, and within no tolerance is anything known of the clocks."""

BEST_LINES = 10
"""So many of the best straight lines are kept of a ranking, in reports and sessions."""

CERTAIN = 0.95
"""Confidence from which a keypoint needs no second look; files with a lower mean go to review."""
DOUBTFUL, FEW_DOUBTFUL = 0.75, 0.01
"""Files go to review as well where more than this share of keypoints is claimed below this."""
