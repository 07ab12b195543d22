"""What rooms of tests share that need the packages of an extra."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest


def skipped_without(*needed: str) -> Callable[[Path, pytest.Collector], pytest.Module | None]:
    """The hook of a ``conftest`` whose files cannot even be imported without these packages."""
    missing = [name for name in needed if find_spec(name) is None]

    class Without(pytest.Module):
        def collect(self):
            said = f"{', '.join(missing)} not installed (extra: nets)"
            pytest.skip(said, allow_module_level=True)

    def pytest_pycollect_makemodule(module_path, parent):
        return Without.from_parent(parent, path=module_path) if missing else None

    return pytest_pycollect_makemodule


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
