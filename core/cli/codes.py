"""Exit codes of every command."""

DONE = 0
SOME_FAILED = 1
"""Some files failed and are named on standard error; the rest is written."""
REFUSED = 2
"""Bad arguments or input: one line says what, where and what to do."""
INTERRUPTED = 130
