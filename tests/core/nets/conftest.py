"""Tests of the learned evidence; each file is skipped, and says so, where PyTorch is missing."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.evidence.choice import EvidenceChoice


def _missing() -> list[str]:
    missing = []
    for name in ("torch", "safetensors"):
        try:
            found = find_spec(name)
        except ModuleNotFoundError:
            found = None
        missing += [] if found else [name]
    return missing


class Without(pytest.Module):
    """A test file that cannot even be imported."""

    def collect(self):
        pytest.skip(f"{', '.join(_missing())} not installed (extra: nets)", allow_module_level=True)


def pytest_pycollect_makemodule(module_path, parent):
    return Without.from_parent(parent, path=module_path) if _missing() else None


@pytest.fixture(autouse=True)
def one_thread():
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def choice(write_choice: Callable[[Path], EvidenceChoice], tmp_path: Path) -> EvidenceChoice:
    return write_choice(tmp_path)
