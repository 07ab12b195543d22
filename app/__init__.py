"""The FinchSync window. Qt lives here and only here."""

import builtins

import PySide6.QtCore  # noqa: F401 (replaces the import function)

# PySide6 reads and keeps the source of every module that is imported after it, to see whether
# it wants Python-like names for Qt. None does here; the aligner's would be 36 MB, torch's 63 MB,
# and the interpreter is not the window's meanwhile.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
