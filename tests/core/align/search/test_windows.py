"""What tells a restart from another place and from no change at all."""

import numpy as np
import pytest

from core.align.search.windows import _is_restart

FIRST_S = np.zeros(100)


@pytest.mark.parametrize(("kept", "is_restart"), [(0, False), (40, True), (85, True), (100, False)])
def test_a_restart_keeps_part_of_the_path(kept, is_restart):
    other_s = np.where(np.arange(100) < kept, 0.1, 9.0)
    assert _is_restart(FIRST_S, other_s) is is_restart
