import pytest

from core.errors import InputError
from core.train.folder import claim


def test_a_run_goes_on_whatever_its_head_is_made_of(tmp_path):
    """Pairs of numbers come back from the file as lists."""
    identity = {"head": {"head": "place", "grid": (50, 1)}, "systems": ("pooled", "all")}
    claim(tmp_path / "run", identity, resume=False)
    claim(tmp_path / "run", identity, resume=True)
    with pytest.raises(InputError, match="another run: head differ"):
        claim(tmp_path / "run", identity | {"head": {"head": "cross"}}, resume=True)
