"""What opens fake networks."""

from __future__ import annotations

import pytest
from fake_net import Opener


@pytest.fixture
def opener() -> Opener:
    return Opener()
