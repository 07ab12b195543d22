"""Tests of the learned evidence; each file is skipped, and says so, where PyTorch is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.evidence.choice import EvidenceChoice
from tests.core.with_extra import one_thread, skipped_without

__all__ = ["one_thread"]

pytest_pycollect_makemodule = skipped_without("torch", "torchaudio", "safetensors")


@pytest.fixture
def choice(write_choice: Callable[[Path], EvidenceChoice], tmp_path: Path) -> EvidenceChoice:
    return write_choice(tmp_path)
