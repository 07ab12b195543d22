"""Names for the types of arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Times, probabilities and other numbers that are counted in full."""
Floats32 = NDArray[np.float32]
"""What there is much of: features, scores, posteriors."""
