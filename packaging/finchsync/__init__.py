"""What is installed of FinchSync, under one name; `app`, `core` and the rest lie inside."""

from __future__ import annotations

import sys
from pathlib import Path

# In a wheel main.py lies beside this file, in a clone two folders above. It comes first: another
# package may call something `core` as well.
_HOME = next(folder for folder in Path(__file__).parents if (folder / "main.py").is_file())
sys.path.insert(0, str(_HOME))

from main import main  # noqa: E402

__all__ = ["main"]
